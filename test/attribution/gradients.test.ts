import { strict as assert } from 'node:assert';
import {
  additiveChanges,
  areaUnderRoc,
  bernoulliSubsets,
  gradientCosine,
  gradientDot,
  influence,
  InputError,
  leaveOneOut,
  leaveOneOutCorrelation,
  leaveOneOutEffects,
  linearDatamodellingScore,
  outputValues,
  pearson,
  pointGradients,
  predictAttributedOutputs,
  prepareAttribution,
  randomStream,
  runDerivative,
  selfScores,
  tracIn,
  trainForAttribution,
  trainNetworks,
  trak,
  type AttributionMethod,
  type NetworkPoints,
  type OutputName,
  type Subsets,
  type TrainedModels,
  type Training,
} from '../../src/index.js';
import { perceptron, relativeDifference } from '../networks/networks.js';

const classes = 3;
const width = 4;

/** Points of three overlapping classes. */
function clusters(size: number, seed: number): NetworkPoints {
  const stream = randomStream(seed, 'clusters');
  const labels = Int32Array.from({ length: size }, (_, i) => i % classes);
  const features = Float64Array.from(
    { length: size * width },
    (_, at) => stream.normal() + (at % width === labels[Math.floor(at / width)] ? 1.5 : 0),
  );
  return { size, features, labels };
}

const softmax = perceptron(width, [], classes);
const pool = clusters(24, 1);
const points = clusters(5, 2);
/** Plain descent that gets to the optimum. */
const converged: Training = {
  optimiser: { kind: 'sgd', momentum: 0.9, weightDecay: 0.05 },
  learningRate: 0.2,
  steps: 400,
};
const few: Training = { optimiser: { kind: 'sgd', momentum: 0 }, learningRate: 0.1, steps: 40 };
const precision = 'float64';

async function scoresOf(method: AttributionMethod, trained: TrainedModels, output: OutputName = 'margin') {
  return (await prepareAttribution(method, trained)).attribute({ points, output });
}

/** `B×T` outputs of models trained on the weights. */
async function retrained({ network, pool, training }: TrainedModels, weights: ArrayLike<number>, output: OutputName) {
  const { parameters } = await trainNetworks({ network, pool, training, weights, precision });
  const p = (parameters.length * pool.size) / weights.length;
  const rows: number[] = [];
  for (let at = 0; at < parameters.length; at += p)
    rows.push(
      ...(await outputValues({ network, points, parameters: parameters.subarray(at, at + p), output, precision })),
    );
  return Float64Array.from(rows);
}

describe('attribution: influence functions', function () {
  this.timeout(20_000);

  for (const normalisation of ['subset', 'batch'] as const) {
    it(`are the derivative of the optimum in every point's weight, normalisation ${normalisation}`, async () => {
      const training = { ...converged, normalisation };
      const trained = await trainForAttribution({ network: softmax, pool, training, precision });
      const found = await scoresOf(influence({ curvature: 'Hessian', damping: 0 }), trained);
      // By finite differences of the trained model in the weights of some points.
      const step = 1e-3;
      for (const i of [0, 7, 20]) {
        const weights = [1, -1].flatMap((sign) =>
          Array.from({ length: 24 }, (_, k) => 1 + (k === i ? sign * step : 0)),
        );
        const outputs = await retrained(trained, weights, 'margin');
        for (let t = 0; t < 5; t++) {
          const slope = (outputs[t] - outputs[5 + t]) / (2 * step);
          assert.ok(Math.abs(found.scores[t * 24 + i] - slope) < 1e-4, `${found.scores[t * 24 + i]} ${slope}`);
        }
      }
      assert.ok(found.diagnostics!.gradient < 1e-6 && found.diagnostics!.residual < 1e-9);
      assert.ok(found.seconds.training > 0 && found.seconds.preparation > 0 && found.seconds.attribution > 0);
      const derivative = await scoresOf(runDerivative(), trained);
      assert.ok(relativeDifference(derivative.scores, found.scores) < 1e-5);
    });
  }

  it('are the same for Hessian and Gauss–Newton without hidden layers, and by conjugate gradients with enough iterations', async () => {
    const trained = await trainForAttribution({ network: softmax, pool, training: converged, precision });
    const exact = await scoresOf(influence({ curvature: 'Hessian' }), trained);
    assert.ok(relativeDifference((await scoresOf(influence(), trained)).scores, exact.scores) < 1e-9);
    const errors: number[] = [];
    for (const iterations of [1, 4, 40]) {
      const method = influence({ solver: 'conjugate gradients', iterations, tolerance: 1e-10 });
      const found = await scoresOf(method, trained);
      errors.push(relativeDifference(found.scores, exact.scores));
      if (iterations === 1) assert.ok(found.diagnostics!.residual > 0.01);
      if (iterations === 40) assert.ok(found.diagnostics!.residual < 1e-9);
    }
    assert.ok(errors[1] < errors[0] / 2 && errors[2] < 1e-8, `${errors.join(' ')}`);
  });

  it('refuse an indefinite curvature, and names that do not exist', async () => {
    const network = perceptron(width, [3], classes);
    const trained = await trainForAttribution({ network, pool, training: { ...few, steps: 0 }, precision });
    const method = influence({ curvature: 'Hessian', damping: 0 });
    await assert.rejects(prepareAttribution(method, trained), InputError);
    const iterative = influence({ curvature: 'Hessian', damping: -1, solver: 'conjugate gradients' });
    await assert.rejects(scoresOf(iterative, trained), InputError);
    await scoresOf(influence(), trained);
    assert.throws(() => influence({ curvature: 'Fisher' as 'Hessian' }), /no curvature "Fisher"/);
  });
});

