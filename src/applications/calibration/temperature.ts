import { InputError } from '../../errors.js';
import { checkPredictive, type PredictiveDistribution } from '../../evaluation/predictive.js';
import { refuseUnknownOptions } from '../../unknown-options.js';

const clip = 1e-300;

export interface TemperOptions {
  readonly probabilities: Float64Array;
  readonly classCount: number;
  readonly temperature: number;
}

/**
 * `T×K` probabilities at a temperature: softmax(log p / temperature), row by row. Above 1 flatter, below 1 sharper; the most
 * probable class stays (Guo et al. 2017, §4.2).
 *
 * @throws InputError if the temperature is not a positive number.
 */
export function temper(options: TemperOptions): Float64Array {
  refuseUnknownOptions(options, ['probabilities', 'classCount', 'temperature'], 'temper');
  const { probabilities, classCount, temperature } = options;
  if (!(temperature > 0)) throw new InputError(`The temperature is ${temperature}; it must be above 0.`);
  const out = new Float64Array(probabilities.length);
  for (let row = 0; row < out.length; row += classCount) {
    let largest = -Infinity;
    for (let k = row; k < row + classCount; k++) {
      out[k] = Math.log(Math.max(probabilities[k], clip)) / temperature;
      largest = Math.max(largest, out[k]);
    }
    let sum = 0;
    for (let k = row; k < row + classCount; k++) sum += out[k] = Math.exp(out[k] - largest);
    for (let k = row; k < row + classCount; k++) out[k] /= sum;
  }
  return out;
}

/** Inverse temperatures considered. */
const [lowest, highest] = [1e-3, 1e3];

/**
 * The temperature of least log-loss on held-out points. The loss is convex in the inverse temperature β, with slope
 * Σ_i (E_β[log p] − log p_label); its zero is bisected to full precision, within [1/1000, 1000].
 *
 * @throws InputError if the shapes do not fit.
 */
export function fitTemperature(validation: PredictiveDistribution): number {
  checkPredictive(validation);
  const { probabilities, labels, classCount } = validation;
  const logs = probabilities.map((p) => Math.log(Math.max(p, clip)));
  const slope = (inverse: number): number => {
    const tempered = temper({ probabilities, classCount, temperature: 1 / inverse });
    let sum = 0;
    for (let i = 0; i < labels.length; i++) {
      for (let k = i * classCount; k < (i + 1) * classCount; k++) sum += tempered[k] * logs[k];
      sum -= logs[i * classCount + labels[i]];
    }
    return sum;
  };
  let [low, high] = [lowest, highest];
  for (let step = 0; step < 100; step++) {
    // Geometric halving: temperatures are ratios.
    const middle = Math.sqrt(low * high);
    if (slope(middle) < 0) low = middle;
    else high = middle;
  }
  return 1 / Math.sqrt(low * high);
}
