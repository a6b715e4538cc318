import { strict as assert } from 'node:assert';
import {
  ablationTables,
  accuracyTable,
  costAccuracyRows,
  describeProblems,
  errorsBySize,
  frontierTable,
  logLossPairs,
  predictingModels,
  predictingModelsClaims,
  predictionCosts,
  type PredictingModelsResult,
} from '../../src/experiments/predicting-models/index.js';
import { checkClaims, checkPlainData, verdictAbove } from './checks.js';

describe('predicting models, smoke profile', function () {
  this.timeout(180_000);
  let results: PredictingModelsResult[];
  before(async () => (results = await predictingModels({ profile: 'smoke', seed: 1 })));

  it('gives plain data', () => checkPlainData(results));
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
    const rows = errorsBySize(results, ['mean']);
    assert.ok(rows.length >= 3 && rows.every(({ size }, i) => i === 0 || size > rows[i - 1].size));
  });
  it('pairs log-losses of predicted and retrained models, all positive', () => {
    const rows = logLossPairs(results, ['newton']);
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
    for (const { method, stage, seconds } of predictionCosts(results))
      if (stage === 'labels') assert.equal(seconds > 0, /mean|nearest|ridge|ModelPred/.test(method), method);
    const exact = costAccuracyRows(results).find(({ method }) => method === 'exact retraining');
    assert.ok(exact && exact.error === null && exact.onlineSeconds === exact.totalSeconds);
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
    const below = ratio?.interval && { low: -ratio.interval.high, high: -ratio.interval.low };
    assert.equal(ratio?.verdict, verdictAbove(below, -1));
  });
});