describe('attribution: the derivative of the run', function () {
  this.timeout(20_000);

  it('is that of the mean over seeds, by finite differences, of a training that has not converged', async () => {
    const network = perceptron(width, [3], classes);
    const training: Training = { ...few, batchSize: 8, optimiser: { kind: 'adam' }, learningRate: 0.02 };
    const trained = await trainForAttribution({ network, pool, training, seeds: [1, 2], precision });
    const { scores, base } = await scoresOf(runDerivative(), trained, 'log-odds');
    const step = 1e-4;
    const weights = [1, -1, 0].flatMap((sign) => Array.from({ length: 24 }, (_, k) => 1 + (k === 3 ? sign * step : 0)));
    const [first, second] = await Promise.all(
      [1, 2].map((seed) => retrained({ ...trained, training: { ...training, seed } }, weights, 'log-odds')),
    );
    const outputs = first.map((value, at) => (value + second[at]) / 2);
    for (let t = 0; t < 5; t++) {
      const slope = (outputs[t] - outputs[5 + t]) / (2 * step);
      assert.ok(Math.abs(scores[t * 24 + 3] - slope) < 1e-5, `${scores[t * 24 + 3]} ${slope}`);
      assert.ok(Math.abs(base[t] - outputs[10 + t]) < 1e-12);
    }
  });

  it('refuses a model of another training', async () => {
    const trained = await trainForAttribution({ network: softmax, pool, training: few });
    const other = { ...trained, training: { ...few, learningRate: 0.3 } };
    await assert.rejects(prepareAttribution(runDerivative(), other), /seed 0 does not lead/);
  });
});

