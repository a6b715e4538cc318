import { lowCluster } from '../../applications/index.js';
import { mean } from '../../statistics/mean.js';
import { f1Score } from '../../evaluation/f1-score.js';
import type { MethodId } from '../../evaluation/methods.js';
import { areaUnderRoc } from '../../statistics/roc.js';
import type { ValuedProblem } from '../problems/valued-problem.js';
import type { Ranking } from './choices.js';
import { scoresOf } from './point-scores.js';

/** What low values say about wrong labels; means over rankings where a method has several. */
export interface Cleaning {
  readonly method: MethodId;
  /** Area under the receiver operating characteristic of "low value means flipped". */
  readonly area: number;
  /** F1 score of flagging the lower of two clusters of values. */
  readonly clusterF1: number;
  /** F1 score of flagging as many of the lowest values as there are flipped labels. */
  readonly shareF1: number;
  /** Points in the lower cluster. */
  readonly flagged: number;
  /** `T`: whether the model retrained without the lower cluster is right on a test point. */
  readonly correct: Float64Array;
}

/** Whether each point is one of the `count` of lowest value. */
function lowest(values: Float64Array, count: number): boolean[] {
  const chosen = new Set([...values.keys()].sort((a, b) => values[a] - values[b]).slice(0, count));
  return Array.from(values, (_, i) => chosen.has(i));
}

/** Flags points of low value as wrongly labelled, and retrains without them. */
export async function cleanLabels(problem: ValuedProblem, rankings: readonly Ranking[]): Promise<Cleaning[]> {
  const { flipped } = problem;
  const wrong = flipped.filter(Boolean).length;
  const cleanings: Cleaning[] = [];
  for (const { method, values } of rankings) {
    const clusters = values.map(lowCluster);
    const kept = clusters.map((flags) => [...flags.keys()].filter((i) => !flags[i]));
    const suspicion = values.map((own) => own.map((value) => -value));
    cleanings.push({
      method,
      area: mean(suspicion.map((own) => areaUnderRoc(own, flipped))),
      clusterF1: mean(clusters.map((flags) => f1Score(flags, flipped))),
      shareF1: mean(values.map((own) => f1Score(lowest(own, wrong), flipped))),
      flagged: mean(clusters.map((flags) => flags.filter(Boolean).length)),
      correct: (await scoresOf(problem, kept)).correct,
    });
  }
  return cleanings;
}
