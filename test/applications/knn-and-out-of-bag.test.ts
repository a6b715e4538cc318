import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { exactSemivalues, shapley } from '../../src/games/index.js';
import { knnGame, knnShapley, outOfBagValues, pointOutcomes } from '../../src/applications/index.js';
import { flipLabels, loadDataset, stratifiedSplit, takeRows, type Dataset } from '../../src/data/index.js';
import { InputError, InterruptedError } from '../../src/errors.js';
import { areaUnderRoc } from '../../src/statistics/index.js';
import { logisticRegression } from '../../src/learners/index.js';
import { bootstrapSubsets, subsetsFromMembers } from '../../src/subsets/index.js';

const iris = await loadDataset('iris');
const { train, test } = stratifiedSplit(iris, { train: 75, seed: 3 });

describe('KNN-Shapley values', () => {
  /** Points on a grid, so that many are equally far away. */
  const gridPoints = (name: string, size: number): fc.Arbitrary<Dataset> =>
    fc
      .tuple(
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2 * size, maxLength: 2 * size }),
        fc.array(fc.integer({ min: 0, max: 2 }), { minLength: size, maxLength: size }),
      )
      .map(([features, labels]) => ({
        name,
        size,
        dimension: 2,
        features: Float64Array.from(features),
        labels: Uint8Array.from(labels),
        classes: ['a', 'b', 'c'],
        featureNames: ['x', 'y'],
      }));

  it('equal enumeration of the KNN game, ties and more neighbours than points included', async () => {
    const cases = fc
      .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 3 }))
      .chain(([n, t]) => fc.tuple(gridPoints('pool', n), gridPoints('points', t), fc.integer({ min: 1, max: 11 })));
    await fc.assert(
      fc.asyncProperty(cases, async ([pool, points, neighbours]) => {
        const { values } = await knnShapley({ pool, points, neighbours });
        const [expected] = await exactSemivalues({
          game: knnGame({ pool, points, neighbours }),
          semivalues: [shapley],
        });
        values.forEach((value, i) => assert.ok(Math.abs(value - expected.values[i]) < 1e-9));
      }),
      { numRuns: 60 },
    );
  });

  it('equal enumeration of twelve irises', async () => {
    const pool = takeRows(train, [0, 5, 11, 17, 22, 30, 36, 41, 50, 58, 63, 70]);
    const options = { pool, points: test, neighbours: 5 };
    const { values } = await knnShapley(options);
    const [expected] = await exactSemivalues({ game: knnGame(options), semivalues: [shapley] });
    values.forEach((value, i) => assert.ok(Math.abs(value - expected.values[i]) < 1e-9));
  });

  it('stop when asked to, and refuse what does not fit', async () => {
    const options = { pool: train, points: test, neighbours: 3 };
    await assert.rejects(knnShapley({ ...options, signal: AbortSignal.abort() }), InterruptedError);
    await assert.rejects(knnShapley({ ...options, neighbours: 0 }), InputError);
    await assert.rejects(knnShapley({ ...options, points: { ...test, dimension: 2 } }), InputError);
    assert.throws(() => knnGame({ ...options, pool: takeRows(train, []) }), InputError);
    await assert.rejects(
      knnShapley({ ...options, points: { ...test, classes: ['a', 'b', 'c'] } }),
      /has the classes a, b, c/,
    );
    await assert.rejects(
      knnShapley({ ...options, pool: { ...train, features: train.features.with(5, NaN) } }),
      InputError,
    );
  });
});

describe('Data-OOB values', () => {
  it('are means over the models that lack a point', () => {
    const subsets = subsetsFromMembers(3, [[0, 0, 1], [1], [1, 2], [1, 2, 0]]);
    const outcomes = Float64Array.from([9, 9, 1, 0.5, 9, 0, 1, 9, 9, NaN, NaN, NaN]);
    const { values, standardErrors } = outOfBagValues(subsets, outcomes);
    assert.deepEqual([...values], [0.75, NaN, 0.5]);
    assert.ok(Math.abs(standardErrors[0] - 0.25) < 1e-12);
    assert.ok(Number.isNaN(standardErrors[1]));
    assert.throws(() => outOfBagValues(subsets, new Float64Array(4)), InputError);
  });

  it('and KNN-Shapley values are low for flipped labels', async () => {
    const { dataset: pool, flipped } = flipLabels(train, { fraction: 0.15, seed: 2 });
    const learner = logisticRegression();
    const subsets = bootstrapSubsets({ poolSize: pool.size, count: 60, seed: 1 });
    const { parameters } = await learner.retrain(pool, subsets);
    const bagged = outOfBagValues(subsets, pointOutcomes({ learner, points: pool, parameters, kind: 'correct' }));
    const nearest = await knnShapley({ pool, points: test, neighbours: 5 });
    const wrong = new Set(flipped);
    for (const { values } of [bagged, nearest]) {
      const area = areaUnderRoc(
        values.map((value) => -value),
        Array.from(values, (_, i) => wrong.has(i)),
      );
      assert.ok(area > 0.85, `area under the ROC curve ${area}`);
    }
  });
});
