import type { Claim, Verdict } from '../evaluation/claim.js';
import { displayBundle, type MimeBundle } from './cell.js';
import { alignColumns, escapeHtml, formatNumber, textColumn } from './format.js';
import { toJson } from './json.js';

/** MIME type of the machine-readable half of a claims table: `{ claims }`. Headless execution and the report read it. */
export const CLAIMS_MIME = 'application/vnd.modelpred.claims+json';

// Okabe and Ito's colours, told apart in every common form of colour blindness; the text says the same.
const STYLES: Record<Verdict, { readonly mark: string; readonly colour: string }> = {
  holds: { mark: '✓', colour: '#0072b2' },
  'does not hold': { mark: '✗', colour: '#d55e00' },
  undecided: { mark: '?', colour: '#8a5f00' },
  'not testable here': { mark: '–', colour: '#767676' },
};

const measured = (claim: Claim): string =>
  claim.measured === null ? '–' : `${formatNumber(claim.measured)} (${claim.unit})`;

const interval = ({ interval: range }: Claim): string =>
  range ? `${formatNumber(range.low)} to ${formatNumber(range.high)} (${range.kind})` : '–';

const verdict = (claim: Claim): string => `${STYLES[claim.verdict].mark} ${claim.verdict}`;

/** Claims with their verdicts, as HTML and plain text for people and as data for the report. */
export function claimsBundle(claims: readonly Claim[]): MimeBundle {
  const columns = [
    textColumn(
      'claim',
      claims.map((claim) => claim.statement),
    ),
    textColumn(
      'source',
      claims.map((claim) => claim.source),
    ),
    textColumn('measured', claims.map(measured)),
    textColumn('interval', claims.map(interval)),
    textColumn('verdict', claims.map(verdict)),
    textColumn(
      'guarded',
      claims.map((claim) => (claim.guarded ? 'yes' : 'no')),
    ),
  ];
  const rows = claims.map((claim, row) => {
    const cells = columns.map(({ title, texts }) => {
      const style = title === 'verdict' ? `;color:${STYLES[claim.verdict].colour};font-weight:bold` : '';
      return `<td style="text-align:left${style}">${escapeHtml(texts[row])}</td>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  const head = columns.map(({ title }) => `<th style="text-align:left">${title}</th>`).join('');
  return {
    'text/html': `<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${rows.join('\n')}\n</tbody>\n</table>`,
    'text/plain': alignColumns(columns),
    [CLAIMS_MIME]: toJson({ claims }),
  };
}

/** Shows what became of a notebook's claims; headless execution fails if a guarded one does not hold. */
export function showClaims(claims: readonly Claim[]): void {
  displayBundle(claimsBundle(claims));
}
