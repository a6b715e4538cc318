import { divideBy } from '../../src/data/index.js';
import { referenceSplit } from '../../src/data/reference-split.js';
import { outputCorrelations } from '../../src/evaluation/linear-datamodelling-score.js';
import { networkLearner } from '../../src/learners/network/network-learner.js';
import { outputValues, pointGradients, recordRun, trainNetworks } from '../../src/networks/index.js';
import { choleskyFactor, choleskySolve } from '../../src/numerics/dense.js';
import { randomStream } from '../../src/numerics/random.js';
import { bootstrapMean } from '../../src/statistics/bootstrap-interval.js';
import type { Estimate } from '../../src/statistics/estimate.js';

export interface RunScoresOptions {
  /** Hidden units. */
  readonly hidden: number;
  readonly steps: number;
  readonly learningRate: number;
  readonly targets: number;
  /** Subsets retrained for each share. */
  readonly drops: number;
  /** Shares of the pool that are dropped. */
  readonly shares: readonly number[];
  readonly seed: number;
}

/** Of one share of dropped points: linear datamodelling scores with 95 % intervals over targets. */
export interface RunScores {
  readonly share: number;
  readonly derivative: Estimate;
  /** Of influence functions at the damping that serves them best on these very drops. */
  readonly influence: Estimate;
  /** Derivative less influence, paired by target. */
  readonly gain: Estimate;
}

/**
 * How well margins of retrained models are foretold by the derivative of the training run and by damped influence functions: a
 * tanh perceptron with one hidden layer on 500 digits, batches of 50, momentum 0.9, one seed of initial parameters and batches.
 */
export async function runScores(options: RunScoresOptions): Promise<RunScores[]> {
  const { hidden, steps, learningRate, targets, drops, shares, seed } = options;
  const split = await referenceSplit('digits_500');
  const [pool, tests] = [divideBy(split.train, 16), divideBy(split.test, 16)];
  const points = {
    size: targets,
    features: tests.features.subarray(0, targets * 64),
    labels: tests.labels.subarray(0, targets),
  };
  const learner = networkLearner({
    layers: [{ kind: 'flatten' }, { kind: 'dense', units: hidden }, { kind: 'tanh' }],
    optimiser: { kind: 'sgd' },
    learningRate,
    steps,
    batchSize: 50,
    seed,
  });
  const network = learner.network(pool);
  const run = await recordRun({ network, pool, training: learner.training });
  const { parameters } = run;
  const { gradients } = await pointGradients({ network, points, parameters, output: 'margin' });
  const derivative = await run.reverse(gradients);
  const hessian = learner.hessian(pool, new Uint8Array(pool.size).fill(1), parameters);
  const losses = await pointGradients({ network, points: pool, parameters });
  const influences = [1e-4, 1e-3, 1e-2, 1e-1].map((damping) =>
    influence(hessian, gradients, losses.gradients, damping),
  );
  const results: RunScores[] = [];
  for (const share of shares) {
    const weights = dropped(pool.size, drops, Math.round(share * pool.size), seed);
    const { parameters: retrained } = await trainNetworks({ network, pool, training: learner.training, weights });
    const actual = new Float64Array(drops * targets);
    const p = parameters.length;
    for (let b = 0; b < drops; b++) {
      const model = { network, points, parameters: retrained.subarray(b * p, (b + 1) * p), output: 'margin' } as const;
      actual.set(await outputValues(model), b * targets);
    }
    const correlationsOf = (scores: Float64Array): Float64Array =>
      outputCorrelations({ predicted: predicted(scores, weights, targets), actual, points: targets });
    const told = correlationsOf(derivative);
    const others = influences.map(correlationsOf);
    const sums = others.map((correlations) => correlations.reduce((sum, value) => sum + value, 0));
    const best = others[sums.indexOf(Math.max(...sums))];
    results.push({
      share,
      derivative: bootstrapMean(told, { seed }),
      influence: bootstrapMean(best, { seed }),
      gain: bootstrapMean(
        told.map((value, t) => value - best[t]),
        { seed },
      ),
    });
  }
  return results;
}

/** `B×N` weights: `count` points of weight 0, different ones in every row. */
function dropped(size: number, rows: number, count: number, seed: number): Uint8Array {
  const weights = new Uint8Array(rows * size).fill(1);
  for (let b = 0; b < rows; b++) {
    for (const i of randomStream(seed, 'drops', count, b).permutation(size).subarray(0, count))
      weights[b * size + i] = 0;
  }
  return weights;
}

/** `B×T` sums of scores (`T×N`) over the points of a subset. */
function predicted(scores: Float64Array, weights: Uint8Array, targets: number): Float64Array {
  const size = scores.length / targets;
  return Float64Array.from({ length: (weights.length / size) * targets }, (_, at) => {
    const [b, t] = [Math.floor(at / targets), at % targets];
    let sum = 0;
    for (let i = 0; i < size; i++) sum += weights[b * size + i] * scores[t * size + i];
    return sum;
  });
}

/** −∇f_tᵀ(H + λI)⁻¹∇ℓ_i/N (`T×N`): the first-order change of the end point as if it were an optimum. */
function influence(hessian: Float64Array, outputs: Float64Array, losses: Float64Array, damping: number): Float64Array {
  const p = Math.sqrt(hessian.length);
  const factor = Float64Array.from(hessian);
  for (let j = 0; j < p; j++) factor[j * p + j] += damping;
  if (!choleskyFactor(factor, p)) throw new Error('The damped Hessian is not positive definite.');
  const [targets, size] = [outputs.length / p, losses.length / p];
  const scores = new Float64Array(targets * size);
  for (let t = 0; t < targets; t++) {
    const solved = outputs.slice(t * p, (t + 1) * p);
    choleskySolve(factor, p, solved);
    for (let i = 0; i < size; i++) {
      let sum = 0;
      for (let j = 0; j < p; j++) sum += solved[j] * losses[i * p + j];
      scores[t * size + i] = -sum / size;
    }
  }
  return scores;
}

/** Prints {@link runScores} in full. */
export async function measureTrainingRuns(): Promise<RunScores[]> {
  const begin = performance.now();
  const options = {
    hidden: 32,
    steps: 1000,
    learningRate: 0.02,
    targets: 50,
    drops: 100,
    shares: [0.01, 0.05, 0.5],
    seed: 1,
  };
  const scores = await runScores(options);
  const seconds = ((performance.now() - begin) / 1000).toFixed(0);
  console.log(`derivative of a training run, tanh 64-32-10 on 500 digits, 100 drops, 50 targets (${seconds} s):`);
  const show = ({ value, low, high }: Estimate): string =>
    `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
  for (const { share, derivative, influence: other, gain } of scores) {
    console.log(`  drop ${share * 100} %: ${show(derivative)}; influence functions ${show(other)}; gain ${show(gain)}`);
  }
  return scores;
}
