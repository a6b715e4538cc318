import { buildNetwork, initialParameters, networkWorkspace, type Training } from '../../src/networks/index.js';
import { trainingSteps } from '../../src/networks/training-steps.js';
import { cpuSeconds, ratioOf, spreadOf, type Spread } from './measure.js';
import {
  batchSize,
  costProblems,
  perceptronProblem,
  residualProblem,
  smallProblem,
  transformerProblem,
  type NetworkProblem,
} from './network-problems.js';
import { startPython, type PythonPeer } from './python.js';

/** What networks cost on batches of 64: our time and PyTorch's, one thread each, in turns. */
export interface NetworkTime {
  readonly work: string;
  /** Parameters of a model. */
  readonly p: number;
  /** CPU milliseconds. */
  readonly ours: Spread;
  readonly torch?: Spread;
  /** Our time over PyTorch's. */
  readonly ratio?: Spread;
  /** Of a Hessian-vector product: its time over that of our own training step. */
  readonly ownSteps?: Spread;
}

export interface NetworkTimes {
  readonly times: readonly NetworkTime[];
  /** Of the peer, if there is one. */
  readonly torchVersion?: string;
}

const training: Training = {
  optimiser: { kind: 'sgd', momentum: 0.9 },
  learningRate: 1e-3,
  steps: 1_000_000,
  batchSize,
  normalisation: 'batch',
};
const modelsAtOnce = 32;
const stepsOfModel = 50;
const vectorsAtOnce = 4;
export const manyModels = `training step of ${modelsAtOnce} models: ${smallProblem.name}`;

interface Measured {
  readonly ours: number[];
  readonly torch: number[];
}

/** Training steps and Hessian-vector products of four networks. */
export async function measureNetworks(
  repetitions: number,
  python: string | undefined,
  say: (text: string) => void,
): Promise<NetworkTimes> {
  const peer = python === undefined ? undefined : startPython(python, 'torch', 'torch_networks.py');
  try {
    const torchVersion = await peer?.ask<{ readonly version: string }>({ version: true });
    const times: NetworkTime[] = [];
    for (const problem of [perceptronProblem, residualProblem, transformerProblem]) {
      say(problem.name);
      times.push(...(await measureProblem(problem, repetitions, peer)));
    }
    say(smallProblem.name);
    times.push(await measureManyModels(repetitions, peer));
    return { times, torchVersion: torchVersion?.version };
  } finally {
    peer?.close();
  }
}

async function measureProblem(problem: NetworkProblem, repetitions: number, peer?: PythonPeer): Promise<NetworkTime[]> {
  const p = buildNetwork(problem.network).parameterCount;
  const works = [
    { name: 'training step', run: ourStep(problem), request: { work: 'step' }, share: 1 },
    ...[1, vectorsAtOnce].map((vectors) => ({
      name: vectors === 1 ? 'Hessian-vector product' : `each of ${vectors} Hessian-vector products on one batch`,
      run: ourHessianProducts(problem, vectors),
      request: { work: 'hessian', vectors },
      share: 1 / vectors,
    })),
  ];
  const measured = works.map((): Measured => ({ ours: [], torch: [] }));
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const [k, { run, request, share }] of works.entries()) {
      await measureTurn(measured[k], { run, share }, peer, { kind: problem.peer, ...request });
    }
  }
  return works.map(({ name }, k) => ({
    ...timeOf(`${name}: ${problem.name}`, p, measured[k]),
    ...(k > 0 && { ownSteps: ratioOf(measured[k].ours, measured[0].ours) }),
  }));
}

async function measureManyModels(repetitions: number, peer?: PythonPeer): Promise<NetworkTime> {
  const measured: Measured = { ours: [], torch: [] };
  const steps = { run: ourSteps(smallProblem), share: 1 / stepsOfModel };
  for (let repetition = 0; repetition < repetitions; repetition++) {
    await measureTurn(measured, steps, peer, { kind: smallProblem.peer, work: 'step', models: modelsAtOnce });
  }
  const p = buildNetwork(smallProblem.network).parameterCount;
  return timeOf(manyModels, p, measured);
}

