import type { LayerKernels, Place } from '../../numerics/layer-kernels.js';
import { nowhere, type PlacedLayer, type Site } from './layer.js';

/** A linear map without parameters and its transpose, over all rows of a batch; each replaces its result. */
export interface LinearMap {
  forward(kernels: LayerKernels, count: number, x: Place, y: Place): void;
  back(kernels: LayerKernels, count: number, y: Place, x: Place): void;
}

/** A layer y = A·x, A the same for tangents and transposed for slopes. */
export function placeLinear(site: Site, outputSize: number, map: LinearMap): PlacedLayer {
  const x = site.input;
  const y = site.quantity(outputSize, x);
  return {
    output: y,
    forward: ({ kernels, count }) => map.forward(kernels, count, x.value, y.value),
    tangent({ kernels, count }) {
      if (y.tangent !== nowhere) map.forward(kernels, count, x.tangent, y.tangent);
    },
    reverse({ kernels, count }) {
      if (x.slope !== nowhere) map.back(kernels, count, y.slope, x.slope);
    },
    reverseTangent({ kernels, count }) {
      if (x.slopeTangent !== nowhere) map.back(kernels, count, y.slopeTangent, x.slopeTangent);
    },
  };
}
