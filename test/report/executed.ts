import type { Provenance } from '../../scripts/report/provenance.js';
import type { Claim } from '../../src/evaluation/claim.js';
import type { Table } from '../../src/evaluation/tidy-table.js';
import { claimsBundle } from '../../src/notebook/show-claims.js';
import { figureBundle } from '../../src/notebook/show-figure.js';
import { progressBundle } from '../../src/notebook/progress.js';
import { tableBundle } from '../../src/notebook/show-table.js';
import { errorBySize, stackedCost, type ErrorBySizeRow } from '../../src/plots/index.js';
import { errorBySizeRows, stackedCostRows } from '../plots/tables.js';

/** Text that would break out of a page that does not escape it. */
export const hostile = `</script><script>window.broken = true</script><img src=x onerror="window.broken = true">'"&<!--`;

export const claims: readonly Claim[] = [
  {
    id: 'iris-error',
    statement: 'The faithful predictor errs by at most 6 % on Iris 0/1.',
    source: 'this project',
    measured: 0.0503,
    interval: { low: 0.048, high: 0.053, kind: '95 % bootstrap over subsets' },
    unit: 'mean relative parameter error',
    verdict: 'holds',
    guarded: true,
  },
  {
    id: 'newton',
    statement: `Prediction is more accurate than one Newton step ${hostile}`,
    source: 'paper, abstract',
    measured: 3.2,
    interval: { low: 2.9, high: 3.6, kind: '95 % bootstrap over subsets' },
    unit: 'ratio of errors',
    verdict: 'does not hold',
    guarded: false,
  },
  {
    id: 'speed',
    statement: 'Prediction is faster than retraining.',
    source: 'paper, abstract',
    measured: 41.7,
    unit: 'times as fast',
    verdict: 'holds',
    guarded: false,
    timing: true,
  },
  {
    id: 'higgs',
    statement: 'The same holds on HIGGS.',
    source: 'paper, abstract',
    measured: null,
    unit: 'mean relative parameter error',
    verdict: 'not testable here',
    guarded: false,
  },
];

export const table: Table = [
  { dataset: 'Iris 0/1', method: hostile, error: 0.0503, subsets: 200, converged: true },
  { dataset: 'breast cancer', method: 'mean θ', error: null, subsets: 200, converged: false },
];

const display = (data: object) => ({ output_type: 'display_data', data, metadata: {} });
const code = (source: string, ...outputs: object[]) => ({
  cell_type: 'code',
  source,
  execution_count: 1,
  metadata: {},
  outputs,
});
const prose = (...lines: string[]) => ({ cell_type: 'markdown', source: lines.join('\n'), metadata: {} });

/** A notebook as the kernel's executor returns it, with one output of every kind. */
export async function executedNotebook(seconds = 1.5): Promise<object> {
  const sneaky: ErrorBySizeRow[] = [{ dataset: hostile, method: hostile, size: 1, error: 1, low: null, high: null }];
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: 'modelpred', display_name: 'TypeScript (modelpred)', language: 'typescript' } },
    cells: [
      prose(
        '# Predicting the trained model',
        '',
        'How close is $\\hat\\theta(S)$ to $\\theta(S)$? See also [data valuation](02-data-valuation.ipynb).',
        '',
        '$$',
        '\\min_\\theta \\; \\tfrac12 \\lVert w \\rVert^2 + C \\sum_{i \\in S} \\ell_i(\\theta)',
        '$$',
        '',
        `Costs $5 and then $6. HTML in prose stays text: ${hostile}`,
      ),
      code("let profile = 'quick';"),
      prose('## Error by size', '', 'Retrained and predicted parameters, on held-out subsets.'),
      code(
        `show(errorBySize(rows)); // ${hostile}`,
        { output_type: 'stream', name: 'stdout', text: `drawing \u001b[32mnow\u001b[0m ${hostile}\n` },
        display(progressBundle([{ progress: { label: 'retraining', done: 3, total: 3 }, elapsed: 1 }])),
        display(await figureBundle(errorBySize(errorBySizeRows), { name: 'error by size' })),
        display(await figureBundle(errorBySize(sneaky), { name: 'sneaky' })),
        display(tableBundle(table, { name: 'errors', caption: 'Errors of all methods' })),
      ),
      prose('## Cost', '', '### Cost in detail'),
      code(
        'show(stackedCost(costs));',
        display(await figureBundle(stackedCost(stackedCostRows), { name: 'cost', timing: true })),
        display(tableBundle([{ method: 'one Newton step', seconds }], { name: 'seconds', timing: true })),
      ),
      prose('## Claims'),
      code(
        'showClaims(claims);',
        display(claimsBundle(claims.map((claim) => (claim.timing ? { ...claim, measured: seconds } : claim)))),
        { output_type: 'execute_result', execution_count: 4, metadata: {}, data: { 'text/plain': '42' } },
        display({ 'text/html': '<p>frame</p><script>window.broken = true</script>', 'text/plain': 'frame' }),
      ),
      code('throw new Error()', {
        output_type: 'error',
        ename: 'Error',
        evalue: 'broken',
        traceback: [`\u001b[31mError: broken ${hostile}\u001b[0m`],
      }),
    ],
  };
}

export const provenance: Provenance = {
  started: '2026-01-02T03:04:05.000Z',
  seconds: 66,
  backend: 'wasm: no native TensorFlow is set up',
  versions: { modelpred: '0.1.0', node: '20.19.0' },
  commit: '0123456789ab',
  machine: 'linux 6.1 x64, 2 cores, 8.0 GiB',
};
