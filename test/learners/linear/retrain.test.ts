import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Progress } from '../../../src/control.js';
import type { Dataset } from '../../../src/data/dataset.js';
import { InputError, InterruptedError } from '../../../src/errors.js';
import { RetrainStatus } from '../../../src/learners/learner.js';
import { logisticRegression } from '../../../src/learners/linear/logistic-regression.js';
import { randomStream } from '../../../src/numerics/random.js';
import { bootstrapSubsets } from '../../../src/subsets/bootstrap.js';
import {
  concatenateSubsets,
  fullPool,
  subsetSizes,
  subsetsFromMembers,
  takeSubsets,
  type Subsets,
} from '../../../src/subsets/subsets.js';
import { uniformSizeSubsets } from '../../../src/subsets/uniform-size.js';
import { cloudPool } from '../pools.js';
import { naiveGradient, naiveRetrain } from './reference-logistic.js';

const binary = cloudPool({ size: 40, dimension: 3, classCount: 2, seed: 1 });
const ternary = cloudPool({ size: 45, dimension: 4, classCount: 3, seed: 2 });

function setsAndMultisets(pool: Dataset, count: number, seed: number): Subsets {
  return concatenateSubsets(
    uniformSizeSubsets({ poolSize: pool.size, count, minimumSize: 4, seed, labels: pool.labels }),
    bootstrapSubsets({ poolSize: pool.size, count, seed }),
  );
}

