import { randomStream, type RandomStream } from '../../src/numerics/random.js';
import type { Dataset } from '../../src/data/dataset.js';

/** Levels of the categorical columns of {@link censusTable}; one more column has the rest. */
const levels = [8, 16, 7, 14, 6, 5, 2];
const numericColumns = 6;
/** Shares of successive levels fall by this factor, down to a floor: rare levels have one or two rows among 30,000. */
const levelRatio = 0.55;
const leastLevelShare = 5e-5;

/**
 * A table like a census: a few standardised numbers, and categories as one-hot features, most levels of which are rare; three
 * labels of ten are "yes".
 */
export function censusTable({
  size,
  dimension,
  seed = 1,
}: {
  readonly size: number;
  readonly dimension: number;
  readonly seed?: number;
}): Dataset {
  const stream = randomStream(seed, 'census table');
  const rest = dimension - numericColumns - levels.reduce((sum, count) => sum + count, 0);
  const shares = [...levels, rest].map((count) =>
    Array.from({ length: count }, (_, k) => Math.max(leastLevelShare, levelRatio ** k)),
  );
  const weights = Float64Array.from({ length: dimension }, () => stream.normal());
  const features = new Float64Array(size * dimension);
  for (let i = 0; i < size; i++) {
    const row = features.subarray(i * dimension, (i + 1) * dimension);
    // Every other number is long-tailed, as gains and hours are.
    for (let j = 0; j < numericColumns; j++) row[j] = j % 2 === 0 ? stream.normal() : longTailed(stream);
    let at = numericColumns;
    for (const share of shares) {
      row[at + drawLevel(stream, share)] = 1;
      at += share.length;
    }
  }
  return labelled({ features, size, dimension, weights, bias: -2.5 }, stream);
}

/** Log-normal, of mean 0 and variance 1. */
function longTailed(stream: RandomStream): number {
  return (Math.exp(stream.normal()) - Math.exp(0.5)) / Math.sqrt((Math.E - 1) * Math.E);
}

function drawLevel(stream: RandomStream, shares: readonly number[]): number {
  let left = stream.uniform() * shares.reduce((sum, share) => sum + share, 0);
  return Math.max(
    0,
    shares.findIndex((share) => (left -= share) < 0),
  );
}

/** Labels drawn from a logistic model of the features. */
function labelled(
  table: { features: Float64Array; size: number; dimension: number; weights: Float64Array; bias: number },
  stream: RandomStream,
): Dataset {
  const { features, size, dimension, weights, bias } = table;
  const labels = Uint8Array.from({ length: size }, (_, i) => {
    let logit = bias;
    for (let j = 0; j < dimension; j++) logit += weights[j] * features[i * dimension + j];
    return Number(stream.uniform() < 1 / (1 + Math.exp(-logit)));
  });
  const featureNames = Array.from({ length: dimension }, (_, j) => `x${j}`);
  return { name: 'census-like', size, dimension, features, labels, classes: ['no', 'yes'], featureNames };
}
