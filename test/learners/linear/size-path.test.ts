import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Dataset } from '../../../src/data/dataset.js';
import { InputError } from '../../../src/errors.js';
import type { Learner } from '../../../src/learners/learner.js';
import { logisticRegression } from '../../../src/learners/linear/logistic-regression.js';
import { choleskyFactor, choleskySolve } from '../../../src/numerics/dense.js';
import { randomStream } from '../../../src/numerics/random.js';
import { bootstrapSubsets } from '../../../src/subsets/bootstrap.js';
import { cloudPool } from '../pools.js';
import { naiveGradient } from './reference-logistic.js';

const C = 1.5;
const learner = logisticRegression({ C });
const binary = cloudPool({ size: 40, dimension: 3, classCount: 2, seed: 1 });
const ternary = cloudPool({ size: 45, dimension: 4, classCount: 3, seed: 2 });

/** −H⁻¹g from one Hessian of the learner. */
function directionOf(model: Learner, pool: Dataset, weights: ArrayLike<number>, theta: Float64Array, g: Float64Array) {
  const matrix = model.hessian(pool, weights, theta);
  assert.ok(choleskyFactor(matrix, theta.length));
  const direction = g.map((value) => -value);
  choleskySolve(matrix, theta.length, direction);
  return direction;
}

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (let j = 0; j < expected.length; j++) {
    assert.ok(Math.abs(actual[j] - expected[j]) <= tolerance, `entry ${j}: ${actual[j]} is not ${expected[j]}`);
  }
}

describe('the size path', () => {
  it('shares Hessians among sizes that are close where there would be too many of them', async () => {
    const dimension = 100;
    const few = learner.sizePath(cloudPool({ size: 300, dimension, classCount: 2, seed: 3 }));
    const many = learner.sizePath(cloudPool({ size: 3000, dimension, classCount: 2, seed: 3 }));
    const ones = new Float64Array(2 * (dimension + 1)).fill(1);
    for (const [path, sizes, shared] of [
      [few, [290, 291], false],
      [many, [2900, 2910], true],
    ] as const) {
      await path.prepare(sizes);
      const vectors = ones.slice();
      path.precondition(sizes, vectors);
      const [first, second] = [vectors.slice(0, dimension + 1), vectors.slice(dimension + 1)];
      assert.equal(Buffer.compare(Buffer.from(first.buffer), Buffer.from(second.buffer)) === 0, shared);
    }
  });

  for (const pool of [binary, ternary]) {
    const name = `${pool.classes.length} classes`;
    const p = learner.parameterCount(pool);

    it(`holds optima of the whole pool at weights n/N (${name})`, async () => {
      const path = learner.sizePath({ ...pool });
      const sizes = [1, 7, 20, pool.size, 2 * pool.size];
      await path.prepare(sizes);
      const optima = path.optima(sizes);
      sizes.forEach((size, b) => {
        const weights = new Float64Array(pool.size).fill(size / pool.size);
        const gradient = naiveGradient(pool, weights, optima.subarray(b * p, (b + 1) * p), C);
        assert.ok(Math.max(...gradient.map(Math.abs)) <= 1.1e-10 * C * size + 1e-13, `n = ${size}`);
      });
    });

    it(`gives a size the same bytes whatever else was asked (${name})`, async () => {
      const [alone, among] = [learner.sizePath({ ...pool }), learner.sizePath({ ...pool })];
      await alone.prepare([13]);
      await among.prepare([40, 2]);
      await among.prepare([12, 13, 14, 5]);
      assert.deepEqual(alone.optima([13]), among.optima([13]));
    });

    it(`multiplies by the inverse Hessian at θ*(n) (${name})`, async () => {
      const path = learner.sizePath(pool);
      const sizes = [30, 9, 30];
      await path.prepare(sizes);
      const optima = path.optima(sizes);
      const stream = randomStream(4, 'vectors');
      const vectors = Float64Array.from({ length: 3 * p }, () => stream.normal());
      const expected = sizes.flatMap((size, b) => [
        ...directionOf(
          learner,
          pool,
          new Float64Array(pool.size).fill(size / pool.size),
          optima.subarray(b * p, (b + 1) * p),
          vectors.slice(b * p, (b + 1) * p).map((value) => -value),
        ),
      ]);
      path.precondition(sizes, vectors);
      assertClose(vectors, expected, 1e-10);
    });
  }

  it('refuses sizes that were not prepared or are none', async () => {
    const path = learner.sizePath({ ...binary });
    assert.throws(() => path.optima([5]), InputError);
    await assert.rejects(path.prepare([0]), InputError);
  });
});

describe('Newton directions of many models', () => {
  it('are those of one Hessian after the other', () => {
    fc.assert(
      fc.property(fc.constantFrom(binary, ternary), fc.integer({ min: 0, max: 1e6 }), (pool, seed) => {
        const subsets = bootstrapSubsets({ poolSize: pool.size, count: 5, seed });
        const p = learner.parameterCount(pool);
        const stream = randomStream(seed, 'parameters');
        const [parameters, gradients] = [1, 1].map(() => Float64Array.from({ length: 5 * p }, () => stream.normal()));
        const directions = learner.newtonDirections(pool, subsets, parameters, gradients);
        assert.ok(directions);
        for (let b = 0; b < 5; b++) {
          const [theta, gradient] = [parameters, gradients].map((rows) => rows.slice(b * p, (b + 1) * p));
          const weights = subsets.weights.subarray(b * pool.size, (b + 1) * pool.size);
          const expected = directionOf(learner, pool, weights, theta, gradient);
          const scale = Math.max(1, ...expected.map(Math.abs));
          assertClose(directions.subarray(b * p, (b + 1) * p), expected, 1e-9 * scale);
        }
      }),
      { seed: 1, numRuns: 20 },
    );
  });
});