describe('attribution: products of gradients', function () {
  this.timeout(20_000);

  it('are those of the gradients, and cosines', async () => {
    const network = perceptron(width, [3], classes);
    const trained = await trainForAttribution({ network, pool, training: few, precision });
    const { parameters } = trained.models[0];
    const target = await pointGradients({ network, points, parameters, output: 'margin', precision });
    const own = await pointGradients({ network, points: pool, parameters, precision });
    const p = parameters.length;
    const product = (a: Float64Array, i: number, b: Float64Array, j: number): number => {
      let sum = 0;
      for (let k = 0; k < p; k++) sum += a[i * p + k] * b[j * p + k];
      return sum;
    };
    const dots = (await scoresOf(gradientDot(), trained)).scores;
    const cosines = (await scoresOf(gradientCosine(), trained)).scores;
    for (let t = 0; t < 5; t++)
      for (let i = 0; i < 24; i++) {
        const expected = -product(target.gradients, t, own.gradients, i);
        const lengths = product(target.gradients, t, target.gradients, t) * product(own.gradients, i, own.gradients, i);
        assert.ok(Math.abs(dots[t * 24 + i] - expected) < 1e-12);
        assert.ok(Math.abs(cosines[t * 24 + i] - expected / Math.sqrt(lengths)) < 1e-12);
      }
    const prepared = await prepareAttribution(gradientCosine(), trained);
    for (const score of await selfScores(prepared)) assert.ok(Math.abs(score - 1) < 1e-12);
  });

  it('TracIn with a checkpoint at every step adds up to the change of the output, as learning rates fall', async () => {
    const network = perceptron(width, [3], classes);
    const errors: number[] = [];
    for (const steps of [20, 40, 80]) {
      const training: Training = { ...few, learningRate: 4 / steps, steps };
      const checkpoints = Array.from({ length: steps }, (_, k) => k);
      const trained = await trainForAttribution({ network, pool, training, checkpoints, precision });
      const { scores, base } = await scoresOf(tracIn(), trained, 'log-odds');
      const start = trained.models[0].checkpoints[0].parameters;
      const before = await outputValues({ network, points, parameters: start, output: 'log-odds', precision });
      const sums = base.map((_, t) => scores.subarray(t * 24, (t + 1) * 24).reduce((sum, score) => sum + score, 0));
      errors.push(
        relativeDifference(
          sums,
          base.map((value, t) => value - before[t]),
        ),
      );
    }
    assert.ok(errors[1] < 0.65 * errors[0] && errors[2] < 0.65 * errors[1] && errors[2] < 0.02, errors.join(' '));
    const trained = await trainForAttribution({ network, pool, training: few });
    await assert.rejects(prepareAttribution(tracIn(), trained), /needs checkpoints/);
  });
});

describe('attribution: TRAK', function () {
  this.timeout(20_000);

  it('converges to its scores without projection, the factors averaged apart', async () => {
    const trained = await trainForAttribution({ network: softmax, pool, training: few, seeds: [1, 2], precision });
    const damping = 0.5;
    const exact = await unprojected(trained, damping);
    const errors: number[] = [];
    for (const directions of [40, 600]) {
      const found = await scoresOf(trak({ directions, damping, seed: 3 }), trained, 'log-odds');
      errors.push(relativeDifference(found.scores, exact));
    }
    assert.ok(errors[1] < 0.05 && errors[1] < errors[0] / 3, errors.join(' '));
  });

  it('has projections of its seed, and refuses more directions than the pool spans', async () => {
    const trained = await trainForAttribution({ network: softmax, pool, training: few });
    const [a, b, c] = await Promise.all([1, 1, 2].map((seed) => scoresOf(trak({ seed, directions: 6 }), trained)));
    assert.deepEqual(a.scores, b.scores);
    assert.notDeepEqual(a.scores, c.scores);
    await assert.rejects(prepareAttribution(trak({ directions: 24 }), trained), /do not span 24 directions/);
    assert.throws(() => predictAttributedOutputs(a, leaveOneOut(24)), /have no unit/);
  });
});

/** TRAK with whole gradients, by its kernel: φ_tᵀ(ΦᵀΦ + λI)⁻¹φ_i solved by plain gradient elimination in parameters. */
async function unprojected({ network, pool, models }: TrainedModels, damping: number): Promise<Float64Array> {
  const kernel = new Float64Array(5 * 24);
  const errors = new Float64Array(24);
  for (const { parameters } of models) {
    const p = parameters.length;
    const own = await pointGradients({ network, points: pool, parameters, output: 'log-odds', precision });
    const target = await pointGradients({ network, points, parameters, output: 'log-odds', precision });
    const gram = Array.from({ length: p }, (_, a) =>
      Array.from({ length: p }, (_, b) => {
        let sum = a === b ? damping : 0;
        for (let i = 0; i < 24; i++) sum += own.gradients[i * p + a] * own.gradients[i * p + b];
        return sum;
      }),
    );
    for (let i = 0; i < 24; i++) {
      const solved = eliminate(gram, [...own.gradients.subarray(i * p, (i + 1) * p)]);
      for (let t = 0; t < 5; t++)
        solved.forEach((value, a) => (kernel[t * 24 + i] += (value * target.gradients[t * p + a]) / models.length));
      errors[i] += 1 / (1 + Math.exp(own.values[i])) / models.length;
    }
  }
  return kernel.map((value, at) => value * errors[at % 24]);
}

