import type { Claim } from '../../src/evaluation/claim.js';
import { outputsOf, type Figure, type NotebookContent } from './content.js';
import { html, readable, type Html } from './html.js';
import { sectionId, stillPicture } from './section.js';

/** All claims of a notebook, in its order. */
export const claimsOf = (content: NotebookContent): Claim[] =>
  outputsOf(content, 'claims').flatMap((output) => [...output.claims]);

/** What a paper says, and the claims that check it. */
export interface Finding {
  /** What it says, in its words or in those of the first claim. */
  readonly says: string;
  /** Where it says so. */
  readonly where: string;
  readonly claims: readonly Claim[];
}

/** Digits of a measured number that one reads at a glance; the notebook has them all. */
const shownDigits = 2;

const own = /^this project\b/;

/** The claims of papers by what they say; those that this project states itself are not among them. */
export function findingsOf(claims: readonly Claim[]): Finding[] {
  const bySource = new Map<string, Claim[]>();
  for (const claim of claims)
    if (!own.test(claim.source)) bySource.set(claim.source, [...(bySource.get(claim.source) ?? []), claim]);
  return [...bySource].map(([source, checks]) => {
    const [place, ...words] = source.split(': ');
    const says = words.length > 0 ? words.join(': ') : checks[0].statement;
    return {
      says: says.charAt(0).toUpperCase() + says.slice(1),
      where: place.replace(/^paper\b/, 'Zeng et al. 2023'),
      claims: checks,
    };
  });
}

/** A notebook in a look: its headline figure, what the papers say beside what it finds, its own claims counted. */
export function renderOverview(content: NotebookContent): Html {
  const claims = claimsOf(content);
  const figure = headlineFigure(content);
  const link = `#${sectionId(content.name)}`;
  const ours = claims.filter(({ source }) => own.test(source));
  return html`<article class="overview" aria-label="${content.title}">
    <h3><a href="${link}">${content.title}</a></h3>
    ${figure ? html`<a class="headline" href="${link}" title="${figure.name}">${stillPicture(figure)}</a>` : ''}
    <div class="findings">
      ${findingsTable(findingsOf(claims))}
      ${ours.length === 0 ? '' : html`<p class="own">Of our own claims, ${held(ours)} of ${ours.length} hold.</p>`}
    </div>
  </article> `;
}

/** The figure of the cell tagged `headline`, else the first. */
function headlineFigure(content: NotebookContent): Figure | undefined {
  const tagged = content.cells.filter((cell) => cell.kind === 'code' && cell.tags.includes('headline'));
  return [...outputsOf({ ...content, cells: tagged }, 'figure'), ...outputsOf(content, 'figure')][0];
}

const held = (claims: readonly Claim[]): number => claims.filter(({ verdict }) => verdict === 'holds').length;

function findingsTable(findings: readonly Finding[]): Html {
  if (findings.length === 0) return html`<p>It checks no paper’s claim.</p>`;
  return html`<table>
    <thead>
      <tr>
        <th scope="col">the papers say</th>
        <th scope="col">we find</th>
      </tr>
    </thead>
    <tbody>
      ${findings.map(
        ({ says, where, claims }) =>
          html`<tr>
            <td>${says}<br /><small>${where}</small></td>
            <td>${verdictOf(claims)}${measuredOf(claims)}</td>
          </tr> `,
      )}
    </tbody>
  </table>`;
}

function verdictOf(claims: readonly Claim[]): Html {
  const tested = claims.filter(({ verdict }) => verdict !== 'not testable here');
  if (tested.length === 0) return html`<span class="verdict untested">– not testable here</span>`;
  const [count, all] = [held(tested), tested.length];
  if (tested.every(({ verdict }) => verdict === 'undecided'))
    return html`<span class="verdict untested">? undecided</span>`;
  if (all === 1)
    return count === 1
      ? html`<span class="verdict holds">✓ holds</span>`
      : html`<span class="verdict fails">✗ does not hold</span>`;
  if (count === all) return html`<span class="verdict holds">✓ holds in all ${all} checks</span>`;
  if (count === 0) return html`<span class="verdict fails">✗ holds in none of ${all} checks</span>`;
  return html`<span class="verdict fails">± holds in ${count} of ${all} checks</span>`;
}

/** What was measured, where all checks measured the same thing. */
function measuredOf(claims: readonly Claim[]): Html | string {
  const [{ unit }] = claims;
  const measured = claims.flatMap((claim) => claim.measured ?? []);
  if (measured.length === 0 || claims.some((claim) => claim.unit !== unit)) return '';
  return html`<br /><small
      >${measured.map((value) => readable(Number(value.toPrecision(shownDigits)))).join(', ')} ${unit}</small
    >`;
}
