import { mean } from '../../statistics/mean.js';
import { labelOf } from '../../evaluation/methods.js';
import { resampledSpearman } from '../../statistics/resampled-ranks.js';
import { bootstrapMean, columns, overUnits, pairedDifference, type Estimate } from '../common/intervals.js';
import type { ComponentEnd, Neighbours, Space } from './embeddings.js';
import type { DatamodelsResult } from './protocol.js';

const spaceLabels: Readonly<Record<Space, string>> = {
  lasso: labelOf('lasso'),
  influence: labelOf('influence'),
  refined: labelOf('refined'),
  features: 'features',
  featuresOfClass: 'features, same class',
  featureAngles: 'angle of features, same class',
  anyPair: 'any other target',
};

/** Targets in the plane of the first two components of their datamodels. */
export function embeddingRows(results: readonly DatamodelsResult[]) {
  return results.flatMap(({ problem, embedding: { classes, labels, correct, scores, explained } }) =>
    Array.from(labels, (label, t) => ({
      dataset: problem.title,
      label: classes[label],
      correct: correct[t],
      first: scores[t * explained.length],
      second: scores[t * explained.length + 1],
      firstShare: explained[0],
      secondShare: explained[1],
    })),
  );
}

/** How much more alike neighbours are in one space than those of the same class by the angle of their features. */
export function gapToFeatures({ embedding, seed }: DatamodelsResult, space: Space): Estimate {
  const of = (wanted: Space) => (embedding.neighbours.find((own) => own.space === wanted) as Neighbours).correlations;
  return pairedDifference(of(space), of('featureAngles'), { seed });
}

/** How alike neighbours are in each space; 95 % intervals over targets, paired differences from the neighbours by angle. */
export function neighbourTable(results: readonly DatamodelsResult[]) {
  return results.flatMap((result) =>
    result.embedding.neighbours.map(({ space, sameClass, correlations }) => ({
      'data set': result.problem.title,
      'nearest target by': spaceLabels[space],
      'of the same class': mean(sameClass),
      ...columns(bootstrapMean(correlations, { seed: result.seed }), 'correlation of retrained margins'),
      ...columns(gapToFeatures(result, space), 'minus that by angle of features', 'low of it', 'high of it'),
    })),
  );
}

/** Spearman correlation of targets' scores with the falls of their margins. */
export function orderCorrelation({ scores, changes }: ComponentEnd, seed: number): Estimate {
  const falls = changes.map((change) => -change);
  return overUnits({ units: scores.length, seed }, [resampledSpearman(scores, falls)]);
}

/** Changes of margins when the tenth of the pool goes that an end of a component weighs most, by targets' scores. */
export function componentTable(results: readonly DatamodelsResult[]) {
  return results.flatMap(({ problem, embedding, seed }) =>
    embedding.ends.map((own) => {
      const ranked = [...own.scores.keys()].sort((a, b) => own.scores[b] - own.scores[a]);
      const quarter = Math.ceil(ranked.length / 4);
      const changeOf = (chosen: readonly number[]) => mean(chosen.map((t) => own.changes[t]));
      return {
        'data set': problem.title,
        component: own.component,
        'share of variance': embedding.explained[own.component - 1],
        'end removed': own.end,
        ...columns(orderCorrelation(own, seed), 'Spearman of score and fall'),
        'change, quarter at this end': changeOf(ranked.slice(0, quarter)),
        'change, quarter at the other end': changeOf(ranked.slice(-quarter)),
        'change, all targets': mean(own.changes),
      };
    }),
  );
}
