import { strict as assert } from 'node:assert';
import { changeOrders, helpfulFirst } from '../../src/experiments/deletion-and-addition/changes.js';
import {
  changeCosts,
  changedPredictions,
  changeErrorRows,
  deletionAndAddition,
  deletionAndAdditionClaims,
  resultsOf,
  type ChangeResult,
} from '../../src/experiments/deletion-and-addition/index.js';
import { loadProblem } from '../../src/experiments/problems/index.js';
import { checkClaims, checkPlainData } from './checks.js';
import { fullPool, leaveOneOut } from '../../src/subsets/index.js';
import { correctClassMargins } from '../../src/evaluation/index.js';
import { mean, spearman } from '../../src/statistics/index.js';
import { takeRows } from '../../src/data/index.js';

describe('orders of removal and addition', () => {
  it('hold every point once, a cluster by distance, a class before the others', async () => {
    const { pool } = await loadProblem('iris 1/2');
    for (const kind of ['at random', 'one cluster', 'one class first'] as const) {
      const orders = changeOrders(kind, pool, 4, 1);
      for (const order of orders) assert.equal(new Set(order).size, pool.size);
      assert.ok(orders[0].some((point, k) => point !== orders[2][k]));
    }
    const [cluster] = changeOrders('one cluster', pool, 1, 1);
    const distance = (i: number) =>
      Math.hypot(...Array.from({ length: 4 }, (_, j) => pool.features[4 * i + j] - pool.features[4 * cluster[0] + j]));
    for (let k = 1; k < pool.size; k++) assert.ok(distance(cluster[k]) >= distance(cluster[k - 1]));
    changeOrders('one class first', pool, 2, 1).forEach((order, b) => {
      const labels = Array.from(order, (i) => Number(pool.labels[i] !== b));
      assert.deepEqual(labels, labels.slice().sort());
    });
  });
  it('put first what retraining says is most helpful to a point', async () => {
    const problem = await loadProblem('iris 1/2');
    const { pool, test, learner } = problem;
    const full = (await learner.retrain(pool, fullPool(pool.size))).parameters;
    const target = takeRows(test, [0]);
    const [order] = await helpfulFirst(problem, full, target, 1, 1);
    const without = await learner.retrain(pool, leaveOneOut(pool.size));
    const margins = correctClassMargins({ learner, points: target, parameters: without.parameters });
    const ranked = Array.from(order, (i) => margins[i]);
    assert.ok(spearman(ranked, [...order.keys()]) > 0.98);
  });
});

describe('deletion and addition, smoke profile', function () {
  this.timeout(60_000);
  let results: ChangeResult[];
  before(async () => (results = await deletionAndAddition({ profile: 'smoke', seed: 1 })));

  it('gives plain data', () => checkPlainData(results));
  it('has one row per method, kind and size, inside its interval', () => {
    for (const direction of ['removed', 'added'] as const) {
      const rows = changeErrorRows(results, direction);
      const keys = rows.map(({ dataset, method, change, share }) => JSON.stringify([dataset, method, change, share]));
      assert.equal(new Set(keys).size, rows.length);
      for (const { error, low, high, method } of rows) assert.ok(low <= error && error <= high, method);
    }
  });
  it('finds the authors’ formula near no change, and Newton’s method near the truth', () => {
    const errorOf = (method: string) =>
      mean(
        changeErrorRows(results.slice(0, 1), 'removed')
          .filter((row) => row.method === method && row.change === 'removed at random' && row.share > 0.4)
          .map(({ error }) => error),
      );
    assert.ok(errorOf("influence function (as in the paper's code)") > 0.8);
    assert.ok(errorOf('influence function') < 0.6);
    assert.ok(errorOf('size-aware Newton, one step') < 0.1);
  });
  it('adds points only by methods that read them', () => {
    const methods = new Set(changeErrorRows(results, 'added').map(({ method }) => method));
    assert.ok(methods.has('ModelPred (improved)') && methods.has('one Newton step'));
    assert.ok(!methods.has('ridge on mask and size') && !methods.has('L-BFGS, 4 iterations'));
  });
  it('asks a network of its own kind of methods, and what another seed does', () => {
    const networks = resultsOf(results, 'networks');
    assert.equal(networks.length + resultsOf(results, 'linear models').length, results.length);
    const methods = new Set(changeErrorRows(networks, 'removed').map(({ method }) => method));
    assert.ok(methods.has('fine-tuning for 20 steps') && !methods.has('one Newton step'));
    const claim = deletionAndAdditionClaims(networks, 'smoke').find(({ id }) => id.startsWith('other-seed-parameters'));
    assert.equal(claim?.verdict, 'holds');
  });
  it('compares predictions where half the pool changed', () => {
    for (const row of changedPredictions(results, 'removed')) {
      assert.ok(row.low <= row['margin error / change'] && row['margin error / change'] <= row.high);
      assert.ok(row['label agreement'] > 0.5 && row['label agreement'] <= 1);
    }
  });
  it('counts labels and training in the total time', () => {
    for (const { method, onlineSeconds, totalSeconds } of changeCosts(results)) {
      if (/ModelPred|ridge/.test(method)) assert.ok(totalSeconds > onlineSeconds, method);
      if (method === 'exact retraining') assert.equal(totalSeconds, onlineSeconds);
    }
  });
  it('states claims that follow from its measurements', () => {
    const claims = deletionAndAdditionClaims(results, 'smoke');
    checkClaims(claims);
  });
});
