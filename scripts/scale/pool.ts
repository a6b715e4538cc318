import type { Dataset } from '../../src/data/dataset.js';
import { randomStream } from '../../src/numerics/random.js';

/** Distance of class means from 0 in each feature, in standard deviations of a point: classes overlap. */
const spread = 0.15;

/** Made-up points: class means drawn once, each point its class's mean plus standard normal noise. */
export function largePool(points: number, features: number, classes: number, seed: number): Dataset {
  const stream = randomStream(seed, 'large pool');
  const means = Float64Array.from({ length: classes * features }, () => spread * stream.normal());
  const labels = Uint8Array.from({ length: points }, (_, i) => i % classes);
  const values = new Float64Array(points * features);
  for (let i = 0; i < points; i++) {
    for (let j = 0; j < features; j++) {
      values[i * features + j] = means[labels[i] * features + j] + stream.normal();
    }
  }
  return {
    name: 'a large made-up pool',
    size: points,
    dimension: features,
    features: values,
    labels,
    classes: Array.from({ length: classes }, (_, k) => String(k)),
    featureNames: Array.from({ length: features }, (_, j) => `x${j}`),
  };
}
