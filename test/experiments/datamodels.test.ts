import { strict as assert } from 'node:assert';
import { correctClassMargins } from '../../src/evaluation/index.js';
import { takeRows } from '../../src/data/index.js';
import { influencePredictor } from '../../src/prediction/index.js';
import {
  changePairs,
  changeScores,
  componentTable,
  datamodelCosts,
  datamodels,
  datamodelsClaims,
  embeddingRows,
  estimateTable,
  marginDropRows,
  marginDropTable,
  marginPairs,
  marginScores,
  neighbourTable,
  scoreRows,
  supportCosts,
  supportRows,
  supportTable,
  type DatamodelsResult,
} from '../../src/experiments/datamodels/index.js';
import { effectsOnTargets } from '../../src/experiments/datamodels/targets.js';
import { supportsOf } from '../../src/experiments/datamodels/supports.js';
import { loadProblem } from '../../src/experiments/problems/index.js';
import { fixedSizeSubsets, fullPool, leaveGroupOut, removableInOrder } from '../../src/subsets/index.js';
import { buildBank } from '../../src/retraining/index.js';
import { checkClaims, checkPlainData, verdictAbove } from './checks.js';

describe('datamodels, smoke profile', function () {
  this.timeout(60_000);
  let results: DatamodelsResult[];
  before(async () => (results = await datamodels({ profile: 'smoke', seed: 1 })));

  it('gives plain data', () => checkPlainData(results));
  it('scores every method on every size once, inside its interval', () => {
    const rows = marginScores(results);
    assert.equal(rows.length, 3 * 7);
    assert.equal(new Set(rows.map((row) => `${row.method} ${row['share of the pool']}`)).size, rows.length);
    for (const row of rows) {
      const score = row['linear datamodelling score'];
      assert.ok(row.low <= score && score <= row.high && row['median R²'] <= 1, row.method);
    }
  });
  it('gives methods that learn nothing the same score for any number of retrained subsets', () => {
    const rows = scoreRows(results);
    const scoresOf = (method: string) => rows.filter((row) => row.method === method).map(({ score }) => score);
    const [few, many] = scoresOf('size-aware Newton, one step');
    assert.ok(few === many && few > 0.9);
    const [small, large] = scoresOf('datamodels (LASSO)');
    assert.ok(small < large);
  });
  it('pairs margins of the same point for all methods', () => {
    const pairs = marginPairs(results, ['lasso', 'refined']);
    const [first, second] = [pairs.slice(0, 40), pairs.slice(40)];
    assert.equal(second.length, 40);
    assert.deepEqual(
      first.map(({ exact }) => exact),
      second.map(({ exact }) => exact),
    );
  });
  it('counts labels only for methods that learn', () => {
    const labels = datamodelCosts(results).filter(({ stage }) => stage === 'labels');
    for (const { method, seconds } of labels)
      assert.equal(seconds > 0, method.startsWith('datamodels') || /ModelPred|means/.test(method), method);
  });
  it('states claims that follow from its measurements', () => {
    const claims = datamodelsClaims(results, 'smoke');
    checkClaims(claims);
    const gap = claims.find(({ id }) => id === 'modelpred-breast-cancer');
    assert.equal(gap?.verdict, verdictAbove(gap?.interval, 0));
    assert.equal(claims.find(({ id }) => id === 'removal-random-breast-cancer')?.verdict, 'holds');
  });

  describe('targets followed as points are removed', () => {
    it('lose more of their margin by every ranking than at random, and more the more is removed', () => {
      const rows = marginDropRows(results);
      assert.equal(rows.length, 6 * 5);
      const dropOf = (method: string, share: number) =>
        rows.find((row) => row.method === method && row.share === share)?.drop ?? NaN;
      for (const method of new Set(rows.map((row) => row.method))) {
        if (method === 'random') continue;
        assert.ok(dropOf(method, 0.1) > dropOf('random', 0.1), method);
        assert.ok(dropOf(method, 0.1) > dropOf(method, 0.01), method);
      }
      const own = marginDropTable(results).find((row) => row['points ranked by'] === 'datamodels (LASSO)');
      assert.deepEqual([own?.['minus that of datamodels'], own?.['low of it'], own?.['high of it']], [0, 0, 0]);
    });
    it('have changes that every method predicts, on the same removals', () => {
      const scores = changeScores(results);
      assert.equal(scores.length, 2 * 5);
      for (const row of scores) {
        assert.ok(row.low <= row['Spearman correlation'] && row['Spearman correlation'] <= row.high);
        assert.ok(row['low of it'] <= row['error / change'] && row['error / change'] <= row['high of it']);
      }
      const pairs = changePairs(results, ['lasso', 'refined']);
      const exact = pairs.map((pair) => pair.exact);
      assert.equal(exact.length, 2 * 6 * 5);
      assert.deepEqual(exact.slice(0, 6 * 5), exact.slice(6 * 5));
    });
    it('flip by as many points as retraining finds, more of them the more is removed', () => {
      const [{ runs, targets: count }] = results.map(({ supports }) => supports);
      assert.ok(count > 0 && runs.length === 4);
      for (const row of supportTable(results)) {
        assert.ok(row.low <= row['median share removed'] && row['median share removed'] <= row.high);
      }
      const rows = supportRows(results);
      rows.forEach((row, k) => {
        const before = k > 0 ? rows[k - 1] : row;
        if (before.method === row.method && before.found === row.found) assert.ok(before.flipped <= row.flipped);
        assert.ok((row.low ?? 0) <= row.flipped && row.flipped <= (row.high ?? 1));
      });
      for (const row of estimateTable(results))
        assert.ok(row['expected to flip'] <= 1 && row['flip when retrained'] <= 1);
      const costs = supportCosts(results);
      assert.ok(costs.every(({ method, labels }) => labels > 0 === /LASSO|ModelPred/.test(method)));
    });
    it('are embedded with neighbours and components', () => {
      assert.equal(embeddingRows(results).length, 6);
      assert.equal(neighbourTable(results).length, 7);
      for (const row of neighbourTable(results)) {
        const correlation = row['correlation of retrained margins'];
        assert.ok(row.low <= correlation && correlation <= row.high && row['of the same class'] <= 1);
      }
      const ends = componentTable(results);
      assert.equal(ends.length, 6);
      assert.ok(ends.reduce((sum, row) => sum + row['share of variance'], 0) <= 2);
    });
  });
});

