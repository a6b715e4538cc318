import type { Accumulate, LayerKernels, Place } from '../../numerics/layer-kernels.js';
import type { RandomStream } from '../../numerics/random.js';
import { nowhere, type Layer, type Pass, type PlacedLayer, type Site } from './layer.js';

/** y = w∘x, linear in the weights w and in the input x, and its transposes in both. */
export interface WeightedProduct {
  forward(kernels: LayerKernels, count: number, x: Place, w: Place, y: Place, accumulate: Accumulate): void;
  /** Slopes of x from slopes y. */
  back(kernels: LayerKernels, count: number, y: Place, w: Place, x: Place, accumulate: Accumulate): void;
  /** Adds slopes of w from x and slopes y. */
  addWeights(kernels: LayerKernels, count: number, x: Place, y: Place, w: Place): void;
}

interface Sizes {
  /** Units, each with weights of `inputs` numbers and a bias. */
  readonly units: number;
  readonly inputs: number;
  /** Outputs of every unit for one point. */
  readonly positions: number;
  /** Numbers of x for one point. */
  readonly inputSize: number;
}

/** A layer of weights `units×inputs` and a bias each: y = w∘x + b. Dense and convolutional layers differ by their product alone. */
export function weightedLayer(sizes: Sizes, product: WeightedProduct): Pick<Layer, 'initialise' | 'place'> {
  return {
    initialise: (theta, stream) => initialiseUniformly(theta, stream, sizes.inputs),
    place: (site) => placeWeighted(sizes, product, site),
  };
}

/** Uniform on ±1/√inputs, weights and biases, as PyTorch begins. */
function initialiseUniformly(theta: Float64Array, stream: RandomStream, inputs: number): void {
  const bound = 1 / Math.sqrt(inputs);
  for (let j = 0; j < theta.length; j++) theta[j] = bound * (2 * stream.uniform() - 1);
}

function placeWeighted(sizes: Sizes, product: WeightedProduct, { input: x, offset, quantity }: Site): PlacedLayer {
  const { units, inputs, positions, inputSize } = sizes;
  const y = quantity(positions * units);
  const biases = offset + units * inputs;

  /** Adds the slopes of weights and biases from rows of slopes. */
  function addSlopes({ kernels }: Pass, count: number, xs: Place, slopes: Place, to: Place): void {
    product.addWeights(kernels, count, xs, slopes, to + offset);
    kernels.addColumnSums(count * positions, units, slopes, to + biases);
  }

  return {
    output: y,
    forward({ kernels, count, parameters: { value } }) {
      product.forward(kernels, count, x.value, value + offset, y.value, 0);
      kernels.addRow(count * positions, units, value + biases, y.value);
    },
    tangent({ kernels, count, parameters: { value, tangent } }) {
      product.forward(kernels, count, x.value, tangent + offset, y.tangent, 0);
      if (x.tangent !== nowhere) product.forward(kernels, count, x.tangent, value + offset, y.tangent, 1);
      kernels.addRow(count * positions, units, tangent + biases, y.tangent);
    },
    reverse({ kernels, count, parameters: { value } }) {
      if (x.slope === nowhere) return;
      product.back(kernels, count, y.slope, value + offset, x.slope, 0);
    },
    reverseTangent({ kernels, count, parameters: { value, tangent } }) {
      if (x.slopeTangent === nowhere) return;
      product.back(kernels, count, y.slopeTangent, value + offset, x.slopeTangent, 0);
      product.back(kernels, count, y.slope, tangent + offset, x.slopeTangent, 1);
    },
    addParameterSlopes(pass, first, count, to) {
      addSlopes(pass, count, x.value + first * inputSize, y.slope + first * positions * units, to);
    },
    addParameterSlopeTangents(pass) {
      const { kernels, count, parameters } = pass;
      addSlopes(pass, count, x.value, y.slopeTangent, parameters.slopeTangent);
      if (x.tangent === nowhere) return;
      product.addWeights(kernels, count, x.tangent, y.slope, parameters.slopeTangent + offset);
    },
  };
}
