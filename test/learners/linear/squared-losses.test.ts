import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import type { Dataset } from '../../../src/data/dataset.js';
import type { ReferenceSplitName } from '../../../src/data/reference-split.js';
import { InputError } from '../../../src/errors.js';
import { RetrainStatus, type ConvexLearner } from '../../../src/learners/learner.js';
import { linearSvm } from '../../../src/learners/linear/linear-svm.js';
import { logisticRegression } from '../../../src/learners/linear/logistic-regression.js';
import { ridgeRegression } from '../../../src/learners/linear/ridge-regression.js';
import { randomStream } from '../../../src/numerics/random.js';
import { chooseKernels } from '../../../src/numerics/wasm-kernels.js';
import { bootstrapSubsets } from '../../../src/subsets/bootstrap.js';
import {
  concatenateSubsets,
  fullPool,
  subsetSizes,
  subsetsFromMembers,
  takeSubsets,
} from '../../../src/subsets/subsets.js';
import { uniformSizeSubsets } from '../../../src/subsets/uniform-size.js';
import { cloudPool } from '../pools.js';
import { referencePool } from './reference-pool.js';

interface Fixture {
  readonly cases: readonly {
    readonly split: ReferenceSplitName;
    readonly scaling: string;
    readonly C: number;
    /** How far LinearSVC's primal and dual solvers differ from each other. */
    readonly solversApart: number;
    readonly models: readonly {
      readonly members: readonly number[];
      readonly svm: readonly number[];
      readonly ridge: readonly number[];
    }[];
  }[];
}

// The compiled test runs from dist/test/learners.
const fixture = new URL('../../../../test/fixtures/squared-losses.json', import.meta.url);
const { cases } = JSON.parse(await readFile(fixture, 'utf8')) as Fixture;

/** Both models by their definitions, one point at a time. */
interface Model {
  readonly make: (options?: { C?: number }) => ConvexLearner;
  readonly inFixture: 'svm' | 'ridge';
  readonly penalisesBias: boolean;
  /** 1 − y·z, or 0 where the loss is flat. */
  readonly shortfall: (margin: number) => number;
}
const models: readonly Model[] = [
  { make: linearSvm, inFixture: 'svm', penalisesBias: true, shortfall: (margin) => Math.max(0, 1 - margin) },
  { make: ridgeRegression, inFixture: 'ridge', penalisesBias: false, shortfall: (margin) => 1 - margin },
];

const inputOf = ({ features, dimension: d }: Dataset, i: number): number[] => [
  ...features.subarray(i * d, (i + 1) * d),
  1,
];
const signOf = ({ labels }: Dataset, i: number): number => (labels[i] === 1 ? 1 : -1);
const product = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, j) => sum + value * b[j], 0);

function naiveObjective(model: Model, pool: Dataset, weights: ArrayLike<number>, theta: ArrayLike<number>, C: number) {
  const penalised = Array.from(theta).slice(0, model.penalisesBias ? undefined : -1);
  let value = 0.5 * product(penalised, penalised);
  for (let i = 0; i < pool.size; i++) {
    value += C * weights[i] * model.shortfall(signOf(pool, i) * product(theta, inputOf(pool, i))) ** 2;
  }
  return value;
}

function naiveGradient(model: Model, pool: Dataset, weights: ArrayLike<number>, theta: ArrayLike<number>, C: number) {
  const p = theta.length;
  const gradient = Array.from(theta, (value, j) => (j < p - 1 || model.penalisesBias ? value : 0));
  for (let i = 0; i < pool.size; i++) {
    const x = inputOf(pool, i);
    const shortfall = model.shortfall(signOf(pool, i) * product(theta, x));
    for (let j = 0; j < p; j++) gradient[j] -= 2 * C * weights[i] * shortfall * signOf(pool, i) * x[j];
  }
  return gradient;
}

