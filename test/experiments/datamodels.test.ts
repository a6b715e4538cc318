import { strict as assert } from 'node:assert';
import {
  datamodelCosts,
  datamodelsClaims,
  datamodelsComparison,
  marginPairs,
  marginScores,
  scoreRows,
  type DatamodelsResult,
} from '../../src/experiments/index.js';

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
    assert.equal(new Set(claims.map(({ id }) => id)).size, claims.length);
    for (const { id, measured, interval } of claims) {
      assert.ok(measured !== null && Number.isFinite(measured), id);
      if (interval) assert.ok(interval.low <= measured && measured <= interval.high, id);
    }
    assert.equal(claims.find(({ id }) => id === 'exact-retraining')?.verdict, 'holds');
    const gap = claims.find(({ id }) => id === 'modelpred-breast-cancer');
    assert.equal(gap?.verdict, (gap?.interval?.low ?? 0) > 0 ? 'holds' : 'does not hold');
  });
});
