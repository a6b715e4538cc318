import { bernoulliSubsets } from '../subsets/bernoulli.js';
import { bernsteinHalfWidth } from './empirical-bernstein.js';
import { utilitiesOf, type Game } from './game.js';
import { sampleValues, type Sampler, type SamplingOptions } from './sampling.js';
import type { SampledValues } from './sampled-values.js';
import { banzhaf } from './semivalue.js';
import { refuseUnknownOptions } from '../unknown-options.js';

export interface BanzhafValuesOptions extends SamplingOptions {
  readonly game: Game;
  /** Chance of each point to be in a subset; not ½: weighted Banzhaf values. Default ½. */
  readonly probability?: number;
}

/**
 * (Weighted) Banzhaf values by maximum-sample reuse (Wang & Jia 2023, §4.3): the mean utility of the random subsets that
 * hold a point minus that of those that do not, so every subset serves every point. One sample is one subset; values are
 * NaN while a point has been in all of them or in none.
 *
 * @throws InputError unless 0 < probability < 1, and as {@link sampleValues}.
 */
export async function banzhafValues(options: BanzhafValuesOptions): Promise<SampledValues> {
  refuseUnknownOptions(
    options,
    ['game', 'probability', 'seed', 'stop', 'from', 'onEstimate', 'onProgress', 'signal'],
    'banzhafValues',
  );
  const { game, probability = 0.5, seed } = options;
  const n = game.players;
  const sampler: Sampler = {
    label: `${banzhaf(probability).name} values`,
    settings: JSON.stringify({ method: 'maximum-sample reuse', n, probability, seed }),
    players: n,
    subsetsPerSample: 1,
    // Four groups of subsets per point: out or in, of even and of odd number.
    emptySums: () => ({
      count: new Float64Array(4 * n),
      mean: new Float64Array(4 * n),
      squares: new Float64Array(4 * n),
    }),
    async evaluate(first, count, control) {
      const subsets = bernoulliSubsets({ poolSize: n, count, probability, seed, first });
      const utilities = await utilitiesOf(game, subsets, control);
      return Array.from(utilities, (utility) => ({ utilities: Float64Array.of(utility), evaluations: 1 }));
    },
    add(sums, sample, [utility]) {
      const { weights } = bernoulliSubsets({ poolSize: n, count: 1, probability, seed, first: sample });
      for (let i = 0; i < n; i++) {
        const group = (2 * (sample % 2) + weights[i]) * n + i;
        const deviation = utility - sums.mean[group];
        sums.count[group]++;
        sums.mean[group] += deviation / sums.count[group];
        sums.squares[group] += deviation * (utility - sums.mean[group]);
      }
    },
    range: game.range,
    bounds: (sums, _samples, width) => ({
      values: n,
      // The means of the two groups of subsets, each with half the chance to fail.
      halfWidths: (failure) =>
        Float64Array.from({ length: n }, (_, i) =>
          [0, 1].reduce((sum, side) => {
            const group = mergedGroup(sums, side, i, n);
            const standardError = Math.sqrt(group.variance);
            return sum + bernsteinHalfWidth({ standardError, samples: group.total, width, failure: failure / 2 });
          }, 0),
        ),
      leastHalfWidth: (number, failure) =>
        [probability, 1 - probability].reduce(
          (sum, share) =>
            sum + bernsteinHalfWidth({ standardError: 0, samples: share * number, width, failure: failure / 2 }),
          0,
        ),
    }),
    summarise({ count, mean, squares }) {
      const halfMean = (g: number): number => (count[g] === 0 ? NaN : mean[g]);
      const half = (h: number): Float64Array =>
        Float64Array.from({ length: n }, (_, i) => halfMean((2 * h + 1) * n + i) - halfMean(2 * h * n + i));
      const values = new Float64Array(n);
      const standardErrors = new Float64Array(n);
      for (let i = 0; i < n; i++) {
        const merged = [0, 1].map((side) => mergedGroup({ count, mean, squares }, side, i, n));
        values[i] = merged[1].mean - merged[0].mean;
        standardErrors[i] = Math.sqrt(merged[0].variance + merged[1].variance);
      }
      return { values, standardErrors, halves: [half(0), half(1)] };
    },
  };
  return await sampleValues(sampler, options);
}

/** Mean, squared standard error and number of the subsets of even and odd number that hold point i (side 1) or lack it (0). */
function mergedGroup(
  { count, mean, squares }: Readonly<Record<string, Float64Array>>,
  side: number,
  i: number,
  n: number,
): { readonly mean: number; readonly variance: number; readonly total: number } {
  const [even, odd] = [side * n + i, (2 + side) * n + i];
  const total = count[even] + count[odd];
  const gap = mean[odd] - mean[even];
  const sum = squares[even] + squares[odd] + (total === 0 ? 0 : (gap * gap * count[even] * count[odd]) / total);
  return {
    mean: (count[even] * mean[even] + count[odd] * mean[odd]) / total,
    variance: total < 2 ? NaN : sum / (total - 1) / total,
    total,
  };
}
