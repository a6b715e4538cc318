import { InputError } from '../errors.js';
import { randomStream } from '../numerics/random.js';
import { buildChain, type LayerDescription } from './layers/index.js';
import { blockSize, layerParameterCount, type Layer } from './layers/layer.js';
import { losses, type LossName } from './losses/index.js';
import { lastAxis, shapeSize, type Shape } from './shape.js';

/** A network as plain data: what it takes, its layers in order, and the loss of a point. Survives JSON unchanged. */
export interface Network {
  readonly input: Shape;
  readonly layers: readonly LayerDescription[];
  /** Default `softmax cross-entropy`. */
  readonly loss?: LossName;
}

/** Points as a network takes them. */
export interface NetworkPoints {
  /** Points, N. */
  readonly size: number;
  /** `N×d`, d the size of the network's input; images with channels last, tokens as whole numbers (below 0: padding). */
  readonly features: ArrayLike<number>;
  /** `N` class indices. */
  readonly labels: ArrayLike<number>;
  /** `N×K` numbers for the loss `squared error`; default: 1 for the label's class, else 0. */
  readonly targets?: ArrayLike<number>;
}

/** A named part of the parameters, row-major; its first axis are the units (neurons, filters, tokens) that it belongs to. */
export interface ParameterSlice {
  /** Places of the layers that hold it, and its name there, e.g. `2.weights`. */
  readonly name: string;
  readonly first: number;
  readonly count: number;
  readonly shape: readonly number[];
}

/** A network ready to be placed in a memory. */
export interface BuiltNetwork {
  readonly layers: Layer;
  readonly loss: LossName;
  readonly inputSize: number;
  /** Outputs of a point, K. */
  readonly outputs: number;
  /** p. */
  readonly parameterCount: number;
}

/**
 * Checks a network and builds its layers.
 *
 * @throws InputError as {@link buildChain} does, or if the last layer does not give features or the loss is unknown.
 */
export function buildNetwork({ input, layers: descriptions, loss = 'softmax cross-entropy' }: Network): BuiltNetwork {
  const layers = buildChain(descriptions, input);
  if (!Object.hasOwn(losses, loss))
    throw new InputError(`There is no loss "${loss}"; use ${Object.keys(losses).join(' or ')}.`);
  const { output } = layers;
  if (output.kind !== 'features') {
    throw new InputError(
      `The last layer gives ${output.kind} for a point, not features; end with a pooling layer, flatten or dense.`,
    );
  }
  const parameterCount = layerParameterCount(layers);
  return { layers, loss, inputSize: shapeSize(input), outputs: lastAxis(output), parameterCount };
}

/** Where every layer's parameters lie in θ. */
export function parameterSlices(network: Network): ParameterSlice[] {
  let first = 0;
  return buildNetwork(network).layers.parameters.map((block) => {
    const slice = { name: block.name, first, count: blockSize(block), shape: block.shape };
    first += slice.count;
    return slice;
  });
}

/** `p` initial parameters that belong to a seed. */
export function initialParameters(network: Network, seed: number): Float64Array {
  const { layers, parameterCount } = buildNetwork(network);
  const parameters = new Float64Array(parameterCount);
  layers.initialise(parameters, randomStream(seed, 'network', 'initial parameters'));
  return parameters;
}
