import type { NetworkShape } from '../../../../src/prediction/modelpred/network/network-shape.js';

/**
 * The network for one subset as the authors' code evaluates it, in float64 loops: the subset's points are copied out, padded
 * with zero points to at least the size of the pool, embedded one by one and summed.
 *
 * @param points `N×(d+|y|)`.
 * @param multiplicity `N`, how often each point is in the subset.
 * @returns `p` parameters.
 */
export function paddedNetwork(
  { inputs, outputs }: NetworkShape,
  weights: Float32Array | Float64Array,
  points: Float32Array,
  multiplicity: ArrayLike<number>,
): Float64Array {
  const sizes = [inputs, 128, 128, 128, 128, 128, 64, outputs];
  const offsets = sizes.map((_, layer) => sizes.slice(0, layer).reduce((sum, from, i) => sum + from * sizes[i + 1], 0));
  const multiply = (layer: number, x: Float64Array): Float64Array => {
    const to = sizes[layer + 1];
    const product = new Float64Array(to);
    for (let i = 0; i < x.length; i++) {
      for (let j = 0; j < to; j++) product[j] += x[i] * weights[offsets[layer] + i * to + j];
    }
    return product;
  };
  const elu = (x: Float64Array): Float64Array => x.map((v) => (v > 0 ? v : Math.exp(v) - 1));

  const members: Float64Array[] = [];
  for (let i = 0; i < multiplicity.length; i++) {
    for (let k = 0; k < multiplicity[i]; k++) {
      members.push(Float64Array.from(points.subarray(i * inputs, (i + 1) * inputs)));
    }
  }
  while (members.length < multiplicity.length) members.push(new Float64Array(inputs));

  let hidden: Float64Array = new Float64Array(128);
  for (const x of members) {
    multiply(2, elu(multiply(1, elu(multiply(0, x))))).forEach((v, j) => (hidden[j] += v));
  }
  for (const layer of [3, 4, 5]) hidden = elu(multiply(layer, hidden));
  return multiply(6, hidden).map((v, j) => v + weights[offsets[7] + j]);
}
