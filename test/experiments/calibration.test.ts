import { strict as assert } from 'node:assert';
import {
  calibrationClaims,
  calibration,
  calibrationProblems,
  calibrationScoreRows,
  calibrationTable,
  ensembleAgreement,
  ensembleBudgets,
  ensembleCosts,
  reliabilityRows,
  spreadByTime,
  spreadPairs,
  type CalibrationResult,
} from '../../src/experiments/calibration/index.js';
import { checkClaims, checkPlainData, verdictAbove } from './checks.js';

const exactName = 'exact retraining';

describe('calibration, smoke profile', function () {
  this.timeout(60_000);
  let results: CalibrationResult[];
  /** Of logistic regression only. */
  let logistic: CalibrationResult[];
  before(async () => {
    results = await calibration({ profile: 'smoke', seed: 1 });
    logistic = results.slice(0, 1);
  });

  it('gives plain data', () => checkPlainData(results));
  it('keeps the points that the temperature is fitted on apart from the test points', () => {
    const [row] = calibrationProblems(results);
    assert.equal(row['validation points'] + row['test points'], 269);
    const [{ problem, test }] = results;
    assert.equal(problem.test.size, 269);
    assert.equal(test.size, row['test points']);
  });
  it('compares every ensemble with the same samples retrained, inside its interval', () => {
    const rows = ensembleAgreement(logistic);
    assert.equal(rows.length, 2 * 8 + 1);
    for (const row of rows) {
      assert.ok(row['difference low'] <= row['mean difference'] && row['mean difference'] <= row['difference high']);
      const [low, value, high] = [row['spread low'], row['spread correlation'], row['spread high']];
      if (row.method === 'mean θ') assert.equal(value, null);
      else assert.ok((low as number) <= (value as number) && (value as number) <= (high as number), row.method);
      if (row.method === exactName) assert.deepEqual([row['mean difference'], row['spread ratio']], [0, 1]);
    }
    const of = (method: string): number =>
      rows.find((row) => row.method === method && row['trained on'] === 'bootstrap samples')?.['mean difference'] ??
      NaN;
    assert.ok(of('one Newton step') < of('influence function'));
    assert.ok(of('ModelPred (improved) + one Newton step') < of('ModelPred (improved)'));
  });
  it('scores every distribution, its Brier score adding up', () => {
    const rows = calibrationTable(logistic);
    assert.equal(new Set(rows.map(({ method }) => method)).size, rows.length);
    const [single, tempered] = rows;
    assert.equal(single.accuracy, tempered.accuracy, 'a temperature changes no prediction');
    for (const row of rows) {
      assert.ok(row.ECE >= 0 && row.ECE <= 1 && row['NLL (nats)'] > 0, row.method);
      const parts = row.reliability - row.resolution + row.uncertainty;
      assert.ok(Math.abs(parts - row.Brier) < 0.05, `${row.method}: only what binning hides is left out`);
    }
    const scores = calibrationScoreRows(logistic, ['single']);
    assert.deepEqual(
      scores.map(({ value }) => value),
      [single['NLL (nats)'], single.Brier, single.ECE, single['ECE, equal mass']],
    );
    for (const { low, value, high, score } of scores) assert.ok(low <= value && value <= high, score);
  });
  it('puts every test point in one bin of a reliability diagram', () => {
    const rows = reliabilityRows(logistic, ['single']);
    assert.equal(
      rows.reduce((sum, { points }) => sum + points, 0),
      results[0].test.size,
    );
    for (const { low, frequency, high } of rows) assert.ok(low <= frequency && frequency <= high);
  });
  it('pairs standard deviations of the same points', () => {
    const pairs = spreadPairs(logistic, ['exact', 'laplace']);
    const exact = pairs.filter(({ method }) => method === exactName);
    assert.equal(exact.length, results[0].test.size);
    for (const row of exact) assert.equal(row.predicted, row.exact);
    const laplace = pairs.filter(({ method }) => method !== exactName);
    assert.deepEqual(
      laplace.map((row) => row.exact),
      exact.map((row) => row.exact),
    );
  });
  it('counts time for labels only where methods learn, and more of it for more members', () => {
    for (const { method, stage, seconds } of ensembleCosts(results))
      if (stage === 'labels') assert.equal(seconds > 0, /mean|ridge|ModelPred/.test(method), method);
    const exact = spreadByTime(logistic).filter(({ method }) => method === exactName);
    assert.ok(exact.length > 1 && exact.every(({ seconds }, k) => k === 0 || seconds > exact[k - 1].seconds));
    for (const row of ensembleBudgets(results))
      assert.ok(row['models retrained in it'] <= row['models retrained in all of it'], row.method);
  });
  it('compares perceptrons with as many that differ in initial weights, and steps to no optimum', () => {
    const perceptron = results[results.length - 1];
    assert.equal(perceptron.largestResidual, null);
    const of = (result: CalibrationResult) => result.alternatives.find(({ method }) => method === 'deepEnsemble');
    assert.ok(
      of(perceptron)?.spread?.some((spread) => spread > 0),
      'weights differ',
    );
    const methods = ensembleAgreement([perceptron]).map(({ method }) => method);
    assert.equal(methods.filter((method) => method === 'deep ensemble').length, 1);
    assert.ok(!methods.some((method) => method.includes('Newton')));
    assert.ok(methods.includes('fine-tuning for 20 steps'));
    const [single, tempered, , deep] = calibrationTable([perceptron]);
    assert.deepEqual([single.method, deep.method], ['single model', 'deep ensemble']);
    assert.equal(single.accuracy, tempered.accuracy);
    assert.equal(of(logistic[0]), undefined);
    const costs = ensembleCosts(results).filter(({ method }) => method === 'deep ensemble');
    assert.deepEqual([...new Set(costs.map(({ dataset }) => dataset))], [perceptron.problem.title]);
  });
  it('states claims that follow from its measurements', () => {
    const claims = calibrationClaims(results, 'smoke');
    checkClaims(claims);
    const difference = claims.find(({ id }) => id === 'modelpred-probability-breast-cancer');
    const below = difference?.interval && { low: -difference.interval.high, high: -difference.interval.low };
    assert.equal(difference?.verdict, verdictAbove(below, -0.013));
  });
});
