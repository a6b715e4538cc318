import { loadProblem, type Problem, type ProblemName } from '../../src/experiments/problems/problem.js';
import { buildBank, modelPredSettings, takeBank, trainModelPred, uniformSizeSubsets } from '../../src/index.js';
import { chooseBackend, loadTensorFlow } from '../../src/numerics/backend.js';
import { initialAdam } from '../../src/prediction/modelpred/training/adam.js';
import { kernelEngine } from '../../src/prediction/modelpred/network/kernel-engine.js';
import type { NetworkEngine } from '../../src/prediction/modelpred/network/network-engine.js';
import { tensorEngine } from '../../src/prediction/modelpred/network/tensor-engine.js';
import { initialWeights, type NetworkShape } from '../../src/prediction/modelpred/network/network-shape.js';
import { pointEncoder } from '../../src/prediction/modelpred/network/point-encoding.js';
import { kernelWeightUpdate } from '../../src/prediction/modelpred/training/weight-update.js';
import { cpuSeconds, ratioOf, spreadOf, type Spread } from './measure.js';
import { loopedLossAndGradient, paddedLossAndGradient } from './padding-and-loops.js';
import { startPython } from './python.js';

/** CPU time of one training step of the authors' network: loss, gradient and Adam's update. */
export interface StepTime {
  readonly problem: string;
  readonly batch: number;
  readonly way: string;
  readonly milliseconds: Spread;
  /** The first way's time over this one's, repetition by repetition. */
  readonly ours: Spread;
  /** This way's time over PyTorch's, where that was measured. */
  readonly againstTorch?: Spread;
}

/** CPU time of predicting one subset's parameters against retraining it exactly. */
export interface ForwardTime {
  readonly problem: string;
  /** Of retraining; 1e-8 is the library's own. */
  readonly tolerance: number;
  readonly predictMicroseconds: Spread;
  readonly retrainMicroseconds: Spread;
  readonly ratio: Spread;
}

export const ourStep = 'modelpred, WebAssembly';
export const nativeStep = 'modelpred, native TensorFlow';
const names: readonly ProblemName[] = ['iris 0/1', 'breast cancer', 'spambase'];
const batch = 64;

type Say = (text: string) => void;

/** Times of a training step by every way there is; repetitions of all of them take turns. */
export async function measureSteps(repetitions: number, python: string | undefined, say: Say): Promise<StepTime[]> {
  const torch = python === undefined ? undefined : startPython(python, 'torch', 'torch_peer.py');
  const times: StepTime[] = [];
  try {
    for (const name of names) {
      say(`training step: ${name}`);
      const ways = await stepsOf(await loadProblem(name));
      const samples = new Map<string, number[]>();
      const record = (way: string, value: number) => samples.set(way, [...(samples.get(way) ?? []), value]);
      for (let repetition = 0; repetition < repetitions; repetition++) {
        for (const { way, steps, run } of ways.steps) record(way, await perStep(steps, run));
        if (!torch) continue;
        const { points, inputs, outputs } = ways;
        const request = { step: { points, inputs, outputs, batch, steps: 100 } };
        record('PyTorch', (await torch.ask<{ milliseconds: number }>(request)).milliseconds);
      }
      const own = samples.get(ourStep) ?? [];
      for (const [way, sample] of samples) {
        const torchSample = samples.get('PyTorch');
        times.push({
          problem: name,
          batch,
          way,
          milliseconds: spreadOf(sample),
          ours: ratioOf(own, sample),
          ...(torchSample && { againstTorch: ratioOf(sample, torchSample) }),
        });
      }
    }
  } finally {
    torch?.close();
  }
  return times;
}

interface Step {
  readonly way: string;
  /** Steps per repetition. */
  readonly steps: number;
  readonly run: (step: number) => unknown;
}

async function perStep(steps: number, run: Step['run']): Promise<number> {
  const since = process.cpuUsage();
  for (let step = 1; step <= steps; step++) await run(step);
  return (1000 * cpuSeconds(since)) / steps;
}