describe('what retraining says about targets', function () {
  this.timeout(60_000);

  it('finds supports that are right: without these points the target flips, with one of them it does not', async () => {
    const problem = await loadProblem('breast cancer');
    const { pool, test, learner } = problem;
    const targets = takeRows(test, [0, 1, 2, 3]);
    const halves = fixedSizeSubsets({ poolSize: pool.size, count: 60, size: 150, seed: 1 });
    const bank = await buildBank({ pool, learner, subsets: halves });
    const full = (await learner.retrain(pool, fullPool(pool.size))).parameters;
    const predictor = influencePredictor({ pool, learner, full });
    const learned = {
      halves: { result: bank, seconds: 0 },
      network: { method: 'improved', predictor, labels: 0, training: 0 } as const,
    };
    const own = await effectsOnTargets({ problem, targets, learned, control: {} });
    const { runs } = await supportsOf(own, {});
    const effects = own.methods.find(({ method }) => method === 'influence')?.effects ?? new Float64Array();
    const sizes = runs.find(({ method }) => method === 'influence')?.sizes ?? new Float64Array();
    const asked = [...own.margins.keys()].filter((t) => own.margins[t] >= 0);
    assert.ok(asked.length >= 3);
    for (const [k, t] of asked.slice(0, 3).entries()) {
      const ofTarget = effects.subarray(t * pool.size, (t + 1) * pool.size);
      const order = [...ofTarget.keys()].sort((i, j) => ofTarget[j] - ofTarget[i]).filter((i) => ofTarget[i] >= 0);
      assert.ok(Number.isFinite(sizes[k]));
      const without = removableInOrder({ labels: pool.labels, order }).subarray(0, sizes[k]);
      const subsets = leaveGroupOut(pool.size, [without, without.subarray(0, -1)]);
      const { parameters } = await learner.retrain(pool, subsets);
      const margins = correctClassMargins({ learner, points: targets, parameters });
      assert.ok(margins[t] < 0 && margins[targets.size + t] >= 0, `target ${t}`);
    }
    // Refined by a Newton step, effects are close to those of retraining.
    const of = (name: string) => own.methods.find(({ method }) => method === name)?.effects ?? new Float64Array();
    const [exact, told] = [of('retrainedWithout'), of('refined')];
    for (const { method, effects: all } of own.methods) assert.equal(all.length, targets.size * pool.size, method);
    const distance = Math.hypot(...told.map((effect, at) => effect - exact[at])) / Math.hypot(...exact);
    assert.ok(distance < 0.3, `${distance}`);
  });
});
