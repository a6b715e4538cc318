import { strict as assert } from 'node:assert';
import type { Claim } from '../../src/evaluation/index.js';
import {
  changePairs,
  changeScores,
  componentTable,
  datamodelCosts,
  datamodelEmbeddings,
  datamodelRemovals,
  datamodelsClaims,
  datamodelsComparison,
  datamodelSupports,
  datamodelTargets,
  embeddingClaims,
  embeddingRows,
  estimateTable,
  marginDropRows,
  marginDropTable,
  marginPairs,
  marginScores,
  neighbourTable,
  removalClaims,
  scoreRows,
  supportClaims,
  supportCosts,
  supportRows,
  supportTable,
  type DatamodelsResult,
  type EmbeddingsResult,
  type RemovalsResult,
  type SupportsResult,
  type TargetsResult,
} from '../../src/experiments/index.js';
import { leaveGroupOut, removableInOrder } from '../../src/subsets/index.js';

const lasso = 'datamodels (LASSO)';
const refined = 'ModelPred (improved) + one Newton step';

function checkClaims(claims: readonly Claim[]): void {
  assert.equal(new Set(claims.map(({ id }) => id)).size, claims.length);
  for (const { id, measured, interval, verdict } of claims) {
    if (verdict === 'not testable here') continue;
    assert.ok(measured !== null && Number.isFinite(measured), id);
    if (interval) assert.ok(interval.low <= measured && measured <= interval.high, id);
  }
}

describe('datamodels, smoke profile', function () {
  this.timeout(60_000);
  let results: DatamodelsResult[];
  before(async () => (results = await datamodelsComparison({ profile: 'smoke', seed: 1 })));

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
    const pairs = marginPairs(results, ['datamodels (LASSO)', 'ModelPred (improved) + one Newton step']);
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
    assert.equal(claims.find(({ id }) => id === 'exact-retraining')?.verdict, 'holds');
    const gap = claims.find(({ id }) => id === 'modelpred-breast-cancer');
    assert.equal(gap?.verdict, (gap?.interval?.low ?? 0) > 0 ? 'holds' : 'does not hold');
  });

  describe('targets followed as points are removed', () => {
    let targets: TargetsResult[];
    let removals: RemovalsResult[];
    let supports: SupportsResult[];
    let embeddings: EmbeddingsResult[];
    before(async () => {
      targets = await datamodelTargets(results);
      removals = await datamodelRemovals(targets);
      supports = await datamodelSupports(targets);
      embeddings = await datamodelEmbeddings(targets);
    });

    it('have effects of every pool point by every method, those of ModelPred with a Newton step close to retrained ones', () => {
      const [{ methods, margins, result }] = targets;
      const size = margins.length * result.problem.pool.size;
      for (const { method, effects } of methods) assert.equal(effects.length, size, method);
      const of = (name: string) => methods.find(({ method }) => method === name)?.effects ?? new Float64Array();
      const [exact, told] = [of('leave-one-out retraining'), of(refined)];
      const distance = Math.hypot(...told.map((effect, at) => effect - exact[at])) / Math.hypot(...exact);
      assert.ok(distance < 0.3, `${distance}`);
    });
    it('lose more of their margin by every ranking than at random, and more the more is removed', () => {
      const rows = marginDropRows(removals);
      assert.equal(rows.length, 6 * 5);
      const dropOf = (method: string, share: number) =>
        rows.find((row) => row.method === method && row.share === share)?.drop ?? NaN;
      for (const method of new Set(rows.map((row) => row.method))) {
        if (method === 'random') continue;
        assert.ok(dropOf(method, 0.1) > dropOf('random', 0.1), method);
        assert.ok(dropOf(method, 0.1) > dropOf(method, 0.01), method);
      }
      const own = marginDropTable(removals).find((row) => row['points ranked by'] === lasso);
      assert.deepEqual([own?.['minus that of datamodels'], own?.['low of it'], own?.['high of it']], [0, 0, 0]);
    });
    it('have changes that every method predicts, on the same removals', () => {
      const scores = changeScores(removals);
      assert.equal(scores.length, 2 * 5);
      for (const row of scores) {
        assert.ok(row.low <= row['Spearman correlation'] && row['Spearman correlation'] <= row.high);
        assert.ok(row['low of it'] <= row['error / change'] && row['error / change'] <= row['high of it']);
      }
      const pairs = changePairs(removals, [lasso, refined]);
      const exactOf = (method: string) => pairs.filter((pair) => pair.method === method).map(({ exact }) => exact);
      assert.equal(exactOf(lasso).length, 6 * 5);
      assert.deepEqual(exactOf(lasso), exactOf(refined));
    });
    it('flip by as many points as retraining finds, more of them the more is removed', () => {
      const [{ runs, targets: count }] = supports;
      assert.ok(count > 0 && runs.length === 4);
      for (const row of supportTable(supports)) {
        assert.ok(row.low <= row['median share removed'] && row['median share removed'] <= row.high);
      }
      const rows = supportRows(supports);
      rows.forEach((row, k) => {
        const before = k > 0 ? rows[k - 1] : row;
        if (before.method === row.method && before.found === row.found) assert.ok(before.flipped <= row.flipped);
        assert.ok((row.low ?? 0) <= row.flipped && row.flipped <= (row.high ?? 1));
      });
      for (const row of estimateTable(supports))
        assert.ok(row['expected to flip'] <= 1 && row['flip when retrained'] <= 1);
      const costs = supportCosts(supports, targets);
      assert.ok(costs.every(({ method, labels }) => labels > 0 === /LASSO|ModelPred/.test(method)));
    });
    it('found by retraining are right: the model without these points misclassifies, with one of them it does not', async () => {
      const [{ margins, retrained, methods, result }] = targets;
      const asked = [...margins.keys()].filter((t) => margins[t] >= 0);
      const { sizes } = supports[0].runs.find(({ order }) => order === 'influence function') ?? { sizes: [] };
      const effects = methods.find(({ method }) => method === 'influence function')?.effects ?? new Float64Array();
      const { size: poolSize, labels } = result.problem.pool;
      for (const [k, t] of asked.slice(0, 3).entries()) {
        const own = effects.subarray(t * poolSize, (t + 1) * poolSize);
        const order = [...own.keys()].sort((i, j) => own[j] - own[i]).filter((i) => own[i] >= 0);
        assert.ok(Number.isFinite(sizes[k]));
        const without = removableInOrder(labels, order).subarray(0, sizes[k]);
        const outputs = await retrained(leaveGroupOut(poolSize, [without, without.subarray(0, -1)]));
        assert.ok(outputs[t] < 0 && outputs[margins.length + t] >= 0, `target ${t}`);
      }
    });
    it('are embedded with neighbours and components', () => {
      assert.equal(embeddingRows(embeddings).length, 6);
      assert.equal(neighbourTable(embeddings).length, 7);
      for (const row of neighbourTable(embeddings)) {
        const correlation = row['correlation of retrained margins'];
        assert.ok(row.low <= correlation && correlation <= row.high && row['of the same class'] <= 1);
      }
      const ends = componentTable(embeddings);
      assert.equal(ends.length, 6);
      assert.ok(ends.reduce((sum, row) => sum + row['share of variance'], 0) <= 2);
    });
    it('state claims that follow from their measurements', () => {
      const claims = [...removalClaims(removals, 'smoke'), ...supportClaims(supports), ...embeddingClaims(embeddings)];
      checkClaims(claims);
      assert.equal(claims.find(({ id }) => id === 'removal-random-breast-cancer')?.verdict, 'holds');
    });
  });
});