/** As {@link naiveGradient}, of each class against the rest where there are more than two. */
function naiveGradients(model: Model, pool: Dataset, weights: ArrayLike<number>, theta: ArrayLike<number>, C: number) {
  const K = pool.classes.length;
  if (K === 2) return naiveGradient(model, pool, weights, theta, C);
  const width = theta.length / K;
  return pool.classes.flatMap((_, k) => {
    const own = { ...pool, labels: pool.labels.map((label) => (label === k ? 1 : 0)) };
    return naiveGradient(model, own, weights, Array.from(theta).slice(k * width, (k + 1) * width), C);
  });
}

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what = 'entry'): void {
  assert.equal(actual.length, expected.length);
  const scale = Math.max(1, ...Array.from(expected, Math.abs));
  for (let i = 0; i < expected.length; i++) {
    assert.ok(
      Math.abs(actual[i] - expected[i]) <= tolerance * scale,
      `${what} ${i}: ${actual[i]} is not ${expected[i]}`,
    );
  }
}

const shifted = (theta: Float64Array, j: number, by: number) => theta.map((value, l) => (l === j ? value + by : value));
const rowOf = <Numbers extends Float64Array | Uint8Array>(matrix: Numbers, row: number, width: number) =>
  matrix.subarray(row * width, (row + 1) * width) as Numbers;

function setsAndMultisets(pool: Dataset, count: number, seed: number) {
  return concatenateSubsets(
    uniformSizeSubsets({ poolSize: pool.size, count, minimumSize: 4, seed, labels: pool.labels }),
    bootstrapSubsets({ poolSize: pool.size, count, seed }),
  );
}

