import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { ReferenceSplitName } from '../../../src/data/reference-split.js';
import { InputError, InterruptedError } from '../../../src/errors.js';
import { RetrainStatus } from '../../../src/learners/learner.js';
import {
  multilayerPerceptron,
  type MultilayerPerceptronOptions,
} from '../../../src/learners/network/multilayer-perceptron.js';
import { randomStream } from '../../../src/numerics/random.js';
import { perceptronKernels } from '../../../src/numerics/perceptron-kernels.js';
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
import { referencePool } from '../linear/reference-pool.js';
import { naiveAdam, naiveLogits, naiveObjective, naiveProbabilities, numericGradient } from './reference-perceptron.js';

interface Fixture {
  readonly cases: readonly {
    readonly split: ReferenceSplitName;
    readonly scaling: string;
    readonly options: MultilayerPerceptronOptions;
    readonly start: readonly number[];
    readonly models: readonly { readonly members: readonly number[]; readonly theta: readonly number[] }[];
  }[];
}

// The compiled test runs from dist/test/learners.
const fixture = new URL('../../../../test/fixtures/multilayer-perceptron.json', import.meta.url);
const { cases } = JSON.parse(await readFile(fixture, 'utf8')) as Fixture;

const rowOf = <Numbers extends Float64Array | Uint8Array>(matrix: Numbers, row: number, width: number) =>
  matrix.subarray(row * width, (row + 1) * width) as Numbers;

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

const architectures = [
  { hidden: [], activation: 'tanh', classCount: 3 },
  { hidden: [4], activation: 'tanh', classCount: 2 },
  { hidden: [5, 3], activation: 'relu', classCount: 3 },
] as const;

afterEach(() => chooseKernels(undefined));

