import { strict as assert } from 'node:assert';
import {
  agreementByTimeRows,
  agreementTable,
  convergenceRows,
  dataValuation,
  dataValuationClaims,
  detectionCurves,
  equalTimeTable,
  otherValuesTable,
  removalRows,
  valuationCosts,
  valuationProblems,
  valueRows,
  type DataValuationResult,
} from '../../src/experiments/data-valuation/index.js';
import { checkClaims, checkPlainData } from './checks.js';

describe('data valuation, smoke profile', function () {
  this.timeout(180_000);
  let results: DataValuationResult[];
  before(async () => (results = await dataValuation({ profile: 'smoke', seed: 1 })));

  it('gives plain data', () => checkPlainData(results));
  it('flips a tenth of the pool and keeps validation and test points apart', () => {
    const [row] = valuationProblems(results);
    assert.deepEqual([row.pool, row['flipped labels']], [40, 4]);
    assert.equal(row['validation points'] + row['test points'], 269);
  });
  it('compares every method with the reference and with exact values', () => {
    const rows = agreementTable(results);
    assert.equal(rows.length, 12);
    for (const row of rows.filter(({ method }) => method === 'exact retraining'))
      assert.equal(row['Spearman with exact, same permutations'], 1);
  });
  it('values the same points in other ways, Shapley as in the other tables', () => {
    const rows = otherValuesTable(results);
    assert.deepEqual(
      rows.map(({ values }) => values),
      ['Shapley', 'Banzhaf', 'leave-one-out', 'Data-OOB', 'KNN-Shapley'],
    );
    for (const row of rows) {
      assert.ok(row['area low'] <= row['flipped-label area'] && row['flipped-label area'] <= row['area high']);
      assert.ok(Math.abs(row['Spearman with Shapley reference']) <= 1);
    }
    const [first] = agreementTable(results);
    assert.equal(rows[0]['Spearman with Shapley reference'], first['Spearman with reference']);
    assert.equal(rows[0]['flipped-label area'], first['flipped-label area']);
    assert.equal(rows[4]['subsets evaluated'], 0);
  });
  it('draws its figures’ rows', () => {
    const [{ methods }] = results;
    assert.equal(new Set(convergenceRows(results).map(({ permutations }) => permutations)).size, 3);
    assert.equal(valueRows(results, ['exact']).length, 40);
    assert.equal(new Set(detectionCurves(results).map(({ method }) => method)).size, methods.length);
    const removal = removalRows(results);
    assert.equal(removal.length, 2 * 11 * (methods.length + 1));
    const untouched = removal.filter(({ fraction }) => fraction === 0).map(({ accuracy }) => accuracy);
    assert.ok(
      untouched.every((accuracy) => Math.abs(accuracy - untouched[0]) < 1e-12),
      'nothing removed, nothing changed',
    );
    assert.ok(valuationCosts(results).every(({ stage, seconds }) => stage !== 'prediction' || seconds > 0));
  });
  it('gives every method at most the time of exact retraining, and exact retraining all permutations', () => {
    const [{ equalTime, methods }] = results;
    const [{ trials: runs }] = equalTime;
    assert.equal(runs[0].permutations.length, 20);
    assert.deepEqual(
      [...runs[0].utilities[0]],
      methods[0].trials.flatMap(({ utilities }) => [...utilities[0]]),
    );
    for (const { method, trials: own } of equalTime)
      for (const { permutations, utilities } of own) {
        assert.ok(permutations.length >= 2 && permutations.length <= 20, method);
        for (const all of utilities) assert.equal(all.length, permutations.length * 41);
      }
    const table = equalTimeTable(results);
    assert.equal(table.length, 2 * equalTime.length);
    for (const row of table) {
      assert.ok(row.low <= row['Spearman with reference'] && row['Spearman with reference'] <= row.high);
      if (row.method === 'exact retraining') assert.equal(row['lead over exact'], 0);
    }
    const curve = agreementByTimeRows(results).filter(({ method }) => method === 'exact retraining');
    assert.deepEqual(
      curve.map(({ subsets }) => subsets),
      [5, 10, 20].map((count) => count * 39),
    );
    assert.equal(curve[2].correlation, table[0]['Spearman with reference']);
  });
  it('states claims that follow from its measurements', () => {
    const claims = dataValuationClaims(results, 'smoke');
    checkClaims(claims);
    assert.ok(claims.filter(({ id }) => id.startsWith('efficiency')).every(({ verdict }) => verdict === 'holds'));
  });
});
