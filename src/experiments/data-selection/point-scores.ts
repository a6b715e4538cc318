import type { Dataset } from '../../data/dataset.js';
import { mostProbable } from '../../learners/scores-from-probabilities.js';
import { subsetsFromMembers } from '../../subsets/index.js';
import type { Ground } from '../common/retraining.js';

/** How retrained models do on each test point; means over models where there are several. */
export interface PointScores {
  /** `T`: 1 where the most probable class is the label. */
  readonly correct: Float64Array;
  /** `T` log-losses in nats. */
  readonly logLoss: Float64Array;
}

/** Scores of models retrained on sets of pool points, the mean over the sets. One that lacks a class has learned nothing. */
export async function scoresOf(
  { pool, test, learner }: Ground & { readonly test: Dataset },
  sets: readonly ArrayLike<number>[],
): Promise<PointScores> {
  const { parameters } = await learner.retrain(pool, subsetsFromMembers(pool.size, sets));
  const probabilities = learner.probabilities(test, parameters);
  const classCount = test.classes.length;
  const correct = new Float64Array(test.size);
  const logLoss = new Float64Array(test.size);
  for (let at = 0; at < sets.length * test.size; at++) {
    const t = at % test.size;
    const ofLabel = probabilities[at * classCount + test.labels[t]];
    const unknown = Number.isNaN(ofLabel);
    const hit = unknown
      ? 1 / classCount
      : Number(mostProbable(probabilities, at * classCount, classCount) === test.labels[t]);
    correct[t] += hit / sets.length;
    logLoss[t] -= Math.log(unknown ? 1 / classCount : Math.max(ofLabel, 1e-12)) / sets.length;
  }
  return { correct, logLoss };
}

/** All points but some. */
export function without(poolSize: number, dropped: ArrayLike<number>): number[] {
  const out = new Set(Array.from(dropped));
  return Array.from({ length: poolSize }, (_, i) => i).filter((i) => !out.has(i));
}
