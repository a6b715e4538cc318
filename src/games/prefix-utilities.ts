import { safePoint, type RunControl } from '../control.js';
import type { Dataset } from '../data/dataset.js';
import type { Utility } from '../evaluation/utility.js';
import type { Subsets } from '../subsets/subsets.js';
import { refuseUnknownOptions } from '../unknown-options.js';

/** Where trained parameters come from: exact retraining, or any predictor. `B` subsets → `B×p`. */
export type ParametersOf = (subsets: Subsets, control?: RunControl) => Float64Array | Promise<Float64Array>;

export interface PrefixUtilitiesOptions extends RunControl {
  readonly pool: Dataset;
  /** T orders of the pool's N points. */
  readonly permutations: readonly Int32Array[];
  readonly parametersOf: ParametersOf;
  readonly utilities: readonly Utility[];
  /** Shown as progress. */
  readonly label?: string;
}

/** Subsets handled at once: bounds memory at this many rows of N weights, p parameters and T·K probabilities. */
const BLOCK = 1024;

/**
 * Utilities of all prefixes of permutations of the pool, for several utilities from the same models. A prefix that lacks a
 * class has no model and gets the utility of knowing nothing ({@link Utility.uninformed}).
 *
 * @returns for each utility, `T×(N+1)` numbers: entry k of a row belongs to the first k points of that permutation.
 */
export async function prefixUtilities(options: PrefixUtilitiesOptions): Promise<Float64Array[]> {
  refuseUnknownOptions(
    options,
    ['pool', 'permutations', 'parametersOf', 'utilities', 'label', 'onProgress', 'signal'],
    'prefixUtilities',
  );
  const { pool, permutations, parametersOf, utilities, label = 'evaluating prefixes' } = options;
  const count = permutations.length;
  const stride = pool.size + 1;
  const results = utilities.map((utility) => new Float64Array(count * stride).fill(utility.uninformed));

  const block = new Uint8Array(BLOCK * pool.size);
  const targets: number[] = [];
  const evaluateBlock = async (): Promise<void> => {
    const weights = block.slice(0, targets.length * pool.size);
    const parameters = await parametersOf(
      { count: targets.length, poolSize: pool.size, weights },
      options.signal && { signal: options.signal },
    );
    utilities.forEach((utility, u) =>
      utility.evaluate(parameters).forEach((value, i) => (results[u][targets[i]] = value)),
    );
    targets.length = 0;
  };

  options.onProgress?.({ label, done: 0, total: count });
  const prefix = new Uint8Array(pool.size);
  for (let t = 0; t < count; t++) {
    prefix.fill(0);
    const classesSeen = new Set<number>();
    for (let k = 1; k <= pool.size; k++) {
      const point = permutations[t][k - 1];
      prefix[point] = 1;
      classesSeen.add(pool.labels[point]);
      if (classesSeen.size < pool.classes.length) continue;
      block.set(prefix, targets.length * pool.size);
      targets.push(t * stride + k);
      if (targets.length === BLOCK) {
        await evaluateBlock();
        options.onProgress?.({ label, done: t + k / pool.size, total: count });
        await safePoint(options, label);
      }
    }
  }
  if (targets.length > 0) await evaluateBlock();
  options.onProgress?.({ label, done: count, total: count });
  return results;
}