const rowOf = (matrix: Float64Array, row: number, width: number) => matrix.subarray(row * width, (row + 1) * width);
const weightsOf = (subsets: Subsets, row: number) =>
  subsets.weights.subarray(row * subsets.poolSize, (row + 1) * subsets.poolSize);

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length);
  let largest = 0;
  for (let j = 0; j < a.length; j++) {
    const difference = Math.abs(a[j] - b[j]);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

describe('exact batched retraining of logistic regression', () => {
  for (const pool of [binary, ternary]) {
    for (const C of [0.01, 1, 100]) {
      it(`agrees with a slow single-model Newton solver (${pool.classes.length} classes, C = ${C})`, async () => {
        const subsets = setsAndMultisets(pool, 6, 3);
        const references = Array.from({ length: subsets.count }, (_, b) =>
          naiveRetrain(pool, weightsOf(subsets, b), C),
        );
        for (const solver of ['L-BFGS', 'Newton'] as const) {
          const trained = await logisticRegression({ C }).retrain(pool, subsets, { tolerance: 1e-11, solver });
          references.forEach((reference, b) => {
            assert.equal(trained.status[b], RetrainStatus.converged);
            assert.ok(largestDifference(rowOf(trained.parameters, b, trained.parameterCount), reference) < 1e-6);
          });
        }
      });
    }

    it(`reports the residual at the returned parameters (${pool.classes.length} classes)`, async () => {
      const C = 2;
      const subsets = setsAndMultisets(pool, 10, 4);
      const sizes = subsetSizes(subsets);
      for (const tolerance of [1e-3, 1e-8, 1e-10]) {
        const trained = await logisticRegression({ C }).retrain(pool, subsets, { tolerance });
        for (let b = 0; b < subsets.count; b++) {
          const theta = rowOf(trained.parameters, b, trained.parameterCount);
          const gradient = naiveGradient(pool, weightsOf(subsets, b), theta, C);
          const residual = Math.max(...gradient.map(Math.abs)) / (C * sizes[b]);
          assert.ok(residual <= tolerance * (1 + 1e-6) + 1e-15, `${residual} > ${tolerance}`);
          assert.ok(Math.abs(trained.residuals[b] - residual) < 1e-14);
        }
      }
    });
  }

  it('gives the same bytes however the subsets are batched', async () => {
    const learner = logisticRegression();
    for (const pool of [binary, ternary]) {
      const subsets = setsAndMultisets(pool, 150, 5);
      const together = await learner.retrain(pool, subsets);
      const rows = Array.from({ length: subsets.count }, (_, b) => b);
      for (const cut of [1, 7, 130]) {
        const parts = [rows.slice(0, cut), rows.slice(cut)];
        const trained = await Promise.all(parts.map((part) => learner.retrain(pool, takeSubsets(subsets, part))));
        const joined = trained.flatMap((part) => [...part.parameters]);
        assert.deepEqual(joined, [...together.parameters]);
        assert.deepEqual(
          trained.flatMap((part) => [...part.residuals]),
          [...together.residuals],
        );
        assert.deepEqual(
          trained.flatMap((part) => [...part.iterations]),
          [...together.iterations],
        );
      }
    }
  });

  it('does not depend on the order of the pool', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(binary, ternary), fc.integer({ min: 0, max: 1000 }), async (pool, seed) => {
        const order = randomStream(seed, 'order').permutation(pool.size);
        const subsets = setsAndMultisets(pool, 2, seed);
        const reordered = await logisticRegression().retrain(takePoints(pool, order), reorder(subsets, order), tight);
        const original = await logisticRegression().retrain(pool, subsets, tight);
        assert.ok(largestDifference(reordered.parameters, original.parameters) < 1e-7);
      }),
      { numRuns: 20, seed: 1 },
    );
  });

  it('treats weight 2 as the same point twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(binary, ternary),
        fc.array(fc.nat({ max: 39 }), { minLength: 1, maxLength: 20 }),
        async (pool, repeated) => {
          const everyPoint = Array.from({ length: pool.size }, (_, i) => i);
          const twice = [...new Set(repeated)];
          const weighted = subsetsFromMembers(pool.size, [[...everyPoint, ...twice]]);
          const duplicated = takePoints(pool, [...everyPoint, ...twice]);
          const a = await logisticRegression().retrain(pool, weighted, tight);
          const b = await logisticRegression().retrain(duplicated, fullPool(duplicated.size), tight);
          assert.ok(largestDifference(a.parameters, b.parameters) < 1e-7);
        },
      ),
      { numRuns: 20, seed: 2 },
    );
  });

  it('reaches the same optimum from any start, near or far', async () => {
    for (const pool of [binary, ternary]) {
      const learner = logisticRegression({ C: 3 });
      const subsets = setsAndMultisets(pool, 5, 6);
      const trained = await learner.retrain(pool, subsets, tight);
      const p = trained.parameterCount;
      const starts = [
        trained.parameters,
        new Float64Array(p),
        new Float64Array(p).fill(-40),
        Float64Array.from({ length: p }, (_, j) => (j % 2 === 0 ? 800 : -800)),
      ];
      for (const from of starts) {
        const again = await learner.retrain(pool, subsets, { ...tight, from });
        assert.ok([...again.status].every((status) => status === RetrainStatus.converged));
        assert.ok(largestDifference(again.parameters, trained.parameters) < 1e-7);
      }
      const warm = await learner.retrain(pool, subsets, { ...tight, from: trained.parameters });
      assert.deepEqual([...warm.iterations], new Array(subsets.count).fill(0));
    }
  });

  it('does not write into its inputs', async () => {
    const subsets = setsAndMultisets(binary, 3, 8);
    const weights = Uint8Array.from(subsets.weights);
    const features = Float64Array.from(binary.features);
    const from = new Float64Array(4).fill(0.5);
    await logisticRegression().retrain(binary, subsets, { from });
    assert.deepEqual(subsets.weights, weights);
    assert.deepEqual(binary.features, features);
    assert.deepEqual(from, new Float64Array(4).fill(0.5));
  });

  it('converges on separable data, where only the regulariser keeps w finite', async () => {
    for (const classCount of [2, 3]) {
      const pool = cloudPool({ size: 60, dimension: 2, classCount, seed: 9, separation: 40 });
      for (const C of [1, 1e6]) {
        const subsets = uniformSizeSubsets({ poolSize: 60, count: 40, minimumSize: 3, seed: 10, labels: pool.labels });
        const trained = await logisticRegression({ C }).retrain(pool, subsets);
        assert.ok([...trained.status].every((status) => status === RetrainStatus.converged));
        assert.ok(trained.parameters.every(Number.isFinite));
      }
    }
  });

  it('hands subsets too unlike the pool from L-BFGS to Newton and still converges', async () => {
    const clouds = cloudPool({ size: 120, dimension: 20, classCount: 2, seed: 11 });
    const pool = { ...clouds, features: clouds.features.map((value) => 30 * value) };
    const subsets = uniformSizeSubsets({ poolSize: 120, count: 40, minimumSize: 4, seed: 12, labels: pool.labels });
    const done: number[] = [];
    const onProgress = (progress: Progress) => done.push(progress.done);
    const learner = logisticRegression({ C: 100 });
    const trained = await learner.retrain(pool, subsets, { onProgress, solver: 'L-BFGS' });
    assert.ok([...trained.status].every((status) => status === RetrainStatus.converged));
    assert.ok(Math.max(...trained.iterations) > 40, 'the case must need more iterations than L-BFGS is given');
    assert.ok(done.every((count, k) => k === 0 || count >= done[k - 1]));
    assert.equal(done.at(-1), 40);
    const byNewton = await learner.retrain(pool, subsets, { solver: 'Newton' });
    assert.ok([...byNewton.status].every((status) => status === RetrainStatus.converged));
  });

  it('converges where a matrix of all pairs of parameters would be too large', async () => {
    for (const classCount of [2, 3]) {
      const pool = cloudPool({ size: 24, dimension: 2100, classCount, seed: 18, separation: 0.1 });
      const subsets = setsAndMultisets(pool, 3, 19);
      const trained = await logisticRegression({ C: 0.5 }).retrain(pool, subsets);
      for (let b = 0; b < subsets.count; b++) {
        assert.equal(trained.status[b], RetrainStatus.converged);
        const theta = rowOf(trained.parameters, b, trained.parameterCount);
        const gradient = naiveGradient(pool, weightsOf(subsets, b), theta, 0.5);
        const size = subsetSizes(subsets)[b];
        assert.ok(Math.max(...gradient.map(Math.abs)) / (0.5 * size) <= 1e-8 * (1 + 1e-6));
      }
    }
  });

  it('fixes the bias shift of three classes at Σ b = 0', async () => {
    const trained = await logisticRegression().retrain(ternary, setsAndMultisets(ternary, 5, 13), tight);
    for (let b = 0; b < trained.count; b++) {
      const theta = rowOf(trained.parameters, b, trained.parameterCount);
      assert.ok(Math.abs(theta[4] + theta[9] + theta[14]) < 1e-9);
    }
  });

  it('flags subsets that lack a class and trains the others as if those were not there', async () => {
    const only = (label: number) => Array.from({ length: 45 }, (_, i) => i).filter((i) => ternary.labels[i] === label);
    const good = setsAndMultisets(ternary, 1, 14);
    const bad = subsetsFromMembers(45, [[], only(0), [...only(0), ...only(2)]]);
    const mixed = takeSubsets(concatenateSubsets(good, bad), [2, 0, 3, 1, 4]);
    const trained = await logisticRegression().retrain(ternary, mixed);
    const alone = await logisticRegression().retrain(ternary, good);
    assert.deepEqual([...trained.status], [2, 0, 2, 0, 2]);
    const p = trained.parameterCount;
    for (const b of [0, 2, 4]) {
      assert.ok(rowOf(trained.parameters, b, p).every(Number.isNaN));
      assert.ok(Number.isNaN(trained.residuals[b]));
      assert.equal(trained.iterations[b], 0);
    }
    assert.deepEqual(rowOf(trained.parameters, 1, p), rowOf(alone.parameters, 0, p));
    assert.deepEqual(rowOf(trained.parameters, 3, p), rowOf(alone.parameters, 1, p));

    const nothing = await logisticRegression().retrain(ternary, bad);
    assert.deepEqual([...nothing.status], [2, 2, 2]);
    const none = await logisticRegression().retrain(ternary, takeSubsets(bad, []));
    assert.equal(none.parameters.length, 0);
  });

  it('says so when the iteration limit is too low', async () => {
    const subsets = setsAndMultisets(ternary, 4, 15);
    const trained = await logisticRegression().retrain(ternary, subsets, { maxIterations: 2, tolerance: 1e-10 });
    assert.ok([...trained.status].every((status) => status === RetrainStatus.notConverged));
    assert.ok(trained.residuals.every((residual) => residual > 1e-10 && residual < 1));
    assert.ok(trained.iterations.every((iterations) => iterations === 2));
  });

  it('reports progress up to the last subset', async () => {
    const subsets = setsAndMultisets(binary, 200, 16);
    const seen: number[] = [];
    await logisticRegression().retrain(binary, subsets, {
      onProgress: ({ done, total, label }) => {
        assert.equal(total, 400);
        assert.equal(label, 'retraining 400 subsets');
        seen.push(done);
      },
    });
    assert.ok(seen.length > 3);
    assert.equal(seen.at(-1), 400);
    assert.ok(seen.every((done, k) => k === 0 || done >= seen[k - 1]));
  });

  it('stops when asked to', async () => {
    const controller = new AbortController();
    const subsets = setsAndMultisets(binary, 300, 17);
    let calls = 0;
    const work = logisticRegression().retrain(binary, subsets, {
      signal: controller.signal,
      onProgress: () => {
        calls++;
        if (calls === 2) controller.abort();
      },
    });
    await assert.rejects(work, InterruptedError);
    assert.equal(calls, 2);
  });

  it('refuses bad input with a sentence that names it', async () => {
    const learner = logisticRegression();
    const subsets = fullPool(40);
    const features = Float64Array.from(binary.features);
    features[7] = NaN;
    const refused = (work: Promise<unknown>, message: RegExp) =>
      assert.rejects(work, (error) => error instanceof InputError && message.test(error.message));
    await refused(learner.retrain({ ...binary, features }, subsets), /"x1" of point 2 of "clouds" is NaN/);
    await refused(learner.retrain(binary, fullPool(41)), /pool of 41 points, but "clouds" has 40/);
    await refused(learner.retrain(binary, subsets, { from: new Float64Array(3) }), /3 numbers; give 4/);
    await refused(
      learner.retrain(binary, subsets, { from: new Float64Array(4).fill(Infinity) }),
      /Infinity at index 0/,
    );
    await refused(learner.retrain(binary, subsets, { tolerance: 0 }), /tolerance is 0/);
    await refused(learner.retrain({ ...binary, classes: ['only'] }, subsets), /has 1 class/);
    assert.throws(() => logisticRegression({ C: 0 }), /C is 0/);
    assert.throws(() => logisticRegression({ C: NaN }), InputError);
  });
});

const tight = { tolerance: 1e-11 };

function takePoints(pool: Dataset, points: ArrayLike<number>): Dataset {
  const { dimension: d } = pool;
  const indices = Array.from(points);
  return {
    ...pool,
    size: indices.length,
    features: Float64Array.from(indices.flatMap((i) => [...pool.features.subarray(i * d, (i + 1) * d)])),
    labels: Uint8Array.from(indices, (i) => pool.labels[i]),
  };
}

function reorder({ count, poolSize, weights }: Subsets, order: Int32Array): Subsets {
  const reordered = weights.map((_, at) => {
    const row = Math.floor(at / poolSize);
    return weights[row * poolSize + order[at - row * poolSize]];
  });
  return { count, poolSize, weights: reordered };
}
