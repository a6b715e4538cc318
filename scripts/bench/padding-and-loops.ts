import type { NetworkEngine, NetworkOnPoints } from '../../src/prediction/modelpred/network/network-engine.js';
import type { LossSettings } from '../../src/prediction/modelpred/settings.js';
import type { Subsets } from '../../src/subsets/subsets.js';

/**
 * The gradient of a batch's mean squared parameter error as the ModelPred authors' code comes by it: every subset's points are
 * copied out and padded with zero points to the size of the pool, and embedded anew for every subset, one subset after the
 * other. The arithmetic is that of the engine given, so only the scheme differs.
 */
export function paddedLossAndGradient(
  engine: NetworkEngine,
  network: NetworkOnPoints,
  settings: LossSettings,
  subsets: Subsets,
  parameters: Float64Array,
): { loss: number; gradient: Float32Array } {
  const { poolSize, count } = subsets;
  const { inputs } = network.shape;
  const p = parameters.length / count;
  const gradient = new Float32Array(network.weights.length);
  let loss = 0;
  for (let b = 0; b < count; b++) {
    const padded = new Float32Array(poolSize * inputs);
    const present = new Uint8Array(poolSize);
    let filled = 0;
    for (let i = 0; i < poolSize; i++) {
      for (let copy = 0; copy < subsets.weights[b * poolSize + i]; copy++, filled++) {
        padded.set(network.points.subarray(i * inputs, (i + 1) * inputs), filled * inputs);
      }
    }
    present.fill(1);
    const own = engine.lossAndGradient(
      { ...network, points: padded },
      {
        settings,
        subsets: { count: 1, poolSize, weights: present },
        parameters: parameters.subarray(b * p, (b + 1) * p),
      },
    );
    loss += own.loss / count;
    for (let k = 0; k < gradient.length; k++) gradient[k] += own.gradient[k] / count;
  }
  return { loss, gradient };
}

/** {@link paddedLossAndGradient} by loops over samples, points, inputs and outputs, without kernels. */
export function loopedLossAndGradient(
  { shape, weights, points }: NetworkOnPoints,
  subsets: Subsets,
  parameters: Float64Array,
): { loss: number; gradient: Float32Array } {
  const sizes = [shape.inputs, 128, 128, 128, 128, 128, 64, shape.outputs];
  const offsets = sizes.map((_, l) => sizes.slice(0, l).reduce((sum, from, i) => sum + from * sizes[i + 1], 0));
  const pointDepth = 3;
  const depth = sizes.length - 1;
  const gradient = new Float32Array(weights.length);
  let loss = 0;

  const forward = (first: number, last: number, input: Float32Array): Float32Array[] => {
    const values = [input];
    for (let l = first; l < last; l++) {
      const output = new Float32Array(sizes[l + 1]);
      const from = values[values.length - 1];
      for (let i = 0; i < sizes[l]; i++) {
        for (let j = 0; j < sizes[l + 1]; j++) output[j] += from[i] * weights[offsets[l] + i * sizes[l + 1] + j];
      }
      const activated = l !== pointDepth - 1 && l !== depth - 1;
      if (activated) for (let j = 0; j < output.length; j++) if (output[j] < 0) output[j] = Math.expm1(output[j]);
      values.push(output);
    }
    return values;
  };
  const backward = (first: number, values: Float32Array[], ofOutput: Float32Array): Float32Array => {
    let current = ofOutput;
    for (let l = first + values.length - 2; l >= first; l--) {
      const [input, output] = [values[l - first], values[l - first + 1]];
      if (l !== pointDepth - 1 && l !== depth - 1) {
        for (let j = 0; j < output.length; j++) if (output[j] < 0) current[j] *= output[j] + 1;
      }
      const next = new Float32Array(sizes[l]);
      for (let i = 0; i < sizes[l]; i++) {
        for (let j = 0; j < sizes[l + 1]; j++) {
          const at = offsets[l] + i * sizes[l + 1] + j;
          gradient[at] += input[i] * current[j];
          next[i] += weights[at] * current[j];
        }
      }
      current = next;
    }
    return current;
  };

  const { count, poolSize } = subsets;
  for (let b = 0; b < count; b++) {
    const members: Float32Array[] = [];
    for (let i = 0; i < poolSize; i++) {
      for (let copy = 0; copy < subsets.weights[b * poolSize + i]; copy++) {
        members.push(points.slice(i * shape.inputs, (i + 1) * shape.inputs));
      }
    }
    while (members.length < poolSize) members.push(new Float32Array(shape.inputs));
    const embedded = members.map((point) => forward(0, pointDepth, point));
    const pooled = new Float32Array(sizes[pointDepth]);
    for (const values of embedded) values[pointDepth].forEach((value, j) => (pooled[j] += value));
    const values = forward(pointDepth, depth, pooled);
    const predicted = values[values.length - 1];
    const ofPredicted = new Float32Array(shape.outputs);
    for (let j = 0; j < shape.outputs; j++) {
      const error = predicted[j] + weights[offsets[depth] + j] - parameters[b * shape.outputs + j];
      loss += (error * error) / (count * shape.outputs);
      ofPredicted[j] = (2 * error) / (count * shape.outputs);
      gradient[offsets[depth] + j] += ofPredicted[j];
    }
    const ofPooled = backward(pointDepth, values, ofPredicted);
    for (const point of embedded) backward(0, point, ofPooled.slice());
  }
  return { loss, gradient };
}
