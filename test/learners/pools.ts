import type { Dataset } from '../../src/data/dataset.js';
import { randomStream } from '../../src/numerics/random.js';

/** Points of K overlapping normal clouds, made from a seed; every class occurs if there are at least K points. */
export function cloudPool(options: {
  readonly size: number;
  readonly dimension: number;
  readonly classCount: number;
  readonly seed: number;
  /** Distance of class centres from the origin in units of the clouds' spread. Default 1. */
  readonly separation?: number;
}): Dataset {
  const { size, dimension, classCount, seed, separation = 1 } = options;
  const stream = randomStream(seed, 'cloud-pool');
  const centres = Array.from({ length: classCount * dimension }, () => separation * stream.normal());
  const labels = Uint8Array.from({ length: size }, (_, i) => i % classCount);
  const features = new Float64Array(size * dimension);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < dimension; j++)
      features[i * dimension + j] = centres[labels[i] * dimension + j] + stream.normal();
  }
  return {
    name: 'clouds',
    size,
    dimension,
    features,
    labels,
    classes: Array.from({ length: classCount }, (_, k) => `class ${k}`),
    featureNames: Array.from({ length: dimension }, (_, j) => `x${j}`),
  };
}
