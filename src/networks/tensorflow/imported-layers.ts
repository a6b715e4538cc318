import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { InputError } from '../../errors.js';
import type { LayerDescription } from '../layers/index.js';

/** A layer of a TensorFlow.js model. */
export type TensorFlowLayer = SymbolicTensor['sourceLayer'];

/** Layers of a network with their parameters, in the order in which a network has them. */
export interface ImportedLayers {
  readonly descriptions: readonly LayerDescription[];
  readonly parameters: readonly number[];
}

export const nothing: ImportedLayers = { descriptions: [], parameters: [] };

export function joined(parts: readonly ImportedLayers[]): ImportedLayers {
  return {
    descriptions: parts.flatMap(({ descriptions }) => descriptions),
    parameters: parts.flatMap(({ parameters }) => parameters),
  };
}

type Config = Readonly<Record<string, unknown>>;

/** What a layer becomes; undefined for options that networks do not have. `last`: it gives the model's output. */
type Import = (config: Config, weights: readonly Weight[], last: boolean) => ImportedLayers | undefined;

interface Weight {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

const imports: Readonly<Record<string, Import>> = {
  InputLayer: () => nothing,
  Dense(config, [kernel, bias], last) {
    const [inputs, units] = kernel.shape;
    const parameters = [...transposed(kernel.values, inputs, units), ...biases(bias, units)];
    return withActivation({ descriptions: [{ kind: 'dense', units }], parameters }, config.activation, last);
  },
  Conv2D(config, [kernel, bias], last) {
    const window = windowOf(config, config.kernelSize);
    if (!window || !all(config.dilationRate, 1)) return undefined;
    const [rows, columns, channels, filters] = kernel.shape;
    const parameters = [...transposed(kernel.values, rows * columns * channels, filters), ...biases(bias, filters)];
    return withActivation(
      { descriptions: [{ kind: 'conv2d', filters, ...window }], parameters },
      config.activation,
      last,
    );
  },
  MaxPooling2D: (config) => pooling('maximum pool', config),
  AveragePooling2D: (config) => pooling('average pool', config),
  GlobalAveragePooling2D: (config) => (channelsLast(config) ? plain({ kind: 'global average pool' }) : undefined),
  GlobalAveragePooling1D: () => plain({ kind: 'global average pool' }),
  Flatten: (config) => (channelsLast(config) ? plain({ kind: 'flatten' }) : undefined),
  Dropout: ({ rate }) => plain({ kind: 'dropout', rate: Number(rate) }),
  LayerNormalization({ epsilon, center, scale }, weights) {
    if (!center || !scale || weights[0].shape.length !== 1) return undefined;
    const parameters = weights.flatMap(({ values }) => Array.from(values));
    return { descriptions: [{ kind: 'layer norm', epsilon: Number(epsilon) }], parameters };
  },
  // TensorFlow.js has no positions here, so theirs are 0.
  Embedding({ inputLength, maskZero }, [table]) {
    const [, width] = table.shape;
    const length = typeof inputLength === 'number' ? inputLength : NaN;
    if (maskZero || !Number.isInteger(length)) return undefined;
    const parameters = [...Array.from(table.values), ...new Array<number>(length * width).fill(0)];
    return { descriptions: [{ kind: 'embedding', width }], parameters };
  },
  Activation: ({ activation }, _, last) => withActivation(nothing, activation, last),
  ReLU: ({ maxValue }) => (maxValue === undefined || maxValue === null ? plain({ kind: 'relu' }) : undefined),
  ELU: ({ alpha }) => (alpha === undefined || alpha === 1 ? plain({ kind: 'elu' }) : undefined),
  Softmax: (_, __, last) => (last ? nothing : undefined),
};

/**
 * What a TensorFlow.js layer becomes, with its weights.
 *
 * @throws InputError by the layer's name if networks have no such layer, or not with these options.
 */
export function importLayer(layer: TensorFlowLayer, last: boolean): ImportedLayers {
  const kind = layer.getClassName();
  if (!Object.hasOwn(imports, kind))
    throw new InputError(
      `The layer "${layer.name}" is a ${kind}, which networks do not have; they have ${Object.keys(imports).join(', ')} Add, and ZeroPadding2D before Conv2D.`,
    );
  const weights = layer.getWeights().map((tensor) => ({ shape: tensor.shape, values: tensor.dataSync() }));
  const imported = imports[kind](layer.getConfig(), weights, last);
  if (imported) return imported;
  throw new InputError(
    `The layer "${layer.name}", a ${kind}, has options that networks do not have (${JSON.stringify(optionsOf(layer))}).`,
  );
}

/** The options that could be the reason. */
function optionsOf(layer: TensorFlowLayer): Config {
  const told =
    /activation$|padding|strides|dataFormat|dilationRate|maxValue|alpha|center|scale|maskZero|inputLength|axis/;
  return Object.fromEntries(Object.entries(layer.getConfig()).filter(([name]) => told.test(name)));
}

const plain = (description: LayerDescription): ImportedLayers => ({ descriptions: [description], parameters: [] });

/** With an activation behind it; a softmax at the end is left to the network's loss. */
function withActivation(layers: ImportedLayers, name: unknown, last: boolean): ImportedLayers | undefined {
  switch (name) {
    case 'linear':
      return layers;
    case 'relu':
    case 'tanh':
    case 'elu':
    case 'gelu':
      return joined([layers, plain({ kind: name })]);
    case 'softmax':
      return last ? layers : undefined;
    default:
      return undefined;
  }
}

function pooling(kind: 'maximum pool' | 'average pool', config: Config): ImportedLayers | undefined {
  const window = windowOf(config, config.poolSize);
  return window && plain({ kind, ...window });
}

function windowOf(config: Config, sizes: unknown) {
  const { strides, padding } = config;
  const [rows, columns] = sizes as readonly [number, number];
  const [stride] = strides as readonly number[];
  if (!channelsLast(config) || !all(strides, stride) || (padding !== 'same' && padding !== 'valid')) return undefined;
  return { size: [rows, columns] as const, stride, padding: padding === 'same' ? ('same' as const) : 0 };
}

function channelsLast({ dataFormat }: Config): boolean {
  return dataFormat === undefined || dataFormat === null || dataFormat === 'channelsLast';
}

function all(values: unknown, value: number): boolean {
  return [values].flat().every((one) => one === value);
}

function biases(bias: Weight | undefined, units: number): number[] {
  return bias ? Array.from(bias.values) : new Array<number>(units).fill(0);
}

/** A `rows×columns` matrix as `columns×rows`. */
export function transposed(values: ArrayLike<number>, rows: number, columns: number): number[] {
  return Array.from({ length: rows * columns }, (_, k) => values[(k % rows) * columns + Math.floor(k / rows)]);
}

/** Rows and columns that a ZeroPadding2D adds on every side; undefined for other layers and uneven paddings. */
export function paddingOf(layer: TensorFlowLayer): number | undefined {
  if (layer.getClassName() !== 'ZeroPadding2D') return undefined;
  const { padding, ...config } = layer.getConfig();
  const sides = [padding].flat(2).map(Number);
  return channelsLast(config) && sides.every((side) => side === sides[0]) ? sides[0] : undefined;
}