for (const { hidden, activation, classCount } of architectures) {
  describe(`multilayer perceptron with layers of [${hidden.join(', ')}] ${activation} units`, () => {
    const model = { hidden, activation, weightDecay: 0.03 };
    const learner = multilayerPerceptron({ ...model, steps: 40, learningRate: 0.02, seed: 5 });
    const pool = cloudPool({ size: 19, dimension: 3, classCount, seed: 2 });
    const N = pool.size;
    const widths = [3, ...hidden, classCount];
    const p = widths.slice(1).reduce((sum, units, l) => sum + units * (widths[l] + 1), 0);
    const subsets = concatenateSubsets(
      uniformSizeSubsets({ poolSize: N, count: 3, minimumSize: 4, seed: 3, labels: pool.labels }),
      bootstrapSubsets({ poolSize: N, count: 2, seed: 4 }),
    );
    const B = subsets.count;
    const sizes = subsetSizes(subsets);
    const stream = randomStream(6, hidden.length);
    const theta = Float64Array.from({ length: B * p }, () => 0.8 * stream.normal());
    const costsOf = (b: number) => Array.from(rowOf(subsets.weights, b, N), (weight) => weight / sizes[b]);

    it('counts its parameters', () => assert.equal(learner.parameterCount(pool), p));

    for (const kernels of ['plain', 'wasm', undefined] as const) {
      it(`has objectives, and gradients that agree with finite differences (${kernels ?? 'fastest'} kernels)`, () => {
        chooseKernels(kernels);
        const values = learner.objective(pool, subsets, theta);
        const gradients = learner.gradient(pool, subsets, theta);
        for (let b = 0; b < B; b++) {
          const objective = (at: Float64Array) => naiveObjective(model, pool, costsOf(b), at);
          close([values[b]], [objective(rowOf(theta, b, p))], 1e-13);
          close(rowOf(gradients, b, p), numericGradient(objective, rowOf(theta, b, p)), 1e-8);
        }
      });
    }

    it('has the Gauss–Newton matrix of its logits as Hessian', () => {
      const weights = Float64Array.from({ length: N }, (_, i) => (i % 4 === 0 ? 0 : 2 * stream.uniform()));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const at = rowOf(theta, 0, p);
      const expected = new Float64Array(p * p);
      for (let i = 0; i < N; i++) {
        const likelihoods = naiveProbabilities(model, pool, i, at);
        const jacobian = likelihoods.map((_, k) =>
          numericGradient((near) => naiveLogits(model, pool, i, near)[k], Float64Array.from(at)),
        );
        for (let j = 0; j < p; j++) {
          for (let l = 0; l < p; l++) {
            likelihoods.forEach((P, k) => {
              likelihoods.forEach((Q, m) => {
                const curvature = (k === m ? P : 0) - P * Q;
                expected[j * p + l] += (weights[i] / total) * curvature * jacobian[k][j] * jacobian[m][l];
              });
            });
          }
        }
      }
      for (let j = 0; j < p; j++) expected[j * p + j] += model.weightDecay;
      const hessian = learner.hessian(pool, weights, at);
      close(hessian, expected, 1e-8);
      if (hidden.length > 0) return;
      // Without hidden layers that is the Hessian itself.
      const costs = Array.from(weights, (weight) => weight / total);
      const numeric = Array.from({ length: p }, (_, j) =>
        numericGradient(
          (near) => numericGradient((x) => naiveObjective(model, pool, costs, x), near, 1e-4)[j],
          at,
          1e-4,
        ),
      );
      close(hessian, numeric.flat(), 1e-5);
    });

    it("divides the pool's gradient among the points", () => {
      const at = rowOf(theta, 1, p);
      const points = learner.pointGradients(pool, at);
      assert.equal(points.length, N * p);
      const total = Array.from({ length: p }, (_, j) => {
        let sum = 0;
        for (let i = 0; i < N; i++) sum += points[i * p + j];
        return sum;
      });
      close(total, learner.gradient(pool, fullPool(N), at), 1e-13);
      const share = (near: Float64Array) => naiveObjective(model, pool, costOfPoint(7), near) / N;
      close(rowOf(points, 7, p), numericGradient(share, at), 1e-8);
    });
    const costOfPoint = (point: number) => Array.from({ length: N }, (_, i) => (i === point ? 1 : 0));

    it('predicts probabilities', () => {
      // More points than are evaluated at a time.
      const points = cloudPool({ size: 531, dimension: 3, classCount, seed: 8 });
      const probabilities = learner.probabilities(points, theta);
      assert.equal(probabilities.length, B * 531 * classCount);
      for (const b of [0, B - 1]) {
        for (const i of [0, 511, 512, 530]) {
          const expected = naiveProbabilities(model, points, i, rowOf(theta, b, p));
          close(rowOf(probabilities, b * 531 + i, classCount), expected, 1e-14);
        }
      }
    });

    it('trains by full-batch Adam from the same initial weights', async () => {
      const trained = await learner.retrain(pool, subsets);
      const start = (await learner.retrain(pool, subsets, { maxIterations: 0 })).parameters;
      for (let b = 1; b < B; b++) assert.deepEqual(rowOf(start, b, p), rowOf(start, 0, p));
      const again = await learner.retrain(pool, subsets, { from: rowOf(start, 0, p) });
      assert.deepEqual(again.parameters, trained.parameters);
      for (let b = 0; b < B; b++) {
        const one = takeSubsets(subsets, [b]);
        const gradientOf = (_: number, at: Float64Array) => learner.gradient(pool, one, at);
        close(rowOf(trained.parameters, b, p), naiveAdam(rowOf(start, b, p), 40, 0.02, gradientOf), 1e-9);
        const gradient = learner.gradient(pool, one, rowOf(trained.parameters, b, p));
        close([trained.residuals[b]], [Math.max(...gradient.map(Math.abs))], 1e-13);
        const [before, after] = [start, trained.parameters].map(
          (parameters) => learner.objective(pool, one, Float64Array.from(rowOf(parameters, b, p)))[0],
        );
        assert.ok(after < before);
      }
      assert.deepEqual([...new Set(trained.status)], [RetrainStatus.scheduleEnded]);
      assert.deepEqual([...new Set(trained.iterations)], [40]);
    });

    it('trains by seeded mini-batches that add up to the whole subset', async () => {
      const settings = { ...model, learningRate: 0.02, batchSize: 8, seed: 9 };
      const batched = multilayerPerceptron({ ...settings, steps: 7 });
      const trained = await batched.retrain(pool, subsets);
      const from = (await batched.retrain(pool, subsets, { maxIterations: 0 })).parameters;
      // Three batches of 8, 8 and 3 points per epoch.
      const orders = [0, 1, 2].map((epoch) => randomStream(9, 'multilayer perceptron', 'epoch', epoch).permutation(N));
      for (let b = 0; b < B; b++) {
        const gradientOf = (step: number, at: Float64Array) => {
          const batch = orders[Math.floor(step / 3)].subarray(8 * (step % 3), 8 * (step % 3) + 8);
          const costs = costsOf(b).map((cost, i) => (batch.includes(i) ? (cost * N) / batch.length : 0));
          return numericGradient((near) => naiveObjective(model, pool, costs, near), at);
        };
        close(rowOf(trained.parameters, b, p), naiveAdam(rowOf(from, b, p), 7, 0.02, gradientOf), 1e-5);
      }
    });

    it('gives the same bytes however the subsets are batched, and side by side', async () => {
      const settings = { ...model, steps: 60, batchSize: null, seed: 1 };
      for (const batchSize of [null, 6]) {
        const either = multilayerPerceptron({ ...settings, batchSize });
        const together = await either.retrain(pool, subsets);
        const parts = await Promise.all(
          [[0], [1, 2, 3], [4]].map((rows) => either.retrain(pool, takeSubsets(subsets, rows))),
        );
        assert.deepEqual(
          parts.flatMap((part) => [...part.parameters]),
          [...together.parameters],
        );
        assert.deepEqual(
          parts.flatMap((part) => [...part.residuals]),
          [...together.residuals],
        );
      }
    });

    it('draws other weights for another seed', async () => {
      const [one, other] = await Promise.all(
        [1, 2].map((seed) => multilayerPerceptron({ ...model, steps: 0, seed }).retrain(pool, fullPool(N))),
      );
      assert.notDeepEqual(one.parameters, other.parameters);
      const bound = 1 / Math.sqrt(Math.min(...widths.slice(0, -1)));
      assert.ok(one.parameters.every((value) => Math.abs(value) <= bound));
    });
  });
}

