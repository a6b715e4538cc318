import { lowCluster } from '../applications/index.js';
import { mean } from '../statistics/mean.js';
import { f1Score } from '../evaluation/f1-score.js';
import { areaUnderRoc } from '../statistics/roc.js';
import type { ValuedProblem } from './valued-problem.js';
import { scoresOf } from './point-scores.js';
import type { Ranking } from './selection-methods.js';

/** What low values say about wrong labels; means over rankings where a method has several. */
export interface Cleaning {
  readonly method: string;
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

/** Flags points of low value as wrongly labelled, and retrains without them. */
export async function cleanLabels(problem: ValuedProblem, rankings: readonly Ranking[]): Promise<Cleaning[]> {
  const { flipped } = problem;
  const wrong = flipped.filter(Boolean).length;
  const cleanings: Cleaning[] = [];
  for (const { method, values } of rankings) {
    const clusters = values.map(lowCluster);
    const lowest = values.map((own) => {
      const order = [...own.keys()].sort((a, b) => own[a] - own[b]).slice(0, wrong);
      return flipped.map((_, i) => order.includes(i));
    });
    const { correct } = await scoresOf(
      problem,
      clusters.map((flags) => [...flags.keys()].filter((i) => !flags[i])),
    );
    cleanings.push({
      method,
      area: mean(
        values.map((own) =>
          areaUnderRoc(
            own.map((value) => -value),
            flipped,
          ),
        ),
      ),
      clusterF1: mean(clusters.map((flags) => f1Score(flags, flipped))),
      shareF1: mean(lowest.map((flags) => f1Score(flags, flipped))),
      flagged: mean(clusters.map((flags) => flags.filter(Boolean).length)),
      correct,
    });
  }
  return cleanings;
}
