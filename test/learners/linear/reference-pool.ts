import type { Dataset } from '../../../src/data/dataset.js';
import { referenceSplit, type ReferenceSplitName } from '../../../src/data/reference-split.js';
import { applyScaling, divideBy, fitScaling, log1p } from '../../../src/data/scaling.js';

const scalings: Record<string, (pool: Dataset) => Dataset> = {
  'max-norm': (pool) => applyScaling(fitScaling(pool, 'max-norm'), pool),
  standardise: (pool) => applyScaling(fitScaling(pool, 'standardise'), pool),
  'log1p, standardise': (pool) => scalings.standardise(log1p(pool)),
  'divide by 16': (pool) => divideBy(pool, 16),
};

/** The pool of a recorded split, scaled as the scripts in scripts/reference/ scale it. */
export async function referencePool(split: ReferenceSplitName, scaling: string): Promise<Dataset> {
  return scalings[scaling]((await referenceSplit(split)).train);
}