describe('multilayer perceptrons against PyTorch', () => {
  for (const { split, scaling, options, start, models } of cases) {
    it(`${split}, ${String(options.activation)} [${String(options.hidden)}]: ${models.length} subsets`, async () => {
      const pool = await referencePool(split, scaling);
      const subsets = subsetsFromMembers(
        pool.size,
        models.map(({ members }) => members),
      );
      const learner = multilayerPerceptron(options);
      const trained = await learner.retrain(pool, subsets, { from: Float64Array.from(start) });
      models.forEach(({ theta }, b) => {
        close(rowOf(trained.parameters, b, trained.parameterCount), theta, 1e-8, `subset ${b}, parameter`);
      });
    });
  }
});

describe('multilayer perceptron', () => {
  const pool = cloudPool({ size: 20, dimension: 2, classCount: 2, seed: 3 });

  it('learns what a linear model cannot', async () => {
    const stream = randomStream(1, 'ring');
    const size = 120;
    const features = Float64Array.from({ length: 2 * size }, () => stream.normal());
    const labels = Uint8Array.from({ length: size }, (_, i) =>
      Math.hypot(features[2 * i], features[2 * i + 1]) > 1.18 ? 1 : 0,
    );
    const ring = { ...pool, size, features, labels };
    const accuracy = async (hidden: number[]) => {
      const learner = multilayerPerceptron({ hidden, steps: 400, learningRate: 0.03 });
      const { parameters } = await learner.retrain(ring, fullPool(size));
      const probabilities = learner.probabilities(ring, parameters);
      return labels.filter((label, i) => probabilities[2 * i + label] > 0.5).length / size;
    };
    assert.ok((await accuracy([12])) > 0.93);
    assert.ok((await accuracy([])) < 0.8);
  });

  it('has a tanh kernel as accurate as the definition', () => {
    chooseKernels('wasm');
    const inputs = Float64Array.from({ length: 400 }, (_, i) => (i - 200) * 10 ** -(i % 8));
    const { kernels, numbers } = perceptronKernels(128 + inputs.length);
    numbers.set(inputs, 128);
    kernels.tanh(inputs.length, 8 * 128);
    inputs.forEach((x, i) => assert.ok(Math.abs(numbers[128 + i] - Math.tanh(x)) <= 3e-16, `tanh(${x})`));
  });

  it('flags empty subsets, trains those that lack a class, and stops at an iteration limit', async () => {
    const learner = multilayerPerceptron({ steps: 30 });
    const positives = Array.from(pool.labels.keys()).filter((i) => pool.labels[i] === 1);
    const subsets = subsetsFromMembers(20, [[], positives]);
    const trained = await learner.retrain(pool, subsets);
    assert.deepEqual([...trained.status], [RetrainStatus.missingClass, RetrainStatus.scheduleEnded]);
    const p = trained.parameterCount;
    assert.ok(rowOf(trained.parameters, 0, p).every(Number.isNaN));
    assert.ok(Number.isNaN(trained.residuals[0]));
    const short = await learner.retrain(pool, fullPool(20), { maxIterations: 10 });
    assert.equal(short.status[0], RetrainStatus.notConverged);
    assert.equal(short.iterations[0], 10);
    const gone = await multilayerPerceptron({ activation: 'relu', steps: 60, learningRate: 1e300 }).retrain(
      pool,
      fullPool(20),
    );
    assert.equal(gone.status[0], RetrainStatus.notConverged);
  });

  it('reports progress and stops when asked to', async () => {
    const learner = multilayerPerceptron({ steps: 60 });
    const subsets = bootstrapSubsets({ poolSize: 20, count: 6, seed: 1 });
    const seen: number[] = [];
    await learner.retrain(pool, subsets, { onProgress: ({ done }) => seen.push(done) });
    assert.deepEqual(seen, [1, 2, 3, 4, 5, 6]);
    const controller = new AbortController();
    const work = learner.retrain(pool, subsets, { signal: controller.signal, onProgress: () => controller.abort() });
    await assert.rejects(work, InterruptedError);
  });

  it('refuses bad input with a sentence that names it', async () => {
    const refused = (options: object, message: RegExp) =>
      assert.throws(
        () => multilayerPerceptron(options),
        (error) => error instanceof InputError && message.test(error.message),
      );
    refused({ hidden: [3, 0] }, /hidden layer has 0 units/);
    refused({ activation: 'elu' }, /no activation "elu"/);
    refused({ steps: 1.5 }, /steps is 1.5/);
    refused({ learningRate: 0 }, /learning rate is 0/);
    refused({ weightDecay: -1 }, /weight decay is -1/);
    refused({ batchSize: 0 }, /batch size is 0/);
    refused({ seed: 0.5 }, /seed is 0.5/);
    const learner = multilayerPerceptron();
    await assert.rejects(learner.retrain(pool, fullPool(21)), /pool of 21 points, but "clouds" has 20/);
    await assert.rejects(learner.retrain(pool, fullPool(20), { from: new Float64Array(3) }), /3 numbers; give 82/);
    assert.throws(() => learner.parameterCount({ ...pool, classes: ['only'] }), /needs at least two/);
    assert.throws(() => learner.probabilities(pool, new Float64Array(5)), /not whole models of 82/);
  });
});
