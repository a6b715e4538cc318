import { nearestVectors, vectorComponents, type Similarity } from '../../attribution/datamodels/embeddings.js';
import { ordersByEffect } from '../../attribution/datamodels/removal-effects.js';
import { mean } from '../../statistics/mean.js';
import { spearman } from '../../statistics/correlation.js';
import { correctClassMargins } from '../../evaluation/margins.js';
import { transpose } from '../../numerics/dense.js';
import type { Bank } from '../../retraining/bank.js';
import { removeInOrder } from '../../subsets/index.js';
import { range } from '../common/experiment.js';
import { entryOf } from '../common/methods.js';
import type { Targets } from './targets.js';

/** Components of the embedding that are looked at, and the share of the pool that each end of one removes. */
const components = 3;
const removedShare = 0.1;

/** Where targets are neighbours: by what methods say, by features, or not at all. */
export type Space = 'lasso' | 'influence' | 'refined' | 'features' | 'featuresOfClass' | 'featureAngles' | 'anyPair';

/** Nearest neighbours of T targets in one space. */
export interface Neighbours {
  readonly space: Space;
  /** `T`: whether the neighbour is of the target's class; shares where it is any other target. */
  readonly sameClass: Float64Array;
  /** `T` Spearman correlations between retrained margins of the two on held-out halves of the pool. */
  readonly correlations: Float64Array;
}

/** One end of one component: the pool points that it weighs most are removed. */
export interface ComponentEnd {
  readonly component: number;
  readonly end: 'positive' | 'negative';
  /** `T` scores, their sign turned so that margins should fall more where they are larger. */
  readonly scores: Float64Array;
  /** `T` changes of retrained margins. */
  readonly changes: Float64Array;
}

/** Targets embedded by the coefficients of their datamodels. */
export interface Embedding {
  readonly classes: readonly string[];
  /** `T` labels, and whether the model of the whole pool is right on them. */
  readonly labels: Uint8Array;
  readonly correct: readonly boolean[];
  /** `T×K` coordinates of the datamodels’ coefficients. */
  readonly scores: Float64Array;
  /** `K` shares of variance. */
  readonly explained: Float64Array;
  readonly ends: readonly ComponentEnd[];
  readonly neighbours: readonly Neighbours[];
}

/** Principal components, what removing the points does that a component weighs most, and whether neighbours respond alike. */
export async function embeddingOf(own: Targets, held: Bank): Promise<Embedding> {
  const { targets, margins } = own;
  const { directions, scores, explained } = vectorComponents({
    vectors: entryOf(own.methods, 'lasso').effects,
    count: targets.size,
    components,
  });
  return {
    classes: targets.classes,
    labels: targets.labels,
    correct: Array.from(margins, (margin) => margin >= 0),
    scores,
    explained,
    ends: await removeEnds(own, directions, scores),
    neighbours: neighboursOf(own, held),
  };
}

/** Removes the tenth of the pool that each end of each component weighs most. */
async function removeEnds(
  { problem: { pool }, margins, retrained }: Targets,
  directions: Float64Array,
  scores: Float64Array,
): Promise<ComponentEnd[]> {
  const T = margins.length;
  const signed = Float64Array.from([...directions, ...directions.map((weight) => -weight)]);
  const removed = removeInOrder({
    labels: pool.labels,
    orders: ordersByEffect(signed, pool.size),
    count: Math.round(removedShare * pool.size),
  });
  const changes = (await retrained(removed)).map((margin, at) => margin - margins[at % T]);
  return range(2 * components).map((k): ComponentEnd => {
    const component = k % components;
    const sign = k < components ? 1 : -1;
    return {
      component: component + 1,
      end: sign > 0 ? 'positive' : 'negative',
      scores: Float64Array.from({ length: T }, (_, t) => sign * scores[t * components + component]),
      changes: changes.subarray(k * T, (k + 1) * T),
    };
  });
}

/** The nearest other target in every space, and all other targets together. */
function neighboursOf({ problem, targets, methods }: Targets, held: Bank): Neighbours[] {
  const T = targets.size;
  const margins = correctClassMargins({ learner: problem.learner, points: targets, parameters: held.parameters });
  const columns = transpose(margins, margins.length / T, T);
  const column = (t: number) => columns.subarray((t * margins.length) / T, ((t + 1) * margins.length) / T);
  const alike = range(T).map((a) => Float64Array.from({ length: T }, (_, b) => spearman(column(a), column(b))));
  const sameClass = (a: number, b: number): number => Number(targets.labels[a] === targets.labels[b]);
  const byEffects = (method: 'lasso' | 'influence' | 'refined') =>
    [method, entryOf(methods, method).effects, 'cosine'] as const;
  const spaces: readonly (readonly [Space, Float64Array, Similarity, Uint8Array?])[] = [
    byEffects('lasso'),
    byEffects('influence'),
    byEffects('refined'),
    ['features', targets.features, 'euclidean'],
    ['featuresOfClass', targets.features, 'euclidean', targets.labels],
    // The closest to what coefficients are compared by, and margins know the label as well.
    ['featureAngles', targets.features, 'cosine', targets.labels],
  ];
  const nearest = spaces.map(([space, vectors, similarity, groups]): Neighbours => {
    const found = nearestVectors({ vectors, count: T, similarity, groups });
    return {
      space,
      sameClass: Float64Array.from(found, (b, t) => sameClass(b, t)),
      correlations: Float64Array.from(found, (b, t) => alike[t][b]),
    };
  });
  const overOthers = (of: (t: number, b: number) => number): Float64Array =>
    Float64Array.from({ length: T }, (_, t) =>
      mean(
        range(T)
          .filter((b) => b !== t)
          .map((b) => of(t, b)),
      ),
    );
  return [
    ...nearest,
    { space: 'anyPair', sameClass: overOthers(sameClass), correlations: overOthers((t, b) => alike[t][b]) },
  ];
}
