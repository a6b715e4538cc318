import { prefixUtilities, type ParametersOf } from '../../games/prefix-utilities.js';
import { shapleyValues } from '../../games/shapley-values.js';
import type { RunControl } from '../../control.js';
import type { Dataset } from '../../data/dataset.js';
import { measureCpu } from '../../evaluation/cost.js';
import type { Utility } from '../../evaluation/utility.js';
import type { Seconds } from '../common/costs.js';

/** What one seed's permutations say about values, under every utility. */
export interface PrefixValues {
  readonly permutations: readonly Int32Array[];
  /** For each utility, `T×(N+1)` prefix utilities. */
  readonly utilities: readonly Float64Array[];
  readonly seconds: Seconds;
}

/** Evaluates the prefixes of permutations. */
export async function prefixValues(
  options: RunControl & {
    readonly pool: Dataset;
    readonly utilities: readonly Utility[];
    readonly parametersOf: ParametersOf;
    readonly permutations: readonly Int32Array[];
    readonly label: string;
  },
  spent: Pick<Seconds, 'labels' | 'training'> = { labels: 0, training: 0 },
): Promise<PrefixValues> {
  const { result, seconds } = await measureCpu(() => prefixUtilities(options));
  return {
    permutations: options.permutations,
    utilities: result,
    seconds: { labels: spent.labels, training: spent.training, prediction: seconds },
  };
}

/** Some of the permutations, with their share of the time. */
export function slice({ permutations, utilities, seconds }: PrefixValues, from: number, to: number): PrefixValues {
  const stride = utilities[0].length / permutations.length;
  const share = (to - from) / permutations.length;
  return {
    permutations: permutations.slice(from, to),
    utilities: utilities.map((all) => all.subarray(from * stride, to * stride)),
    seconds: { ...seconds, prediction: share * seconds.prediction },
  };
}

/** All permutations, at the first one's preparation. */
export function join(runs: readonly PrefixValues[]): PrefixValues {
  return {
    permutations: runs.flatMap(({ permutations }) => permutations),
    utilities: runs[0].utilities.map((_, u) =>
      Float64Array.from(runs.flatMap(({ utilities }) => Array.from(utilities[u]))),
    ),
    seconds: { ...runs[0].seconds, prediction: runs.reduce((sum, { seconds }) => sum + seconds.prediction, 0) },
  };
}

/** `N` Shapley values under one utility from all permutations, or from the first ones. */
export function shapleyFrom(run: PrefixValues, utility: number, count = run.permutations.length): Float64Array {
  const { permutations, utilities } = slice(run, 0, count);
  return shapleyValues(permutations, utilities[utility]).values;
}
