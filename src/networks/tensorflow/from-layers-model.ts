import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { InputError } from '../../errors.js';
import { buildNetwork, type Network } from '../network.js';
import type { Shape } from '../shape.js';
import { importLayer, joined, paddingOf, type ImportedLayers, type TensorFlowLayer } from './imported-layers.js';

/** A network and the parameters it had elsewhere. */
export interface ImportedNetwork {
  readonly network: Network;
  /** `p`. */
  readonly parameters: Float64Array;
}

/**
 * A Sequential or functional TensorFlow.js layers model (of `@tensorflow/tfjs`, `tfjs-layers` or `tfjs-node` alike) as a network
 * with the same outputs, but for a softmax at the end, which belongs to the loss: outputs are logits. Branches that an Add brings
 * together become residual layers.
 *
 * @throws InputError by a layer's name if networks do not have it or its options, or by the model's if it has several inputs or
 *   outputs, or branches otherwise.
 */
export function networkFromLayersModel(model: LayersModel): ImportedNetwork {
  const { inputs, outputs, name } = model;
  if (inputs.length !== 1 || outputs.length !== 1)
    throw new InputError(
      `The model "${name}" has ${inputs.length} inputs and ${outputs.length} outputs; a network has one of each.`,
    );
  const { descriptions, parameters } = layersBetween(inputs[0], outputs[0], outputs[0]);
  const network: Network = { input: inputShape(model), layers: descriptions };
  const { parameterCount } = buildNetwork(network);
  if (parameterCount !== parameters.length)
    throw new Error(`The model "${name}" has ${parameters.length} weights where its network has ${parameterCount}.`);
  return { network, parameters: Float64Array.from(parameters) };
}

function inputShape({ inputs: [input], layers, name }: LayersModel): Shape {
  const [, ...sizes] = input.shape;
  const whole = sizes.filter((size): size is number => size !== null);
  const embedding = layers.find((layer) => layer.getClassName() === 'Embedding');
  if (whole.length === sizes.length && embedding && whole.length === 1)
    return { kind: 'tokens', length: whole[0], vocabulary: Number(embedding.getConfig().inputDim) };
  if (whole.length === sizes.length && whole.length === 1) return { kind: 'features', size: whole[0] };
  if (whole.length === sizes.length && whole.length === 3)
    return { kind: 'image', height: whole[0], width: whole[1], channels: whole[2] };
  throw new InputError(
    `The model "${name}" takes points of shape [${sizes.join(', ')}]; a network takes features, images or tokens of a fixed size.`,
  );
}

/** Where a tensor comes from; a model's input comes from no other tensor. */
function originOf({ sourceLayer, nodeIndex, id }: SymbolicTensor): {
  readonly layer: TensorFlowLayer;
  readonly inputs: readonly SymbolicTensor[];
} {
  const { inputTensors } = sourceLayer.inboundNodes[nodeIndex];
  return { layer: sourceLayer, inputs: inputTensors.filter((input) => input.id !== id) };
}

/** The layers that lead from one tensor to another, `output` being the model's. */
function layersBetween(from: SymbolicTensor, to: SymbolicTensor, output: SymbolicTensor): ImportedLayers {
  const parts: ImportedLayers[] = [];
  let at = to;
  while (at.id !== from.id) {
    const { layer, inputs } = originOf(at);
    if (layer.inboundNodes.length > 1)
      throw new InputError(
        `The layer "${layer.name}" is used more than once; a network's layers have parameters of their own.`,
      );
    if (inputs.length === 0) throw notAChain(layer);
    if (layer.getClassName() === 'Add') {
      const fork = forkOf(layer, inputs);
      parts.unshift(residual(fork, inputs, output));
      at = fork;
    } else {
      if (inputs.length > 1) throw notAChain(layer);
      const imported = importLayer(layer, at.id === output.id);
      const before = originOf(inputs[0]);
      const padding = inputs[0].id === from.id ? undefined : paddingOf(before.layer);
      const padded = padding === undefined ? undefined : withPadding(imported, padding);
      parts.unshift(padded ?? imported);
      at = padded ? before.inputs[0] : inputs[0];
    }
  }
  return joined(parts);
}

/** Layers that begin with a convolution without padding, with this padding; undefined for others. */
function withPadding({ descriptions, parameters }: ImportedLayers, padding: number): ImportedLayers | undefined {
  const [first, ...rest] = descriptions;
  if (first?.kind !== 'conv2d' || first.padding !== 0) return undefined;
  return { descriptions: [{ ...first, padding }, ...rest], parameters };
}

function residual(fork: SymbolicTensor, inputs: readonly SymbolicTensor[], output: SymbolicTensor): ImportedLayers {
  const branches = inputs.map((input) => layersBetween(fork, input, output));
  // The branch without layers, if there is one, is the shortcut.
  const [main, shortcut] = branches[0].descriptions.length > 0 ? branches : [...branches].reverse();
  return {
    descriptions: [
      {
        kind: 'residual',
        layers: main.descriptions,
        ...(shortcut.descriptions.length > 0 && { shortcut: shortcut.descriptions }),
      },
    ],
    parameters: [...main.parameters, ...shortcut.parameters],
  };
}

/** The last tensor that both inputs of an Add come from. */
function forkOf(layer: TensorFlowLayer, inputs: readonly SymbolicTensor[]): SymbolicTensor {
  if (inputs.length !== 2)
    throw new InputError(`The layer "${layer.name}" adds ${inputs.length} tensors; a residual layer adds two.`);
  const others = new Set(ancestors(inputs[1]).map(({ id }) => id));
  const fork = ancestors(inputs[0]).find(({ id }) => others.has(id));
  if (!fork) throw notAChain(layer);
  return fork;
}

/** A tensor and those it comes from, the last ones first; behind an Add, what its branches fork from. */
function ancestors(tensor: SymbolicTensor): SymbolicTensor[] {
  const found = [tensor];
  for (let { layer, inputs } = originOf(tensor); inputs.length > 0;) {
    const next = layer.getClassName() === 'Add' ? forkOf(layer, inputs) : inputs[0];
    found.push(next);
    ({ layer, inputs } = originOf(next));
  }
  return found;
}

function notAChain({ name }: TensorFlowLayer): InputError {
  return new InputError(
    `The layer "${name}" joins branches that are not two that an Add brings together again; networks have no others.`,
  );
}