async function stepsOf({ pool, learner, minimumSize }: Problem) {
  const subsets = uniformSizeSubsets({ poolSize: pool.size, count: 640, minimumSize, seed: 1, labels: pool.labels });
  const bank = await buildBank({ pool, learner, subsets, tolerance: 1e-6 });
  const settings = modelPredSettings('parameter MSE');
  const { architecture } = settings;
  const encoder = pointEncoder(architecture, pool, learner, null);
  const shape: NetworkShape = { architecture, inputs: encoder.width, outputs: learner.parameterCount(pool) };
  const weights = initialWeights(shape, 1);
  const points = encoder.encode(pool);
  const batches = Array.from({ length: 10 }, (_, k) =>
    takeBank(
      bank,
      Array.from({ length: batch }, (_, b) => batch * k + b),
    ),
  );
  const tf = await loadTensorFlow();

  const stepOf = (way: string, engine: NetworkEngine, steps: number): Step => {
    const update = kernelWeightUpdate(shape, { weights, adam: initialAdam(weights.length) });
    const network = { shape, weights: update.weights, points, referenceSize: pool.size };
    const run = (step: number) => {
      const { subsets: own, parameters } = batches[step % batches.length];
      engine.lossAndGradient(network, { settings: settings.loss, subsets: own, parameters }, update.gradient);
      update.adamStep(step, 1e-4, 0);
    };
    for (let step = 1; step <= 10; step++) run(step);
    return { way, steps, run };
  };
  const kernels = kernelEngine(tf);
  const steps = [stepOf(ourStep, kernels, 100)];
  const { name: backend } = await chooseBackend();
  if (backend === 'tensorflow') steps.push(stepOf(nativeStep, tensorEngine(tf, backend), 50));
  const network = { shape, weights, points, referenceSize: pool.size };
  const rowsOf = (step: number) => batches[step % batches.length];
  steps.push({
    way: 'padded copies of every subset, same kernels',
    steps: 2,
    run: (step) =>
      paddedLossAndGradient(kernels, network, settings.loss, rowsOf(step).subsets, rowsOf(step).parameters),
  });
  steps.push({
    way: 'padding and loops',
    steps: 1,
    run: (step) => loopedLossAndGradient(network, rowsOf(step).subsets, rowsOf(step).parameters),
  });
  return { steps, points: pool.size, inputs: shape.inputs, outputs: shape.outputs };
}

/** Predicting against retraining, per subset. */
export async function measureForward(repetitions: number, say: Say): Promise<ForwardTime[]> {
  const times: ForwardTime[] = [];
  for (const name of ['breast cancer', 'spambase'] as const) {
    say(`predicting against retraining: ${name}`);
    const { pool, learner, minimumSize } = await loadProblem(name);
    const subsets = uniformSizeSubsets({ poolSize: pool.size, count: 2048, minimumSize, seed: 1, labels: pool.labels });
    const bank = await buildBank({ pool, learner, subsets, tolerance: 1e-6 });
    const settings = modelPredSettings('parameter MSE', { steps: 5 });
    const predictor = await trainModelPred({ bank, settings, seed: 1 });
    const predict: number[] = [];
    const retrain = new Map<number, number[]>([1e-6, 1e-8].map((tolerance) => [tolerance, []]));
    const microseconds = async (work: () => unknown): Promise<number> => {
      const since = process.cpuUsage();
      await work();
      return (1e6 * cpuSeconds(since)) / subsets.count;
    };
    await microseconds(() => predictor.predict(subsets));
    for (let repetition = 0; repetition < repetitions; repetition++) {
      predict.push(await microseconds(() => predictor.predict(subsets)));
      for (const [tolerance, sample] of retrain) {
        sample.push(await microseconds(() => learner.retrain(pool, subsets, { tolerance })));
      }
    }
    for (const [tolerance, sample] of retrain) {
      times.push({
        problem: name,
        tolerance,
        predictMicroseconds: spreadOf(predict),
        retrainMicroseconds: spreadOf(sample),
        ratio: ratioOf(sample, predict),
      });
    }
  }
  return times;
}
