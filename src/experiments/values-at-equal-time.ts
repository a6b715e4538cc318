import { shapleyValues } from '../games/index.js';
import { bootstrap } from '../statistics/bootstrap-interval.js';
import type { Estimate } from '../statistics/estimate.js';
import { pearson, spearman } from '../statistics/correlation.js';
import { mean } from '../statistics/mean.js';
import { resampledSpearman } from '../statistics/resampled-ranks.js';
import type { MethodValues, SeedValues, ValuationResult } from './data-valuation.js';

/** A method's values from as many permutations as the time of exact retraining pays for, its preparation first. */
export interface EqualTimeValues {
  readonly method: string;
  /** One for each of the first banks; a single one where nothing is learned. */
  readonly runs: readonly SeedValues[];
}

/** Banks and what is learned from them, at most. */
const mostBanks = 2;

/** Prefix utilities of more permutations by a method that was prepared for this seed. */
export type EvaluateMore = (method: string, seed: number, permutations: number) => Promise<SeedValues>;

/** The first one's preparation, all permutations. */
function join(runs: readonly SeedValues[]): SeedValues {
  return {
    ...runs[0],
    permutations: runs.flatMap(({ permutations }) => permutations),
    utilities: runs[0].utilities.map((_, u) =>
      Float64Array.from(runs.flatMap(({ utilities }) => Array.from(utilities[u]))),
    ),
    predictionSeconds: runs.reduce((sum, { predictionSeconds }) => sum + predictionSeconds, 0),
  };
}

const preparationOf = ({ labelSeconds, trainingSeconds }: SeedValues): number => labelSeconds + trainingSeconds;
const perPermutation = ({ predictionSeconds, permutations }: SeedValues): number =>
  predictionSeconds / permutations.length;

/**
 * Gives every method the processor time that exact retraining, the first of them, took for the permutations of all seeds
 * together: labels and training are paid from it, and the rest goes into permutations. Methods that it does not pay for are left
 * out.
 *
 * @param most permutations of a cheap method, at most
 */
export async function valuesAtEqualTime(
  methods: readonly MethodValues[],
  evaluateMore: EvaluateMore,
  most: number,
): Promise<EqualTimeValues[]> {
  const [exact, ...others] = methods;
  const all = join(exact.seeds);
  const found: EqualTimeValues[] = [{ method: exact.method, runs: [all] }];
  for (const { method, seeds } of others) {
    // What learns nothing is the same for all seeds.
    const learns = seeds[0].labelSeconds > 0;
    const runs: SeedValues[] = [];
    for (const [seed, own] of (learns ? seeds.slice(0, mostBanks) : [join(seeds)]).entries()) {
      const affordable = (run: SeedValues): number =>
        Math.min(most, Math.floor((all.predictionSeconds - preparationOf(own)) / perPermutation(run)));
      const more = affordable(own) - own.permutations.length;
      const run = more > 0 ? join([own, await evaluateMore(method, seed, more)]) : own;
      // Measured again: further permutations may have been slower.
      const paid = Math.min(affordable(run), run.permutations.length);
      if (paid >= 2) runs.push(firstOf(run, paid));
    }
    if (runs.length > 0) found.push({ method, runs });
  }
  return found;
}

function firstOf(run: SeedValues, count: number): SeedValues {
  const stride = run.utilities[0].length / run.permutations.length;
  return {
    ...run,
    permutations: run.permutations.slice(0, count),
    utilities: run.utilities.map((all) => all.subarray(0, count * stride)),
    predictionSeconds: count * perPermutation(run),
  };
}

/** `N` values from a run's first permutations. */
function valuesOf(run: SeedValues, utility: number, count = run.permutations.length): Float64Array {
  const { permutations, utilities } = firstOf(run, count);
  return shapleyValues(permutations, utilities[utility]).values;
}

/** Spearman correlation with the reference, and its lead over that of exact retraining, over the same resampled points. */
export function equalTimeAgreement(
  { equalTime, problem, reference, seed }: ValuationResult,
  method: string,
  utility: number,
): { readonly agreement: Estimate; readonly lead: Estimate } | undefined {
  const figureOf = (wanted: string) => {
    const runs = equalTime.find((candidate) => candidate.method === wanted)?.runs;
    const figures = runs?.map((run) => resampledSpearman(valuesOf(run, utility), reference[utility]));
    return figures && ((indices: Int32Array) => mean(figures.map((figure) => figure(indices))));
  };
  const [own, exact] = [figureOf(method), figureOf(equalTime[0]?.method)];
  if (!own || !exact) return undefined;
  const over = (figure: (indices: Int32Array) => number): Estimate =>
    bootstrap(problem.pool.size, figure, { seed, resamples: 1000 });
  return { agreement: over(own), lead: over((indices) => own(indices) - exact(indices)) };
}

/** Agreement with the independent reference when every method gets the same total time; means over banks and networks. */
export function equalTimeTable(results: readonly ValuationResult[]) {
  return results.flatMap((result) =>
    result.equalTime.flatMap(({ method, runs }) =>
      result.utilities.flatMap((utility, u) => {
        const found = equalTimeAgreement(result, method, u);
        if (!found) return [];
        return {
          'data set': result.problem.title,
          utility: utility.name,
          method,
          permutations: Math.round(mean(runs.map(({ permutations }) => permutations.length))),
          'processor seconds': mean(runs.map((run) => preparationOf(run) + run.predictionSeconds)),
          'of these labels and training': mean(runs.map(preparationOf)),
          'Spearman with reference': found.agreement.value,
          low: found.agreement.low,
          high: found.agreement.high,
          'lead over exact': found.lead.value,
          'lead low': found.lead.low,
          'lead high': found.lead.high,
          'Pearson with reference': mean(runs.map((run) => pearson(valuesOf(run, u), result.reference[u]))),
        };
      }),
    ),
  );
}

/** Agreement with the reference as time goes into more permutations (utility −log-loss); means over banks and networks. */
export function agreementByTimeRows(results: readonly ValuationResult[]) {
  return results.flatMap(({ problem, equalTime, reference }) =>
    equalTime.flatMap(({ method, runs }) => {
      const available = Math.min(...runs.map(({ permutations }) => permutations.length));
      const counts = [5, 10, 20, 50, 100, 200, 500, 1000].filter((count) => count < available).concat(available);
      return counts.map((count) => ({
        dataset: problem.title,
        method,
        seconds: mean(runs.map((run) => preparationOf(run) + count * perPermutation(run))),
        subsets: count * (problem.pool.size - 1),
        correlation: mean(runs.map((run) => spearman(valuesOf(run, 0, count), reference[0]))),
      }));
    }),
  );
}
