import { strict as assert } from 'node:assert';
import {
  additionRows,
  cleaningTable,
  dataSelection,
  dataSelectionClaims,
  rankedRemovalRows,
  selectionCosts,
  selectionProblems,
  selectionRows,
  selectionTable,
  type DataSelectionResult,
} from '../../src/experiments/data-selection/index.js';
import { checkClaims, checkPlainData, verdictAbove } from './checks.js';

describe('data selection, smoke profile', function () {
  this.timeout(60_000);
  let results: DataSelectionResult[];
  before(async () => (results = await dataSelection({ profile: 'smoke', seed: 1 })));

  it('gives plain data', () => checkPlainData(results));
  it('judges every method at every budget once, inside its interval', () => {
    const rows = selectionRows(results);
    assert.equal(rows.length, 9 * 3);
    assert.equal(new Set(rows.map(({ method, share }) => `${method} ${share}`)).size, rows.length);
    for (const { method, accuracy, low, high } of rows) assert.ok(low <= accuracy && accuracy <= high, method);
  });
  it('chooses as many different points as the budget, with the same test points for all seeds', () => {
    for (const { trials } of results) {
      for (const { problem, choices } of trials) {
        assert.deepEqual(problem.test.features, trials[0].problem.test.features);
        for (const { method, sets } of choices)
          sets.forEach((ofBudget, b) => {
            for (const set of ofBudget) assert.equal(new Set(Array.from(set)).size, [2, 4, 8][b], method);
          });
      }
      assert.notDeepEqual(trials[0].problem.pool.labels, trials[1].problem.pool.labels);
    }
  });
  it('gives random choices no gain over themselves and a share of flipped labels like the pool’s', () => {
    const random = selectionTable(results).filter(({ method }) => method === 'random');
    for (const row of random) {
      assert.equal(row['gain over random'], 0);
      assert.ok(row['flipped among the chosen'] < 0.5);
    }
  });
  it('has curves that end at the whole pool, or start there', () => {
    const [{ 'accuracy, whole pool': whole }] = selectionProblems(results);
    const ends = [
      ...additionRows(results).filter(({ share }) => share === 1),
      ...rankedRemovalRows(results).filter(({ fraction }) => fraction === 0),
    ];
    assert.equal(ends.length, 8 * 3);
    for (const { accuracy } of ends) assert.ok(Math.abs(accuracy - whole) < 1e-12);
  });
  it('flags points and retrains without them', () => {
    for (const row of cleaningTable(results)) {
      assert.ok(row.flagged >= 1 && row.flagged < 40);
      for (const score of ['flipped-label area', 'F1, lower cluster', 'F1, share known'] as const)
        assert.ok(row[score] >= 0 && row[score] <= 1, row.values);
      assert.ok(row.low <= row.gain + 1e-12 && row.gain <= row.high + 1e-12);
    }
  });
  it('counts labels and training only for methods that learn', () => {
    for (const { method, stage, seconds } of selectionCosts(results))
      if (stage !== 'prediction') assert.equal(seconds > 0, /ModelPred|judged/.test(method), method);
  });
  it('states claims that follow from its measurements', () => {
    const claims = dataSelectionClaims(results, 'smoke');
    checkClaims(claims);
    for (const { id, measured, interval, verdict } of claims) {
      if (interval) assert.equal(verdict, verdictAbove(interval, 0), id);
      else assert.equal(verdict === 'holds', id === 'exact-retraining' || Number(measured) > 1, id);
    }
  });
});