/** Gauss–Jordan elimination for a positive definite matrix. */
function eliminate(matrix: readonly number[][], right: readonly number[]): number[] {
  const rows = matrix.map((row, a) => [...row, right[a]]);
  rows.forEach((row, a) => {
    const pivot = row[a];
    row.forEach((value, b) => (row[b] = value / pivot));
    rows.forEach((other, c) => {
      const factor = other[a];
      if (c !== a) row.forEach((value, b) => (other[b] -= factor * value));
    });
  });
  return rows.map((row) => row[right.length]);
}

const methods: readonly AttributionMethod[] = [
  influence(),
  influence({ curvature: 'Hessian', damping: 0.05 }),
  influence({ solver: 'conjugate gradients' }),
  runDerivative(),
  tracIn(),
  gradientDot(),
  gradientCosine(),
  trak({ directions: 6 }),
];

describe('attribution: every method', function () {
  this.timeout(20_000);

  for (const method of methods) {
    it(`${method.name} has the sign: a copy of the target raises its output, a copy of another label lowers it`, async () => {
      const twins = clusters(25, 5);
      const [features, labels] = [Float64Array.from(twins.features), Int32Array.from(twins.labels)];
      // Point 24 is a copy of point 0 with another label.
      features.copyWithin(24 * width, 0, width);
      labels[24] = (labels[0] + 1) % classes;
      const training = { ...few, steps: 100, optimiser: converged.optimiser };
      const trained = await trainForAttribution({
        network: softmax,
        pool: { size: 25, features, labels },
        training,
        seeds: [1, 2],
        checkpoints: [0, 50, 99],
      });
      const prepared = await prepareAttribution(method, trained);
      const target = { size: 1, features: features.slice(0, width), labels: labels.slice(0, 1) };
      for (const output of ['margin', 'log-odds', 'loss'] as const) {
        const { scores } = await prepared.attribute({ points: target, output });
        const sign = output === 'loss' ? -1 : 1;
        assert.ok(sign * scores[0] > 0, `${output}: copy ${scores[0]}`);
        assert.ok(sign * scores[24] < 0, `${output}: flipped ${scores[24]}`);
      }
      if (method.name === 'Grad-Cos') return;
      const own = await selfScores(prepared);
      const wrong = Array.from(own, (_, i) => i === 24);
      assert.ok(areaUnderRoc(own, wrong) > 0.8, `self-scores ${own.join(' ')}`);
    });
  }
});

describe('attribution: the harness', function () {
  this.timeout(20_000);

  it('finds the exact methods above the others by retraining, and their predictions near', async () => {
    const training: Training = { ...converged, steps: 200 };
    const trained = await trainForAttribution({ network: softmax, pool, training, checkpoints: [0, 50, 100] });
    const outputsOf = ({ weights }: Subsets) => retrained(trained, weights, 'margin');
    const subsets = bernoulliSubsets({ poolSize: 24, count: 40, probability: 0.5, seed: 3 });
    const [actual, effects] = [await outputsOf(subsets), await leaveOneOutEffects(24, outputsOf)];
    const measured = new Map<string, { score: number; correlation: number }>();
    for (const method of methods) {
      const found = await scoresOf(method, trained);
      const changes = additiveChanges(found.scores, subsets);
      measured.set(method.name, {
        score: linearDatamodellingScore({ predicted: changes, actual, points: 5, seed: 1 }).value,
        correlation: leaveOneOutCorrelation({ scores: found.scores, effects, poolSize: 24, seed: 1 }).value,
      });
      if (method.unit === 'none') continue;
      const predicted = predictAttributedOutputs(found, subsets);
      assert.ok(pearson(predicted, actual) > 0.8, `${method.name}: ${pearson(predicted, actual)}`);
    }
    const text = JSON.stringify([...measured]);
    const weak = measured.get('Grad-Dot')!;
    for (const name of ['influence (Gauss–Newton)', 'derivative of the run']) {
      // Not 1: with 24 points, leaving one out is more than first order.
      const { score, correlation } = measured.get(name)!;
      assert.ok(correlation > 0.9 && correlation > weak.correlation && score > weak.score, text);
    }
    assert.throws(
      () => leaveOneOutCorrelation({ scores: effects, effects: actual, poolSize: 24, seed: 1 }),
      /two T×N arrays/,
    );
  });
});
