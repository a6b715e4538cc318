import { randomStream } from '../../numerics/random.js';

/** One layer of a multilayer perceptron: its rows [w_k, b_k] (`outputs × (inputs + 1)`) are in θ from `offset`. */
export interface PerceptronLayer {
  readonly inputs: number;
  readonly outputs: number;
  readonly offset: number;
}

/** The layers from d features through the hidden ones to one logit per class. */
export function perceptronLayers(
  dimension: number,
  hidden: readonly number[],
  classCount: number,
): readonly PerceptronLayer[] {
  const widths = [dimension, ...hidden, classCount];
  let offset = 0;
  return widths.slice(1).map((outputs, l) => {
    const layer = { inputs: widths[l], outputs, offset };
    offset += outputs * (layer.inputs + 1);
    return layer;
  });
}

/** p. */
export function layersParameterCount(layers: readonly PerceptronLayer[]): number {
  return layers.reduce((sum, { inputs, outputs }) => sum + outputs * (inputs + 1), 0);
}

/**
 * The weights and biases that every training starts from (`p`): uniform on ±1/√inputs of their layer, the law of PyTorch's
 * `nn.Linear`.
 */
export function initialParameters(layers: readonly PerceptronLayer[], seed: number): Float64Array {
  const parameters = new Float64Array(layersParameterCount(layers));
  layers.forEach(({ inputs, outputs, offset }, l) => {
    const stream = randomStream(seed, 'multilayer perceptron', 'layer', l);
    const bound = 1 / Math.sqrt(inputs);
    for (let j = 0; j < outputs * (inputs + 1); j++) parameters[offset + j] = bound * (2 * stream.uniform() - 1);
  });
  return parameters;
}
