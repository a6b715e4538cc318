import type { RunControl } from '../control.js';
import { InputError } from '../errors.js';
import { utilitiesOf, type Game } from './game.js';
import { prefixSubsets, sampleOrders } from './permutation-orders.js';
import { sampleValues, type Sampler, type SampleUtilities, type SamplingOptions } from './sampling.js';
import type { SampledValues } from './sampled-values.js';
import { shapley, type Semivalue } from './semivalue.js';
import { addToMoments, boundMoments, emptyMoments, summariseMoments } from './running-moments.js';
import { refuseUnknownOptions } from '../unknown-options.js';

export interface PermutationValuesOptions extends SamplingOptions {
  readonly game: Game;
  /** Default: the Shapley value. */
  readonly semivalue?: Semivalue;
  /**
   * What one sample is. `independent` (default): one permutation. `antithetic`: one and its reverse. `stratified`: one and
   * its rotations by N/strata, …, so that every point comes about once into each stretch of N/strata positions.
   */
  readonly sampling?: 'independent' | 'antithetic' | 'stratified';
  /** Rotations of a stratified sample, at most N. Default 4. */
  readonly strata?: number;
  /**
   * Truncation (Ghorbani & Zou 2019): a permutation ends at the first prefix whose utility is this close to the whole
   * pool's; points after it contribute nothing. Saves evaluations and biases values. Default: off.
   */
  readonly truncation?: number;
}

/**
 * Semivalues from random permutations: a point's marginal contribution to the points before it, each position j weighted
 * N·w_j. Unbiased (without truncation), one run of N−1 utilities a permutation. Errors are over samples, so a pair of
 * antithetic permutations counts once.
 *
 * @throws InputError for strata or a truncation that make no sense, and as {@link sampleValues}.
 */
export async function permutationValues(options: PermutationValuesOptions): Promise<SampledValues> {
  refuseUnknownOptions(
    options,
    [
      'game',
      'semivalue',
      'sampling',
      'strata',
      'truncation',
      'seed',
      'stop',
      'from',
      'onEstimate',
      'onProgress',
      'signal',
    ],
    'permutationValues',
  );
  const { game, semivalue = shapley, sampling = 'independent', strata = 4, truncation, seed } = options;
  const n = game.players;
  if (n < 1) throw new InputError('A game of no players has no values; give it at least one.');
  if (sampling === 'stratified' && !(Number.isInteger(strata) && strata >= 1 && strata <= n))
    throw new InputError(`strata is ${strata}; give a whole number from 1 to ${n}, the number of points.`);
  if (truncation !== undefined && !(truncation >= 0))
    throw new InputError(`truncation is ${truncation}; give a difference of utilities of at least 0, or leave it out.`);

  const weightsOfEnds = new Uint8Array(2 * n).fill(1, n);
  const ends = await utilitiesOf(
    game,
    { count: 2, poolSize: n, weights: weightsOfEnds },
    options.signal && { signal: options.signal },
  );
  // Of the newest batch, so that they are not drawn again to be added.
  const drawn = new Map<number, Int32Array[]>();
  const ordersOf = (sample: number): Int32Array[] =>
    drawn.get(sample) ?? sampleOrders(n, sampling, strata, seed, sample);
  const weights = semivalue.weights(n).map((weight) => weight * n);
  const perSample = ordersOf(0).length;
  const stride = n + 1;

  const sampler: Sampler = {
    label: `${semivalue.name} values`,
    settings: JSON.stringify({
      method: 'permutations',
      semivalue: semivalue.name,
      n,
      sampling,
      strata: sampling === 'stratified' ? strata : 0,
      truncation: truncation ?? 'off',
      seed,
    }),
    players: n,
    subsetsPerSample: Math.max(1, perSample * (n - 1)),
    emptySums: () => emptyMoments(n),
    async evaluate(first, count, control) {
      const samples = Array.from({ length: count }, (_, s) => ordersOf(first + s));
      drawn.clear();
      samples.forEach((orders, s) => drawn.set(first + s, orders));
      const { utilities, evaluations } = await prefixes({ game, orders: samples.flat(), ends, truncation, control });
      return samples.map((_, s): SampleUtilities => ({
        utilities: utilities.subarray(s * perSample * stride, (s + 1) * perSample * stride),
        evaluations: evaluations.subarray(s * perSample, (s + 1) * perSample).reduce((a, b) => a + b, 0),
      }));
    },
    add(sums, sample, utilities) {
      const contribution = new Float64Array(n);
      ordersOf(sample).forEach((order, o) => {
        order.forEach((point, j) => {
          const at = o * stride + j;
          contribution[point] += (weights[j] * (utilities[at + 1] - utilities[at])) / perSample;
        });
      });
      addToMoments(sums, sample, contribution);
    },
    summarise: summariseMoments,
    range: game.range,
    // A contribution is a difference of two utilities, so it lies in an interval of twice their width.
    ...(truncation === undefined && {
      bounds: (sums, samples, width) =>
        boundMoments(sums, samples, 2 * width * weights.reduce((most, weight) => Math.max(most, weight), 0)),
    }),
  };
  return await sampleValues(sampler, options);
}

/** Numbers that the subsets evaluated at once may hold. */
const heldNumbers = 2 ** 24;
/** Positions evaluated at once where permutations may be truncated. */
const truncatedStretch = 16;

/** `T×(N+1)` utilities of all prefixes, and how many of each permutation were evaluated. */
async function prefixes({
  game,
  orders,
  ends: [none, all],
  truncation,
  control,
}: {
  readonly game: Game;
  readonly orders: readonly Int32Array[];
  readonly ends: Float64Array;
  readonly truncation: number | undefined;
  readonly control: RunControl;
}): Promise<{ utilities: Float64Array; evaluations: Int32Array }> {
  const n = game.players;
  const stride = n + 1;
  const utilities = new Float64Array(orders.length * stride);
  const evaluations = new Int32Array(orders.length);
  orders.forEach((_, t) => {
    utilities[t * stride] = none;
    utilities[t * stride + n] = all;
  });
  // As many prefixes as may be held at once: of a large pool not even those of one permutation.
  const held = Math.max(1, Math.floor(heldNumbers / (n * orders.length)));
  const stretch = Math.min(held, truncation === undefined ? n - 1 : truncatedStretch);
  let active = [...orders.keys()].filter((t) => !truncate(t, 0, 0));
  for (let first = 1; first < n && active.length > 0; first += stretch) {
    const last = Math.min(first + stretch, n) - 1;
    const length = last - first + 1;
    const found = await utilitiesOf(
      game,
      prefixSubsets(
        n,
        active.map((t) => orders[t]),
        first,
        length,
      ),
      {
        ...control,
        onProgress: ({ done, total }) =>
          control.onProgress?.({ label: 'prefixes', done: first - 1 + (length * done) / total, total: n - 1 }),
      },
    );
    active.forEach((t, a) => {
      utilities.set(found.subarray(a * length, (a + 1) * length), t * stride + first);
      evaluations[t] += length;
    });
    active = active.filter((t) => !truncate(t, first, last));
  }
  return { utilities, evaluations };

  /** Whether some prefix of these sizes is as good as the whole pool; the rest of the row then repeats it. */
  function truncate(t: number, first: number, last: number): boolean {
    if (truncation === undefined) return false;
    for (let k = first; k <= last; k++)
      if (Math.abs(all - utilities[t * stride + k]) <= truncation) {
        utilities.fill(utilities[t * stride + k], t * stride + k, (t + 1) * stride);
        return true;
      }
    return false;
  }
}
