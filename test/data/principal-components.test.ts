import assert from 'node:assert/strict';
import {
  applyPrincipalComponents,
  fitPrincipalComponents,
  InputError,
  referenceSplit,
  type Dataset,
} from '../../src/index.js';

/** Sum of squared deviations of all features from their means. */
function spread({ size, dimension, features }: Dataset): number {
  const means = new Float64Array(dimension);
  features.forEach((value, at) => (means[at % dimension] += value / size));
  return features.reduce((sum, value, at) => sum + (value - means[at % dimension]) ** 2, 0);
}

describe('principal components', () => {
  it('hold as much of the spread as those of scikit-learn, but for a fraction of a per cent', async () => {
    const { train } = await referenceSplit('digits_500');
    const reduced = applyPrincipalComponents(fitPrincipalComponents(train, 16), train);
    // PCA(16, svd_solver='full') of scikit-learn 1.9.1: the sum of explained_variance_ratio_, the most there can be.
    const missing = 0.8554787591223469 - spread(reduced) / spread(train);
    assert.ok(missing > -1e-12 && missing < 2e-3, String(missing));
  });

  it('are centred on the points they were fitted to, and keep distances along them for others', async () => {
    const { train, test } = await referenceSplit('iris_3');
    const all = fitPrincipalComponents(train, 4);
    const reduced = applyPrincipalComponents(all, train);
    assert.deepEqual(reduced.featureNames, ['component 1', 'component 2', 'component 3', 'component 4']);
    assert.deepEqual(reduced.labels, train.labels);
    for (let k = 0; k < 4; k++) {
      const own = reduced.features.filter((_, at) => at % 4 === k);
      assert.ok(Math.abs(own.reduce((a, b) => a + b, 0)) < 1e-10);
    }
    // With as many components as features nothing is lost.
    const turned = applyPrincipalComponents(all, test).features;
    const distance = (features: Float64Array, i: number, j: number): number =>
      Math.hypot(...[0, 1, 2, 3].map((k) => features[4 * i + k] - features[4 * j + k]));
    for (let i = 1; i < test.size; i++)
      assert.ok(Math.abs(distance(turned, 0, i) - distance(test.features, 0, i)) < 1e-10);
  });

  it('are refused where there are none, or of other features', async () => {
    const { train } = await referenceSplit('iris_3');
    for (const count of [0, 5, 1.5]) assert.throws(() => fitPrincipalComponents(train, count), InputError);
    const { train: other } = await referenceSplit('breast_cancer_300');
    assert.throws(() => applyPrincipalComponents(fitPrincipalComponents(train, 2), other), InputError);
  });
});