/** Measures our time and then the peer's; `share` is that of one product or step in the work of one run. */
async function measureTurn(
  measured: Measured,
  { run, share }: { readonly run: () => void; readonly share: number },
  peer: PythonPeer | undefined,
  request: object,
): Promise<void> {
  measured.ours.push(share * millisecondsOf(run));
  const answer = await peer?.ask<{ readonly milliseconds: number }>({ batch: batchSize, ...request });
  if (answer) measured.torch.push(answer.milliseconds);
}

function timeOf(work: string, p: number, { ours, torch }: Measured): NetworkTime {
  if (torch.length === 0) return { work, p, ours: spreadOf(ours) };
  return { work, p, ours: spreadOf(ours), torch: spreadOf(torch), ratio: ratioOf(ours, torch) };
}

/** A training step of a network, again and again. */
function ourStep({ network, points }: NetworkProblem, batch = batchSize): () => void {
  const workspace = networkWorkspace({ network, points, capacity: batch, derivatives: 'first', vectors: 1 });
  const steps = trainingSteps(workspace, { ...training, batchSize: batch }, points.size);
  steps.begin(new Float64Array(points.size).fill(1), initialParameters(network, 1));
  let index = 0;
  return () => {
    steps.gradient(index);
    steps.rule.step(steps.at(index));
    index++;
  };
}

/** Training of many models one after the other from the same parameters, as the library does it: `stepsOfModel` steps of each. */
function ourSteps({ network, points }: NetworkProblem): () => void {
  const workspace = networkWorkspace({ network, points, capacity: batchSize, derivatives: 'first', vectors: 1 });
  const steps = trainingSteps(workspace, training, points.size);
  const weights = new Float64Array(points.size).fill(1);
  const start = initialParameters(network, 1);
  return () => {
    for (let model = 0; model < modelsAtOnce; model++) {
      steps.begin(weights, start);
      for (let index = 0; index < stepsOfModel; index++) {
        steps.gradient(index);
        steps.rule.step(steps.at(index));
      }
    }
  };
}

/** Forward and reverse on one batch, then both tangents for each of so many vectors. */
function ourHessianProducts({ network, points }: NetworkProblem, vectors: number): () => void {
  const workspace = networkWorkspace({ network, points, capacity: batchSize, derivatives: 'second' });
  const { kernels, parameters, parameterCount: p } = workspace;
  kernels.numbers.set(initialParameters(network, 1), parameters.value);
  kernels.numbers.set(initialParameters(network, 2), parameters.tangent);
  const batch = Int32Array.from({ length: batchSize }, (_, i) => i);
  const weights = new Float64Array(batchSize).fill(1 / batchSize);
  return () => {
    workspace.take(batch, weights);
    workspace.forward();
    workspace.reverse();
    for (let k = 0; k < vectors; k++) {
      workspace.tangent();
      workspace.reverseTangent();
    }
    if (!Number.isFinite(kernels.dot(p, parameters.slopeTangent, parameters.slopeTangent)))
      throw new Error('A Hessian-vector product is not finite, so its time says nothing.');
  };
}

const secondsPerTurn = 0.4;

/** CPU milliseconds of one call, after enough calls for the engine to have compiled it. */
function millisecondsOf(run: () => void): number {
  for (const since = process.cpuUsage(); cpuSeconds(since) < secondsPerTurn / 2;) run();
  const since = process.cpuUsage();
  let calls = 0;
  while (cpuSeconds(since) < secondsPerTurn) {
    run();
    calls++;
  }
  return (1000 * cpuSeconds(since)) / calls;
}

/** What a training step costs by the size of a network and of its batch. */
export interface NetworkCost {
  readonly network: string;
  readonly p: number;
  readonly batch: number;
  /** CPU microseconds of a model's step; B models take B times as long. */
  readonly microseconds: Spread;
  /** 10⁹ floating-point operations per CPU second, 6·p·batch of a perceptron's step. */
  readonly speed: number;
}

/** Perceptrons of three widths on batches of three sizes. */
export function measureNetworkCosts(repetitions: number): NetworkCost[] {
  return costProblems.flatMap(({ name, network, points }) =>
    [8, 64, 512].map((batch) => {
      const p = buildNetwork(network).parameterCount;
      const run = ourStep({ name, peer: '', network, points }, batch);
      const microseconds = spreadOf(Array.from({ length: repetitions }, () => 1000 * millisecondsOf(run)));
      return { network: name, p, batch, microseconds, speed: (6 * p * batch) / microseconds.median / 1000 };
    }),
  );
}
