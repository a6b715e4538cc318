import { createHash } from 'node:crypto';
import { formatDuration } from '../../src/notebook/format.js';
import type { Claim } from '../../src/evaluation/claim.js';
import type { Profile } from '../../src/experiments/common/profile.js';
import { claimsTable, countVerdicts } from './claims.js';
import { outputsOf, type NotebookContent } from './content.js';
import type { Outcome } from './execute.js';
import { html, raw, scriptCode, scriptElement, type Html } from './html.js';
import type { Provenance } from './provenance.js';
import { renderSection, sectionId, type Section } from './section.js';

/** Everything the page is made of. */
export interface PageInput {
  readonly profile: Profile;
  readonly provenance: Provenance;
  readonly outcomes: readonly Outcome[];
  /** The executed notebooks, in reading order; one that left nothing behind is missing. */
  readonly contents: readonly NotebookContent[];
  readonly assets: PageAssets;
}

/** Text that is put into the page so that it needs no other file and no network. */
export interface PageAssets {
  readonly style: string;
  /** Vega, Vega-Lite and Vega-Embed, in this order. */
  readonly libraries: readonly string[];
  /** The page's own module. */
  readonly script: string;
}

/** The report as one HTML file that works from a disk without network and shows everything but interaction without scripts. */
export function renderPage(input: PageInput): string {
  const ids = uniqueIds();
  const sections = input.contents.map((content) => renderSection(content, ids));
  const libraries = input.assets.libraries.map(scriptCode);
  const script = scriptCode(input.assets.script);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta http-equiv="Content-Security-Policy" content="${contentPolicy([...libraries, script])}" />
        <title>modelpred report</title>
        <link rel="icon" href="data:," />
        <style>
          ${raw(input.assets.style)}
        </style>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        ${renderNavigation(sections)}
        <main id="main" tabindex="-1">
          ${renderSummary(input, sections)} ${sections.map((section) => section.body)}
        </main>
        ${libraries.map((code) => scriptElement('text/javascript', code))} ${scriptElement('module', script)}
      </body>
    </html> `;
  return page.html;
}

/** Only the page's own scripts may run, and nothing may be fetched, whatever a notebook's outputs hold. */
function contentPolicy(scripts: readonly Html[]): string {
  const digests = scripts.map((code) => `'sha256-${createHash('sha256').update(code.html).digest('base64')}'`);
  return `default-src 'none'; script-src ${digests.join(' ')}; style-src 'unsafe-inline'; img-src data: blob:`;
}

function uniqueIds(): (wanted: string) => string {
  const used = new Map<string, number>([
    ['main', 1],
    ['summary', 1],
  ]);
  return (wanted) => {
    const count = (used.get(wanted) ?? 0) + 1;
    used.set(wanted, count);
    return count === 1 ? wanted : `${wanted}-${count}`;
  };
}

function renderNavigation(sections: readonly Section[]): Html {
  const entries = sections.map(({ content, id, headings }) => {
    const inner = headings.filter((heading) => heading.level === 2);
    const list = inner.map((heading) => html`<li><a href="#${heading.id}">${heading.text}</a></li> `);
    return html`<li>
      <a href="#${id}">${content.title}</a>${
        inner.length > 0
          ? html`<ol>
              ${list}
            </ol>`
          : ''
      }
    </li> `;
  });
  return html`<nav aria-label="Contents">
    <details open>
      <summary>Contents</summary>
      <ol>
        <li><a href="#summary">Summary</a></li>
        ${entries}
      </ol>
    </details>
  </nav>`;
}

function renderSummary({ profile, provenance, outcomes, contents }: PageInput, sections: readonly Section[]): Html {
  const claims = sections.flatMap(({ content, id }) =>
    outputsOf(content, 'claims').flatMap((output) => output.claims.map((claim) => ({ claim, id, content }))),
  );
  const problems = outcomes.filter((outcome) => outcome.status !== 'passed');
  const runs = outcomes.map((outcome) => {
    const content = contents.find((candidate) => candidate.name === outcome.name);
    const title = content ? html`<a href="#${sectionId(outcome.name)}">${content.title}</a>` : outcome.name;
    const own = content ? outputsOf(content, 'claims').flatMap((output) => output.claims) : [];
    const counts = (['holds', 'does not hold', 'not testable here'] as const).map(
      (verdict) => html`<td class="number">${own.filter((claim) => claim.verdict === verdict).length}</td> `,
    );
    return html`<tr>
      <td>${title}</td>
      ${counts}
      <td>${outcome.status}</td>
      <td class="number">${formatDuration(outcome.seconds)}</td>
    </tr> `;
  });
  const facts: [string, string][] = [
    ['started', provenance.started],
    ['duration', formatDuration(provenance.seconds)],
    ['commit', provenance.commit ?? 'not under git'],
    ['machine', provenance.machine],
    ['tensor backend', provenance.backend],
    [
      'versions',
      Object.entries(provenance.versions)
        .map((entry) => entry.join(' '))
        .join(', '),
    ],
  ];
  return html`<section id="summary" aria-labelledby="summary-title">
    <h1 id="summary-title">modelpred report</h1>
    <p class="lead">
      What would the trained model be if the training data were different? ${outcomes.length}
      ${outcomes.length === 1 ? 'notebook' : 'notebooks'}, profile <code>${profile}</code>. Of ${claims.length} claims,
      ${countVerdicts(claims.map(({ claim }) => claim))}.
    </p>
    ${problems.map(
      ({ name, status, message }) =>
        html`<div class="problem" role="alert">
          <strong>${name} ${status}.</strong>
          <pre>${message}</pre>
        </div> `,
    )}
    <h2>Notebooks</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="Notebooks of this run">
      <table>
        <thead>
          <tr>
            <th scope="col">notebook</th>
            <th scope="col" class="number">claims that hold</th>
            <th scope="col" class="number">do not hold</th>
            <th scope="col" class="number">not testable here</th>
            <th scope="col">execution</th>
            <th scope="col" class="number">time</th>
          </tr>
        </thead>
        <tbody>
          ${runs}
        </tbody>
      </table>
    </div>
    ${claims.length === 0 ? html`<p>No notebook stated a claim.</p>` : allClaims(claims)}
    <h2>Run</h2>
    <dl>
      ${facts.map(
        ([name, fact]) =>
          html`<dt>${name}</dt>
            <dd>${fact}</dd> `,
      )}
    </dl>
  </section>`;
}

/** Every claim in one table, folded: each stands in its notebook too. */
function allClaims(
  claims: readonly { readonly claim: Claim; readonly id: string; readonly content: NotebookContent }[],
): Html {
  const entries = claims.map(({ claim, id, content }) => {
    return { claim, where: html`<a href="#${id}" title="${content.title}">${content.name.split('-')[0]}</a>` };
  });
  return html`<details class="all">
    <summary>All claims</summary>
    ${claimsTable(entries)}
  </details>`;
}
