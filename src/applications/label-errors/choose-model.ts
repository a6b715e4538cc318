import type { RunControl } from '../../control.js';
import { applyScaling, fitScaling } from '../../data/scaling.js';
import type { Dataset } from '../../data/dataset.js';
import type { Learner } from '../../learners/learner.js';
import { logisticRegression } from '../../learners/linear/logistic-regression.js';
import type { Subsets } from '../../subsets/subsets.js';
import { outOfSample } from './out-of-sample.js';
import { rankFeatures } from './rank-features.js';

/** What the features of a pool become before models are trained on them. */
export const featureScales = ['as given', 'standardised', 'ranks'] as const;
export type FeatureScale = (typeof featureScales)[number];

/** A learner, the points in the form that it is trained on, and how well it does on points it has not seen. */
export interface ChosenModel {
  readonly features: FeatureScale;
  readonly learner: Learner;
  readonly pool: Dataset;
  /** `N×K` held-out probabilities. */
  readonly probabilities: Float64Array;
  /** Mean held-out −log probability of the given labels, in nats. */
  readonly logLoss: number;
}

/** Inverse regularisation strengths, the first one tried in the middle. */
const strengths = [0.001, 0.01, 0.1, 1];
const firstStrength = 2;

/** The pool with its features in one of the forms. */
export function scaledFeatures(pool: Dataset, features: FeatureScale): Dataset {
  if (features === 'as given') return pool;
  const points = features === 'ranks' ? rankFeatures(pool) : pool;
  return applyScaling(fitScaling(points, 'standardise'), points);
}

/**
 * The form of the features and the C of logistic regression whose models have the least log-loss on held-out points: first the form,
 * at C = 0.1, then C, one decade after the other for as long as it helps. Costs 3 to 5 times the retraining of `subsets`.
 */
export async function chooseModel(
  options: {
    readonly pool: Dataset;
    readonly features: readonly FeatureScale[];
    /** The learner, if it is not to be chosen. */
    readonly learner?: Learner;
    readonly subsets: Subsets;
  } & RunControl,
): Promise<ChosenModel> {
  const { pool, features, subsets, signal, onProgress } = options;
  const label = 'choosing features and regularisation';
  const most = features.length + (options.learner ? 0 : strengths.length - 1);
  let done = 0;
  const assess = async (scale: FeatureScale, points: Dataset, learner: Learner): Promise<ChosenModel> => {
    // What a learner prepares for a pool is kept with the object, for one C: the chosen model's is used again.
    const pool = { ...points };
    const { probabilities } = await outOfSample({ pool, learner, subsets, label, signal });
    onProgress?.({ label, done: ++done, total: most });
    return { features: scale, learner, pool, probabilities, logLoss: logLossOf(pool, probabilities) };
  };

  const first = options.learner ?? logisticRegression({ C: strengths[firstStrength] });
  let best: ChosenModel | undefined;
  for (const scale of features) {
    const next = await assess(scale, scaledFeatures(pool, scale), first);
    if (!best || next.logLoss < best.logLoss) best = next;
  }
  if (!best || options.learner) return best as ChosenModel;
  // Strong regularisation first: it is the cheaper side.
  for (const direction of [-1, 1]) {
    const before: ChosenModel = best;
    for (let at = firstStrength + direction; at in strengths; at += direction) {
      const next: ChosenModel = await assess(best.features, best.pool, logisticRegression({ C: strengths[at] }));
      if (next.logLoss >= best.logLoss) break;
      best = next;
    }
    if (best !== before) break;
  }
  return best;
}

function logLossOf({ size, labels, classes }: Dataset, probabilities: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < size; i++)
    sum -= Math.log(Math.max(probabilities[i * classes.length + labels[i]], Number.MIN_VALUE));
  return sum / size;
}
