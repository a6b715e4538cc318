import type { Claim, Verdict } from '../../src/evaluation/claim.js';
import { html, readable, type Html } from './html.js';

const verdicts: Readonly<Record<Verdict, { readonly mark: string; readonly style: string }>> = {
  holds: { mark: '✓', style: 'holds' },
  'does not hold': { mark: '✗', style: 'fails' },
  undecided: { mark: '?', style: 'untested' },
  'not testable here': { mark: '–', style: 'untested' },
};

/** How many claims came to each verdict, e.g. `5 hold, 1 does not hold`. */
export function countVerdicts(claims: readonly Claim[]): string {
  const count = (verdict: Verdict) => claims.filter((claim) => claim.verdict === verdict).length;
  const failed = count('does not hold');
  const parts = [
    `${count('holds')} hold`,
    `${failed} ${failed === 1 ? 'does' : 'do'} not hold`,
    ...(count('undecided') > 0 ? [`${count('undecided')} undecided`] : []),
    `${count('not testable here')} not testable here`,
  ];
  return parts.join(', ');
}

/** Claims as a table; with `where`, a last column that says from which notebook each comes. */
export function claimsTable(entries: readonly { readonly claim: Claim; readonly where?: Html }[]): Html {
  const located = entries.some((entry) => entry.where !== undefined);
  const rows = entries.map(({ claim, where }) => {
    const { mark, style } = verdicts[claim.verdict];
    const interval = claim.interval
      ? html`${readable(claim.interval.low)} to ${readable(claim.interval.high)}<br /><small
            >${claim.interval.kind}</small
          >`
      : '–';
    const measured =
      claim.measured === null ? '–' : html`${readable(claim.measured)}<br /><small>${claim.unit}</small>`;
    return html`<tr>
      <td class="verdict ${style}">
        <span aria-hidden="true">${mark}</span> ${claim.verdict}
        ${claim.guarded ? html`<br /><small>guarded</small>` : ''}
      </td>
      <td>${claim.statement}<br /><small>${claim.source}</small></td>
      <td data-label="measured">${measured}</td>
      <td data-label="interval" class="interval">${interval}</td>
      ${located ? html`<td data-label="notebook">${where ?? ''}</td>` : ''}
    </tr> `;
  });
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Claims">
    <table class="claims">
      <thead>
        <tr>
          <th scope="col">verdict</th>
          <th scope="col">claim</th>
          <th scope="col">measured</th>
          <th scope="col">interval</th>
          ${located ? html`<th scope="col">notebook</th>` : ''}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}
