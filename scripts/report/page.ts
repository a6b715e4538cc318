import { createHash } from 'node:crypto';
import { formatDuration } from '../../src/notebook/format.js';
import type { Claim } from '../../src/evaluation/claim.js';
import type { Profile } from '../../src/experiments/common/profile.js';
import { claimsTable, countVerdicts } from './claims.js';
import type { NotebookContent } from './content.js';
import type { Outcome } from './execute.js';
import { html, raw, scriptCode, scriptElement, type Html } from './html.js';
import { claimsOf, renderOverview } from './overview.js';
import type { Provenance } from './provenance.js';
import { renderSection, sectionId, type Section } from './section.js';

/** Everything the page is made of. */
export interface PageInput {
  readonly profile: Profile;
  readonly provenance: Provenance;
  /** What is known of the notebooks, in reading order. */
  readonly runs: readonly ReportedRun[];
  /** Chapters that are no notebooks. */
  readonly extra: readonly NotebookContent[];
  readonly assets: PageAssets;
}

/** The execution of a notebook that the report shows. */
export interface ReportedRun {
  readonly outcome: Outcome;
  /** What it shows; undefined where the execution left nothing behind. */
  readonly content: NotebookContent | undefined;
  /** Where it was kept from an earlier run: when that ended (ISO 8601), and whether running it again would give the same. */
  readonly kept: { readonly ran: string; readonly current: boolean } | null;
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
  const contents = [...input.runs.flatMap(({ content }) => content ?? []), ...input.extra];
  const sections = contents.map((content) => renderSection(content, ids));
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

function renderSummary({ profile, provenance, runs }: PageInput, sections: readonly Section[]): Html {
  const claims = sections.flatMap(({ content, id }) => claimsOf(content).map((claim) => ({ claim, id, content })));
  const problems = runs.filter(({ outcome }) => outcome.status !== 'passed');
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
  const shown = runs.flatMap(({ content }) => content ?? []);
  return html`<section id="summary" aria-labelledby="summary-title">
    <h1 id="summary-title">modelpred report</h1>
    <p class="lead">
      What would the trained model be if the training data were different? ${runs.length}
      ${runs.length === 1 ? 'notebook' : 'notebooks'}, profile <code>${profile}</code>. Of ${claims.length} claims,
      ${countVerdicts(claims.map(({ claim }) => claim))}.
    </p>
    ${problems.map(
      ({ outcome: { name, status, message } }) =>
        html`<div class="problem" role="alert">
          <strong>${name} ${status}.</strong>
          <pre>${message}</pre>
        </div> `,
    )}
    <h2>What the papers say, and what we find</h2>
    ${shown.map((content) => renderOverview(content))}
    ${claims.length === 0 ? html`<p>No notebook stated a claim.</p>` : allClaims(claims)}
    <h2>Run</h2>
    ${renderRuns(runs)}
    <dl>
      ${facts.map(
        ([name, fact]) =>
          html`<dt>${name}</dt>
            <dd>${fact}</dd> `,
      )}
    </dl>
  </section>`;
}

/** A time to the minute, for people. */
export const minute = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`;

/** Which notebooks ran now, which were kept and from when, and how long each took. */
function renderRuns(runs: readonly ReportedRun[]): Html {
  const rows = runs.map(({ outcome, content, kept }) => {
    const title = content ? html`<a href="#${sectionId(outcome.name)}">${content.title}</a>` : outcome.name;
    const since = kept?.current ? 'nothing has changed since' : 'sources, data or versions have changed since';
    const when = kept ? `${outcome.status} ${minute(kept.ran)}, kept: ${since}` : `${outcome.status} in this run`;
    return html`<tr>
      <td>${title}</td>
      <td>${when}</td>
      <td class="number">${formatDuration(outcome.seconds)}</td>
    </tr> `;
  });
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Notebooks of this run">
    <table>
      <thead>
        <tr>
          <th scope="col">notebook</th>
          <th scope="col">execution</th>
          <th scope="col" class="number">time</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
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