for (const model of models) {
  const C = 0.7;
  const learner = model.make({ C });

  describe(learner.name, () => {
    const pool = cloudPool({ size: 41, dimension: 3, classCount: 2, seed: 2 });
    const p = 4;
    const subsets = setsAndMultisets(pool, 4, 5);
    const B = subsets.count;
    const stream = randomStream(3, learner.name);
    const theta = Float64Array.from({ length: B * p }, () => 0.7 * stream.normal());
    const weightsOf = (b: number) => rowOf(subsets.weights, b, pool.size);

    afterEach(() => chooseKernels(undefined));

    for (const kernels of ['plain', 'wasm', undefined] as const) {
      it(`computes objective and gradient by their definitions (${kernels ?? 'fastest'} kernels)`, () => {
        chooseKernels(kernels);
        const values = learner.objective(pool, subsets, theta);
        const gradients = learner.gradient(pool, subsets, theta);
        for (let b = 0; b < B; b++) {
          const at = rowOf(theta, b, p);
          close([values[b]], [naiveObjective(model, pool, weightsOf(b), at, C)], 1e-13);
          close(rowOf(gradients, b, p), naiveGradient(model, pool, weightsOf(b), at, C), 1e-13);
        }
      });
    }

    it('has gradients that agree with finite differences', () => {
      const h = 1e-6;
      for (let b = 0; b < B; b++) {
        const at = rowOf(theta, b, p);
        const numeric = Array.from({ length: p }, (_, j) => {
          const objective = (by: number) => naiveObjective(model, pool, weightsOf(b), shifted(at, j, by), C);
          return (objective(h) - objective(-h)) / (2 * h);
        });
        close(rowOf(learner.gradient(pool, subsets, theta), b, p), numeric, 1e-7);
      }
    });

    it('has Hessians that agree with finite differences of gradients away from kinks, and Newton directions of them', () => {
      const h = 1e-7;
      const gradients = learner.gradient(pool, subsets, theta);
      const directions = learner.newtonDirections(pool, subsets, theta, gradients);
      for (let b = 0; b < B; b++) {
        const at = rowOf(theta, b, p);
        const hessian = learner.hessian(pool, weightsOf(b), at);
        const numeric = Array.from({ length: p }, (_, j) => {
          const above = naiveGradient(model, pool, weightsOf(b), shifted(at, j, h), C);
          const below = naiveGradient(model, pool, weightsOf(b), shifted(at, j, -h), C);
          return above.map((value, l) => (value - below[l]) / (2 * h));
        });
        close(hessian, numeric.flat(), 1e-7);
        const back = Array.from({ length: p }, (_, j) => -product(rowOf(hessian, j, p), rowOf(directions, b, p)));
        close(back, rowOf(gradients, b, p), 1e-10);
      }
    });

    it("adds the points' gradients up to the subset's", () => {
      const nothing = { ...subsets, weights: new Uint8Array(B * pool.size) };
      const regularisers = learner.gradient(pool, nothing, theta);
      const gradients = learner.gradient(pool, subsets, theta);
      for (let b = 0; b < B; b++) {
        const points = learner.pointGradients(pool, rowOf(theta, b, p));
        const total = Array.from({ length: p }, (_, j) =>
          weightsOf(b).reduce((sum, weight, i) => sum + weight * points[i * p + j], regularisers[b * p + j]),
        );
        close(rowOf(gradients, b, p), total, 1e-12);
      }
    });

    it('has probabilities that are the logistic function of the margin', () => {
      const points = cloudPool({ size: 7, dimension: 3, classCount: 2, seed: 8 });
      const probabilities = learner.probabilities(points, theta);
      for (let b = 0; b < B; b++) {
        for (let i = 0; i < 7; i++) {
          const positive = 1 / (1 + Math.exp(-product(rowOf(theta, b, p), inputOf(points, i))));
          close(rowOf(probabilities, b * 7 + i, 2), [1 - positive, positive], 1e-14);
        }
      }
    });

    for (const { split, scaling, C: strength, solversApart, models: recorded } of cases) {
      it(`retrains to what scikit-learn finds (${split}, C = ${strength}: ${recorded.length} subsets)`, async () => {
        const real = await referencePool(split, scaling);
        const chosen = subsetsFromMembers(
          real.size,
          recorded.map(({ members }) => members),
        );
        const sizes = subsetSizes(chosen);
        const trained = await model.make({ C: strength }).retrain(real, chosen, { tolerance: 1e-11 });
        recorded.forEach((reference, b) => {
          const found = rowOf(trained.parameters, b, trained.parameterCount);
          const tolerance = model.inFixture === 'svm' ? Math.max(1e-6, solversApart) : 1e-9;
          close(found, reference[model.inFixture], tolerance, `subset ${b}, parameter`);
          const gradient = naiveGradients(model, real, rowOf(chosen.weights, b, real.size), found, strength);
          const residual = Math.max(...gradient.map(Math.abs)) / (strength * sizes[b]);
          assert.ok(residual <= 1.1e-11, `residual ${residual} of subset ${b}`);
        });
      });
    }

    it('gives the same bytes however the subsets are batched', async () => {
      const many = setsAndMultisets(pool, 70, 6);
      const together = await learner.retrain(pool, many);
      const rows = Array.from({ length: many.count }, (_, b) => b);
      for (const cut of [1, 7, 130]) {
        const parts = [rows.slice(0, cut), rows.slice(cut)];
        const trained = await Promise.all(parts.map((part) => learner.retrain(pool, takeSubsets(many, part))));
        assert.deepEqual(
          trained.flatMap((part) => [...part.parameters]),
          [...together.parameters],
        );
      }
    });

    it('treats weight 2 as the same point twice, and a start as no more than a start', async () => {
      const tight = { tolerance: 1e-11 };
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 20 }), async (repeated) => {
          const twice = [...new Set(repeated)];
          const everyPoint = Array.from({ length: 41 }, (_, i) => i);
          const members = [...everyPoint, ...twice];
          const weighted = subsetsFromMembers(41, [members]);
          const duplicated = {
            ...pool,
            size: members.length,
            features: Float64Array.from(members.flatMap((i) => inputOf(pool, i).slice(0, 3))),
            labels: Uint8Array.from(members, (i) => pool.labels[i]),
          };
          const a = await learner.retrain(pool, weighted, tight);
          const b = await learner.retrain(duplicated, fullPool(members.length), tight);
          close(a.parameters, b.parameters, 1e-9);
          const from = Float64Array.of(-30, 50, 7, 20);
          const far = await learner.retrain(pool, weighted, { ...tight, from });
          assert.equal(far.status[0], RetrainStatus.converged);
          close(far.parameters, a.parameters, 1e-9);
          const warm = await learner.retrain(pool, weighted, { ...tight, from: a.parameters });
          assert.equal(warm.iterations[0], 0);
        }),
        { seed: 4, numRuns: 15 },
      );
    });

    it('converges on separable and on badly scaled data in few steps', async () => {
      const apart = cloudPool({ size: 60, dimension: 2, classCount: 2, seed: 9, separation: 40 });
      const clouds = cloudPool({ size: 90, dimension: 20, classCount: 2, seed: 11 });
      const steep = { ...clouds, features: clouds.features.map((value) => 30 * value) };
      for (const hard of [apart, steep]) {
        for (const strength of [1, 1e4]) {
          const chosen = setsAndMultisets(hard, 15, 10);
          const trained = await model.make({ C: strength }).retrain(hard, chosen);
          assert.deepEqual([...new Set(trained.status)], [RetrainStatus.converged]);
          assert.ok(trained.residuals.every((residual) => residual <= 1e-8));
          // Without searching along Newton's directions the SVM takes several hundred steps here.
          assert.ok(Math.max(...trained.iterations) <= 65);
        }
      }
    });

    it('has a size path that ends at the optimum of the pool', async () => {
      const path = learner.sizePath({ ...pool });
      await path.prepare([10, pool.size]);
      const trained = await learner.retrain(pool, fullPool(pool.size), { tolerance: 1e-11 });
      close(path.optima([pool.size]), trained.parameters, 1e-9);
      const tenth = path.optima([10]);
      const weights = new Float64Array(pool.size).fill(10 / pool.size);
      const residual = Math.max(...naiveGradient(model, pool, weights, tenth, C).map(Math.abs)) / (C * 10);
      assert.ok(residual <= 1.1e-10);
    });

    it('bounds the distance from the optimum', async () => {
      const trained = await learner.retrain(pool, subsets, { tolerance: 1e-12 });
      for (const distance of [1e-6, 0.1, 30]) {
        const away = trained.parameters.map((value) => value + distance * stream.normal());
        const bounds = learner.errorBounds(pool, subsets, away);
        bounds.forEach((bound, b) => {
          const error = Math.hypot(...rowOf(away, b, p).map((value, j) => value - trained.parameters[b * p + j]));
          assert.ok(bound >= error * (1 - 1e-9) - 1e-9, `${bound} is below ${error}`);
          if (model.inFixture === 'ridge') assert.ok(bound <= error * (1 + 1e-6) + 1e-9, 'a quadratic bound is exact');
        });
      }
      const nothing = { count: 1, poolSize: pool.size, weights: new Uint8Array(pool.size) };
      const [bound] = learner.errorBounds(pool, nothing, Float64Array.of(3, 0, 4, 0));
      assert.equal(bound, model.inFixture === 'ridge' ? NaN : 5);
      assert.deepEqual([...learner.errorBounds(pool, nothing, new Float64Array(4).fill(NaN))], [NaN]);
    });

    it('does not take over what another learner prepared on the pool', async () => {
      const alone = await learner.retrain({ ...pool }, subsets);
      await logisticRegression({ C }).retrain(pool, subsets);
      for (const other of models) await other.make({ C }).retrain(pool, subsets);
      await logisticRegression({ C }).retrain(pool, subsets);
      assert.deepEqual((await learner.retrain(pool, subsets)).parameters, alone.parameters);
    });

    it('flags subsets that lack a class, and refuses what it cannot train', async () => {
      const positives = Array.from(pool.labels.keys()).filter((i) => pool.labels[i] === 1);
      const trained = await learner.retrain(pool, subsetsFromMembers(41, [[], positives]));
      assert.deepEqual([...trained.status], [RetrainStatus.missingClass, RetrainStatus.missingClass]);
      const one = { ...cloudPool({ size: 9, dimension: 2, classCount: 2, seed: 1 }), classes: ['only'] };
      await assert.rejects(
        learner.retrain({ ...one, labels: new Uint8Array(9) }, fullPool(9)),
        (error) =>
          error instanceof InputError && /"clouds" has 1 class; a classifier needs two or more/.test(error.message),
      );
      assert.throws(() => model.make({ C: -1 }), /C is -1/);
    });
  });
}

it('ridge regression is solved in one step', async () => {
  const pool = cloudPool({ size: 50, dimension: 5, classCount: 2, seed: 12 });
  const trained = await ridgeRegression({ C: 3 }).retrain(pool, setsAndMultisets(pool, 20, 13));
  assert.equal(Math.max(...trained.iterations), 1);
});
