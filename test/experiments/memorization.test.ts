import { strict as assert } from 'node:assert';
import {
  longTailRows,
  memorizationAgreement,
  memorizationBudgets,
  memorizationByTime,
  memorizationClaims,
  memorization,
  memorizationCosts,
  memorizationDetection,
  memorizationInfluencePairs,
  memorizationPairs,
  memorizationProblems,
  memorizationRemoval,
  memorizedPictures,
  memorizedPoints,
  type MemorizationResult,
} from '../../src/experiments/memorization/index.js';
import { byMemorization } from '../../src/experiments/memorization/protocol.js';
import { checkClaims, checkPlainData, verdictAbove } from './checks.js';

const exactName = 'exact retraining';

/** Estimates of the same points without their standard errors. */
const values = (...numbers: readonly number[]) => {
  const own = Float64Array.from(numbers);
  return { values: own, standardErrors: new Float64Array(own.length) };
};

describe('order of memorization', () => {
  it('is by the label predicted, then by its probability, then by index', () => {
    const [correct, probability] = [values(0.1, 0.5, 0.1, 0.5, 0.1), values(0.2, 0.1, 0.4, 0.3, 0.2)];
    assert.deepEqual([...byMemorization({ correct, probability })], [3, 1, 2, 0, 4]);
  });
});

describe('memorization, smoke profile', function () {
  this.timeout(60_000);
  let all: MemorizationResult[];
  /** Of logistic regression. */
  let results: MemorizationResult[];
  before(async () => {
    all = await memorization({ profile: 'smoke', seed: 1 });
    results = all.slice(0, 1);
  });

  it('gives plain data', () => checkPlainData(all));
  it('describes its data', () => {
    const [row] = memorizationProblems(results);
    assert.deepEqual([row.pool, row['subsets of 70 %'], row['flipped labels']], [300, 80, 0]);
  });
  it('compares every method with the same subsets retrained, inside its interval', () => {
    const rows = memorizationAgreement(results);
    assert.equal(rows.length, 2 * 8);
    for (const { method, correlation, low, high } of rows) {
      if (method === 'mean θ') assert.equal(correlation, null);
      else assert.ok((low as number) <= (correlation as number) && (correlation as number) <= (high as number), method);
    }
    const of = (method: string): number =>
      rows.find((row) => row.method === method && row.outcome === 'probability of the label')?.correlation ?? NaN;
    assert.equal(of(exactName), 1);
    assert.ok(of('one Newton step') > of('influence function'));
    assert.ok(of('ModelPred (improved) + one Newton step') > of('ModelPred (improved)'));
  });
  it('pairs every pool point’s estimate with the retrained one', () => {
    const pairs = memorizationPairs(results, ['exact', 'newton']);
    assert.equal(pairs.length, 600);
    for (const { value, reference } of pairs.slice(0, 300)) assert.equal(value, reference);
  });
  it('draws a tail that falls, inside its intervals', () => {
    const rows = longTailRows(results, ['exact']);
    assert.ok(rows.length > 1);
    rows.forEach(({ share, low, high }, k) => {
      assert.ok((low as number) <= share && share <= (high as number));
      assert.ok(k === 0 || share <= rows[k - 1].share);
    });
  });
  it('names the most memorized points, most first', () => {
    const values = memorizedPoints(results).map(({ retrained }) => retrained);
    assert.equal(values.length, 6);
    const [{ reference }] = memorizationPairs(results, ['exact']).sort((a, b) => b.reference - a.reference);
    assert.equal(values[0], reference);
    assert.deepEqual(
      values,
      [...values].sort((a, b) => Number(b) - Number(a)),
    );
  });
  it('has neither flipped labels nor pictures where there are none', () => {
    assert.deepEqual(memorizationDetection(results, ['exact']), []);
    assert.deepEqual(memorizedPictures(results), []);
  });
  it('removes nothing without changing anything', () => {
    const untouched = memorizationRemoval(results).filter(({ fraction }) => fraction === 0);
    assert.equal(untouched.length, 3);
    for (const { accuracy } of untouched) assert.ok(Math.abs(accuracy - untouched[0].accuracy) < 1e-12);
  });
  it('finds all its own pairs by exact retraining', () => {
    for (const row of memorizationInfluencePairs(results).filter(({ method }) => method === exactName))
      assert.equal(row['of the retrained pairs found'], row.pairs === 0 ? null : 1);
  });
  it('counts time for labels only where methods learn, and more of it for more subsets', () => {
    for (const { method, stage, seconds } of memorizationCosts(results))
      if (stage === 'labels') assert.equal(seconds > 0, /mean|ridge|ModelPred/.test(method), method);
    const exact = memorizationByTime(results).filter(({ method }) => method === exactName);
    assert.ok(exact.every(({ seconds }, k) => k === 0 || seconds > exact[k - 1].seconds));
    for (const row of memorizationBudgets(results))
      assert.ok(row['subsets retrained in it'] <= row['subsets retrained in all of it'], row.method);
  });
  it('compares a perceptron with training stopped early, and takes no Newton step', () => {
    const [, { problem, methods, largestResidual }] = all;
    assert.equal(problem.title, 'iris 1/2, perceptron');
    assert.equal(largestResidual, null);
    assert.deepEqual(methods.map(({ method }) => method).slice(-3), ['shortTraining', 'fineTuning', 'improved']);
  });
  it('states claims that follow from its measurements', () => {
    const claims = memorizationClaims(all, 'smoke');
    checkClaims(claims);
    const refined = claims.find(({ id }) => id === 'refined-breast-cancer');
    assert.equal(refined?.verdict, verdictAbove(refined?.interval, 0.999));
  });
});
