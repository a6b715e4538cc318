import { strict as assert } from 'node:assert';
import { InputError } from '../../src/errors.js';
import {
  ablationTables,
  accuracyTable,
  agreementByTimeRows,
  agreementTable,
  convergenceRows,
  costTable,
  dataValuation,
  dataValuationClaims,
  describeProblems,
  detectionCurves,
  errorsBySize,
  frontierTable,
  logLossPairs,
  equalTimeTable,
  otherValues,
  parseProfile,
  predictingModels,
  predictingModelsClaims,
  removalRows,
  valuationCosts,
  valuationProblems,
  valueRows,
  type ProblemResult,
  type ValuationResult,
} from '../../src/experiments/index.js';
import type { Claim } from '../../src/evaluation/index.js';

function checkClaims(claims: readonly Claim[]): void {
  assert.equal(new Set(claims.map(({ id }) => id)).size, claims.length, 'ids are unique');
  for (const { id, measured, interval } of claims) {
    assert.ok(measured !== null && Number.isFinite(measured), id);
    if (interval) assert.ok(interval.low <= measured && measured <= interval.high, `${id} lies in its interval`);
  }
  const exact = claims.find(({ id }) => id === 'exact-retraining');
  assert.equal(exact?.verdict, 'holds');
}

describe('profiles', () => {
  it('are refused by name', () => {
    assert.equal(parseProfile('quick'), 'quick');
    assert.throws(() => parseProfile('fast'), InputError);
  });
});

describe('predicting models, smoke profile', function () {
  this.timeout(180_000);
  let results: ProblemResult[];
  before(async () => (results = await predictingModels({ profile: 'smoke', seed: 1 })));

  it('describes its data', () => {
    const [{ pool, test, parameters }] = describeProblems(results.map(({ problem }) => problem));
    assert.deepEqual([pool, test, parameters], [67, 33, 5]);
  });
  it('scores every method once, inside its interval', () => {
    const rows = accuracyTable(results);
    assert.equal(new Set(rows.map(({ method }) => method)).size, rows.length);
    for (const row of rows) {
      assert.ok(row.low <= row['relative error'] && row['relative error'] <= row.high, row.method);
      assert.ok(row['lowest seed'] <= row['highest seed']);
    }
    const error = (method: string): number => rows.find((row) => row.method === method)?.['relative error'] ?? NaN;
    assert.ok(error('one Newton step') < error('influence function'));
    assert.ok(error('ridge on mask and size') < error('mean θ'));
    assert.ok(error('size-aware chord, one step') < error('influence function'));
    assert.ok(error('ModelPred (improved) + one Newton step') < error('ModelPred (improved)'));
  });
  it('splits the same errors by size', () => {
    const rows = errorsBySize(results, ['mean θ']);
    assert.ok(rows.length >= 3 && rows.every(({ size }, i) => i === 0 || size > rows[i - 1].size));
  });
  it('pairs log-losses of predicted and retrained models, all positive', () => {
    const rows = logLossPairs(results, ['one Newton step']);
    assert.equal(rows.length, 40);
    assert.ok(rows.every(({ predicted, exact }) => predicted > 0 && exact > 0));
  });
  it('has every regulariser with every seed', () => {
    const { summary, seeds } = ablationTables(results);
    assert.deepEqual(
      summary.map(({ variant }) => variant),
      ['parameter MSE', 'stationarity + utility', 'weight penalties', 'full'],
    );
    assert.equal(seeds.length, 8);
  });
  it('counts costs, none for labels where no bank is used', () => {
    const rows = costTable(results);
    assert.equal(rows.find(({ method }) => method === 'exact retraining')?.error, null);
    assert.equal(rows.find(({ method }) => method === 'one Newton step')?.labels, 0);
    assert.ok((rows.find(({ method }) => method === 'mean θ')?.labels ?? 0) > 0);
  });
  it('says from how many models on a method is cheaper than retraining them', () => {
    const rows = frontierTable(results);
    const exact = rows.find(({ method }) => method === 'exact retraining');
    assert.ok(exact && exact['cheaper than retraining from (models)'] === null);
    for (const row of rows) {
      const from = row['cheaper than retraining from (models)'];
      if (from === null) continue;
      const after = (models: number): number =>
        row['labels (s)'] + row['training (s)'] + (models * row['prediction (µs per model)']) / 1e6;
      const retrained = (models: number): number => (models * exact['prediction (µs per model)']) / 1e6;
      assert.ok(after(from) <= retrained(from) + 1e-9, row.method);
      assert.ok(from === 0 || after(from - 1) >= retrained(from - 1) - 1e-9, row.method);
    }
  });
  it('states claims that follow from its measurements', () => {
    const claims = predictingModelsClaims(results, 'smoke');
    checkClaims(claims);
    const ratio = claims.find(({ id }) => id === 'ModelPred-parameter-MSE-against-one-Newton-step-iris-0-1');
    assert.equal(ratio?.verdict, (ratio?.interval?.high ?? 0) < 1 ? 'holds' : 'does not hold');
  });
});

describe('data valuation, smoke profile', function () {
  this.timeout(180_000);
  let results: ValuationResult[];
  before(async () => (results = await dataValuation({ profile: 'smoke', seed: 1 })));

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
  it('values the same points in other ways, Shapley as in the other tables', async () => {
    const rows = await otherValues(results);
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
    assert.equal(valueRows(results, ['exact retraining']).length, 40);
    assert.equal(new Set(detectionCurves(results).map(({ method }) => method)).size, methods.length);
    const removal = removalRows(results);
    assert.equal(removal.length, 2 * 11 * (methods.length + 1));
    const untouched = removal.filter(({ fraction }) => fraction === 0).map(({ accuracy }) => accuracy);
    assert.ok(
      untouched.every((accuracy) => Math.abs(accuracy - untouched[0]) < 1e-12),
      'nothing removed, nothing changed',
    );
    assert.ok(valuationCosts(results).every(({ prediction }) => prediction > 0));
  });
  it('gives every method at most the time of exact retraining, and exact retraining all permutations', () => {
    const [{ equalTime, methods }] = results;
    const [{ runs }] = equalTime;
    assert.equal(runs[0].permutations.length, 20);
    assert.deepEqual(
      [...runs[0].utilities[0]],
      methods[0].seeds.flatMap(({ utilities }) => [...utilities[0]]),
    );
    for (const { method, runs: own } of equalTime)
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
