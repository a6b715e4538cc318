import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { datasetNames, readSidecar } from '../../src/index.js';
import { noticeText, readmeText } from '../../scripts/data/describe.js';
import { dataPath } from '../../src/data/files.js';

describe('NOTICE and data/README.md', () => {
  it('are what the sidecars say (else run: node dist/scripts/data/describe.js)', async () => {
    assert.equal(readFileSync(dataPath('../NOTICE'), 'utf8'), await noticeText());
    assert.equal(readFileSync(dataPath('README.md'), 'utf8'), await readmeText());
  });

  it('NOTICE cites every carried set with its licence, and carries the MIT text of Fashion-MNIST', async () => {
    const notice = readFileSync(dataPath('../NOTICE'), 'utf8');
    for (const name of datasetNames) {
      const { citation, licenceUrl } = await readSidecar(name);
      assert.ok(notice.includes(citation) && notice.includes(licenceUrl), name);
    }
    assert.match(
      notice,
      /Copyright © 2017 Zalando SE[\s\S]*The above copyright notice and this permission notice shall/,
    );
  });
});
