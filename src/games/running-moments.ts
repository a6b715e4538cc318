import type { Valuation } from './game.js';
import { bernsteinHalfWidth, type ErrorBounds } from './empirical-bernstein.js';
import type { SampledValues } from './sampled-values.js';

type Sums = Record<string, Float64Array>;

/** Running means and squared deviations of N numbers per sample, over all samples and over even and odd ones. */
export function emptyMoments(players: number): Sums {
  const empty = (): Float64Array => new Float64Array(players);
  return { mean: empty(), squares: empty(), even: empty(), odd: empty() };
}

/** Adds sample number `sample` (from 0): Welford's update, which stays accurate however many there are. */
export function addToMoments(sums: Sums, sample: number, numbers: Float64Array): void {
  const { mean, squares } = sums;
  const half = sample % 2 === 0 ? sums.even : sums.odd;
  const inHalf = Math.floor(sample / 2) + 1;
  for (let i = 0; i < numbers.length; i++) {
    const deviation = numbers[i] - mean[i];
    mean[i] += deviation / (sample + 1);
    squares[i] += deviation * (numbers[i] - mean[i]);
    half[i] += (numbers[i] - half[i]) / inHalf;
  }
}

/** Means with their standard errors. */
export function summariseMoments(sums: Sums, samples: number): Valuation & Pick<SampledValues, 'halves'> {
  return {
    values: sums.mean.slice(),
    standardErrors: sums.squares.map((sum) => (samples < 2 ? NaN : Math.sqrt(sum / (samples - 1) / samples))),
    halves: [sums.even.slice(), sums.odd.slice()],
  };
}

/** Bounds of the means' errors, for numbers from an interval of this width. */
export function boundMoments(sums: Sums, samples: number, width: number): ErrorBounds {
  return {
    values: sums.mean.length,
    halfWidths: (failure) =>
      summariseMoments(sums, samples).standardErrors.map((standardError) =>
        bernsteinHalfWidth({ standardError, samples, width, failure }),
      ),
    leastHalfWidth: (number, failure) => bernsteinHalfWidth({ standardError: 0, samples: number, width, failure }),
  };
}
