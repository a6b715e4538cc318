import type { LayerDescription, Network, NetworkPoints } from '../../src/networks/index.js';
import { randomStream } from '../../src/numerics/random.js';

/** A network and points for it. */
export interface NetworkProblem {
  readonly name: string;
  /** What `torch_networks.py` calls it. */
  readonly peer: string;
  readonly network: Network;
  readonly points: NetworkPoints;
}

export const batchSize = 64;
/** Points are drawn anew for every step from so many. */
const poolSize = 640;

const relu = { kind: 'relu' } as const;

function residualBlock(filters: number): LayerDescription[] {
  const convolution = { kind: 'conv2d', filters, size: 3, padding: 1 } as const;
  const norm = { kind: 'group norm', groups: 4 } as const;
  return [{ kind: 'residual', layers: [convolution, norm, relu, convolution, norm] }, relu];
}

const down = (filters: number): LayerDescription => ({ kind: 'conv2d', filters, size: 3, stride: 2, padding: 1 });

/** Pre-norm blocks with gelu. */
function transformerBlock(): LayerDescription[] {
  const hidden: LayerDescription[] = [{ kind: 'dense', units: 64 }, { kind: 'gelu' }, { kind: 'dense', units: 32 }];
  return [
    { kind: 'residual', layers: [{ kind: 'layer norm' }, { kind: 'attention', heads: 4 }] },
    { kind: 'residual', layers: [{ kind: 'layer norm' }, ...hidden] },
  ];
}

const perceptron = (inputs: number, ...widths: readonly number[]): Network => ({
  input: { kind: 'features', size: inputs },
  layers: [
    ...widths.flatMap((units): LayerDescription[] => [{ kind: 'dense', units }, relu]),
    { kind: 'dense', units: 10 },
  ],
});

const residualNetwork: Network = {
  input: { kind: 'image', height: 28, width: 28, channels: 1 },
  layers: [
    down(8),
    relu,
    ...residualBlock(8),
    down(16),
    relu,
    ...residualBlock(16),
    { kind: 'global average pool' },
    { kind: 'dense', units: 10 },
  ],
};

const transformer: Network = {
  input: { kind: 'tokens', length: 16, vocabulary: 28 },
  layers: [
    { kind: 'embedding', width: 32 },
    ...transformerBlock(),
    ...transformerBlock(),
    { kind: 'global average pool' },
    { kind: 'dense', units: 2 },
  ],
};

/** Normal features, or tokens of sequences of 3 to 16. */
function points(input: Network['input'], classes: number): NetworkPoints {
  const stream = randomStream(1, 'bench', 'networks', input.kind);
  const labels = Uint8Array.from({ length: poolSize }, () => stream.integer(classes));
  if (input.kind === 'tokens') {
    const features = Array.from({ length: poolSize }, () => {
      const length = 3 + stream.integer(input.length - 2);
      return Array.from({ length: input.length }, (_, i) => (i < length ? stream.integer(input.vocabulary) : -1));
    }).flat();
    return { size: poolSize, features, labels };
  }
  const dimension = input.kind === 'features' ? input.size : 28 * 28;
  return {
    size: poolSize,
    features: Float64Array.from({ length: poolSize * dimension }, () => stream.normal()),
    labels,
  };
}

function problem(name: string, peer: string, network: Network, classes = 10): NetworkProblem {
  return { name, peer, network, points: points(network.input, classes) };
}

export const perceptronProblem = problem('perceptron 784-128-64-10', 'perceptron', perceptron(784, 128, 64));
export const residualProblem = problem('residual network, 28×28', 'residual', residualNetwork);
export const transformerProblem = problem('transformer, 16 tokens', 'transformer', transformer, 2);
/** Trained many at once. */
export const smallProblem = problem('perceptron 64-32-10', 'small', perceptron(64, 32));

/** Networks of three sizes, to see what a step costs. */
export const costProblems = [
  problem('64-32-10', '', perceptron(64, 32)),
  problem('784-128-64-10', '', perceptron(784, 128, 64)),
  problem('784-512-256-10', '', perceptron(784, 512, 256)),
];
