import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { InputError } from '../../errors.js';
import { loadTensorFlow, type TensorFlow } from '../../numerics/backend.js';
import type { LayerDescription } from '../layers/index.js';
import { buildNetwork, type Network } from '../network.js';
import type { Shape } from '../shape.js';
import { transposed, type TensorFlowLayer } from './imported-layers.js';

type LayersLibrary = typeof import('@tensorflow/tfjs-layers');

/** What layers are made with: the libraries, and the parameters that are still to be handed out. */
interface Making {
  readonly tf: TensorFlow;
  readonly library: LayersLibrary;
  /** The next so many parameters. */
  readonly take: (count: number) => Float64Array;
}

/**
 * A network with its parameters as a functional TensorFlow.js layers model with the same outputs (logits, in float32). Tokens must
 * come without padding. The caller disposes of the model.
 *
 * @throws InputError by its kind for a layer that TensorFlow.js does not have (group norm, attention, embeddings with positions,
 *   pools with padding by number), or if the number of parameters is not the network's.
 */
export async function networkToLayersModel({
  network,
  parameters,
}: {
  readonly network: Network;
  readonly parameters: ArrayLike<number>;
}): Promise<LayersModel> {
  const { parameterCount } = buildNetwork(network);
  if (parameters.length !== parameterCount)
    throw new InputError(`The network has ${parameterCount} parameters, not ${parameters.length}.`);
  const [tf, library] = [await loadTensorFlow(), await import('@tensorflow/tfjs-layers')];
  let next = 0;
  const take = (count: number): Float64Array => Float64Array.from({ length: count }, () => parameters[next++]);
  const inputs = library.input({ shape: sizesOf(network.input) });
  const outputs = addLayers(network.layers, inputs, { tf, library, take }, vocabularyOf(network.input));
  return library.model({ inputs, outputs });
}

function sizesOf(shape: Shape): number[] {
  switch (shape.kind) {
    case 'image':
      return [shape.height, shape.width, shape.channels];
    case 'features':
      return [shape.size];
    case 'tokens':
      return [shape.length];
    case 'sequence':
      return [shape.length, shape.width];
  }
}

function vocabularyOf(shape: Shape): number {
  return shape.kind === 'tokens' ? shape.vocabulary : 0;
}

function addLayers(
  descriptions: readonly LayerDescription[],
  from: SymbolicTensor,
  making: Making,
  vocabulary: number,
): SymbolicTensor {
  return descriptions.reduce((x, description) => addLayer(description, x, making, vocabulary), from);
}

function addLayer(
  description: LayerDescription,
  x: SymbolicTensor,
  making: Making,
  vocabulary: number,
): SymbolicTensor {
  const { layers } = making.library;
  switch (description.kind) {
    case 'relu':
    case 'tanh':
    case 'elu':
    case 'gelu':
      return applied(layers.activation({ activation: description.kind }), x);
    case 'flatten':
      return applied(layers.flatten({ dataFormat: 'channelsLast' }), x);
    case 'dropout':
      return applied(layers.dropout({ rate: description.rate }), x);
    case 'global average pool':
      return applied(x.shape.length === 4 ? layers.globalAveragePooling2d({}) : layers.globalAveragePooling1d({}), x);
    case 'maximum pool':
    case 'average pool':
      return addPool(description, x, making);
    case 'dense':
      return addDense(description.units, x, making);
    case 'conv2d':
      return addConvolution(description, x, making);
    case 'layer norm': {
      const width = lastOf(x);
      const norm = layers.layerNormalization({ axis: -1, epsilon: description.epsilon ?? 1e-5 });
      return weighted(norm, x, making, [width], [making.take(width), making.take(width)]);
    }
    case 'embedding':
      return addEmbedding(description.width, vocabulary, x, making);
    case 'residual': {
      const main = addLayers(description.layers, x, making, vocabulary);
      const shortcut = addLayers(description.shortcut ?? [], x, making, vocabulary);
      return layers.add().apply([main, shortcut]) as SymbolicTensor;
    }
    default:
      throw new InputError(`TensorFlow.js has no layer like "${description.kind}".`);
  }
}

function addDense(units: number, x: SymbolicTensor, making: Making): SymbolicTensor {
  const inputs = lastOf(x);
  const kernel = transposed(making.take(units * inputs), units, inputs);
  const layer = making.library.layers.dense({ units });
  return weighted(layer, x, making, [inputs, units], [kernel, making.take(units)]);
}

type Of<Kind extends LayerDescription['kind']> = Extract<LayerDescription, { readonly kind: Kind }>;

function addConvolution(
  { filters, size, stride = 1, padding = 0 }: Of<'conv2d'>,
  x: SymbolicTensor,
  making: Making,
): SymbolicTensor {
  const { layers } = making.library;
  const kernelSize = sidesOf(size);
  const shape = [...kernelSize, lastOf(x), filters];
  const inputs = shape[0] * shape[1] * shape[2];
  const kernel = transposed(making.take(filters * inputs), filters, inputs);
  const from =
    typeof padding === 'number' && padding > 0 ? applied(layers.zeroPadding2d({ padding: [padding, padding] }), x) : x;
  const layer = layers.conv2d({ filters, kernelSize, strides: stride, padding: padding === 'same' ? 'same' : 'valid' });
  return weighted(layer, from, making, shape, [kernel, making.take(filters)]);
}

function addPool(
  { kind, size, stride, padding = 0 }: Of<'maximum pool' | 'average pool'>,
  x: SymbolicTensor,
  { library: { layers } }: Making,
): SymbolicTensor {
  if (typeof padding === 'number' && padding > 0)
    throw new InputError(`TensorFlow.js has no layer like "${kind}" with a padding of ${padding}; use "same" or none.`);
  const poolSize = sidesOf(size);
  const strides = stride ?? poolSize[0];
  const options = {
    poolSize,
    strides: [strides, strides] as [number, number],
    padding: padding === 'same' ? padding : 'valid',
  } as const;
  return applied(kind === 'maximum pool' ? layers.maxPooling2d(options) : layers.averagePooling2d(options), x);
}

function addEmbedding(width: number, vocabulary: number, x: SymbolicTensor, making: Making): SymbolicTensor {
  const length = lastOf(x);
  const table = making.take(vocabulary * width);
  if (making.take(length * width).some((value) => value !== 0))
    throw new InputError('TensorFlow.js has no layer like "embedding" with positions that are not 0.');
  const layer = making.library.layers.embedding({ inputDim: vocabulary, outputDim: width, inputLength: length });
  return weighted(layer, x, making, [vocabulary, width], [table]);
}

/** Applies a layer and sets its weights: the first of this shape, others as vectors. */
function weighted(
  layer: TensorFlowLayer,
  x: SymbolicTensor,
  { tf }: Making,
  shape: readonly number[],
  values: readonly ArrayLike<number>[],
): SymbolicTensor {
  const y = applied(layer, x);
  const tensors = values.map((one, k) => tf.tensor(Float32Array.from(one), k === 0 ? [...shape] : [one.length]));
  layer.setWeights(tensors);
  tf.dispose(tensors);
  return y;
}

function applied(layer: TensorFlowLayer, x: SymbolicTensor): SymbolicTensor {
  return layer.apply(x) as SymbolicTensor;
}

function lastOf({ shape }: SymbolicTensor): number {
  return Number(shape[shape.length - 1]);
}

function sidesOf(size: number | readonly [number, number]): [number, number] {
  return typeof size === 'number' ? [size, size] : [...size];
}
