import { InputError } from '../../errors.js';
import { concatenateSubsets, fullPool, subsetsFromMembers } from '../../subsets/subsets.js';
import { addToMoments, emptyMoments, summariseMoments } from '../../games/running-moments.js';
import { prefixSubsets, sampleOrders } from '../../games/permutation-orders.js';
import { sampleValues, type SamplingOptions } from '../../games/sampling.js';
import type { SampledValues } from '../../games/sampled-values.js';
import { shapley, type Semivalue } from '../../games/semivalue.js';
import { parametersOfSubsets, type ParameterGame } from './parameter-game.js';
import { refuseUnknownOptions } from '../../unknown-options.js';

export interface PermutationAttributionOptions extends SamplingOptions {
  readonly game: ParameterGame;
  /** Default: the Shapley value. */
  readonly semivalue?: Semivalue;
  /** What one sample is. `independent` (default): one permutation. `antithetic`: one and its reverse. */
  readonly sampling?: 'independent' | 'antithetic';
}

/**
 * Attribution of every trained parameter to the points of the pool: the semivalue of each parameter θ_j as a utility, all p of
 * them from the same permutations, so at the cost of one valuation. A point's share in θ_j is its mean marginal contribution
 * θ_j(S ∪ {i}) − θ_j(S) to the points before it. Shapley shares of a parameter add up to θ_j(all) − θ_j(none), for every
 * number of permutations.
 *
 * @returns `N×p` values and standard errors, row-major; positive: the point raises the parameter
 * @throws InputError for a game of no players, and if an estimate to continue was made with other settings.
 * @throws InterruptedError if `signal` is aborted; estimates so far went to `onEstimate`.
 */
export async function permutationAttribution(options: PermutationAttributionOptions): Promise<SampledValues> {
  refuseUnknownOptions(
    options,
    ['game', 'semivalue', 'sampling', 'seed', 'stop', 'from', 'onEstimate', 'onProgress', 'signal'],
    'permutationAttribution',
  );
  const { game, semivalue = shapley, sampling = 'independent', seed } = options;
  const { players: n, parameterCount: p } = game;
  if (n < 1) throw new InputError('A game of no players attributes nothing; give it at least one.');
  const ends = await parametersOfSubsets(
    game,
    concatenateSubsets(subsetsFromMembers(n, [[]]), fullPool(n)),
    options.signal && { signal: options.signal },
  );
  const [none, all] = [ends.subarray(0, p), ends.subarray(p)];
  const ordersOf = (sample: number): Int32Array[] => sampleOrders(n, sampling, 1, seed, sample);
  const weights = semivalue.weights(n).map((weight) => weight * n);
  const perSample = ordersOf(0).length;

  /** `N×p` weighted marginal contributions along one order. @param inner `(N−1)×p`: θ of the prefixes of 1 … N−1 points */
  const addContributions = (order: Int32Array, inner: Float64Array, sums: Float64Array): void => {
    order.forEach((point, k) => {
      const before = k === 0 ? none : inner.subarray((k - 1) * p, k * p);
      const after = k === n - 1 ? all : inner.subarray(k * p, (k + 1) * p);
      for (let j = 0; j < p; j++) sums[point * p + j] += (weights[k] * (after[j] - before[j])) / perSample;
    });
  };

  return await sampleValues(
    {
      label: `${semivalue.name} attribution of parameters`,
      settings: JSON.stringify({ method: 'permutations', semivalue: semivalue.name, n, p, sampling, seed }),
      players: n,
      subsetsPerSample: Math.max(1, perSample * (n - 1)),
      emptySums: () => emptyMoments(n * p),
      async evaluate(first, count, control) {
        const samples = Array.from({ length: count }, (_, s) => ordersOf(first + s));
        const inner = await parametersOfSubsets(game, prefixSubsets(n, samples.flat(), 1, n - 1), control);
        const perOrder = (n - 1) * p;
        return samples.map((orders, s) => {
          const contributions = new Float64Array(n * p);
          orders.forEach((order, o) => {
            const at = (s * perSample + o) * perOrder;
            addContributions(order, inner.subarray(at, at + perOrder), contributions);
          });
          return { utilities: contributions, evaluations: orders.length * (n - 1) };
        });
      },
      add: addToMoments,
      summarise: summariseMoments,
    },
    options,
  );
}
