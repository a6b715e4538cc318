import { nearestVectors, ordersByEffect, vectorComponents, type Similarity } from '../attribution/index.js';
import type { RunControl } from '../control.js';
import { bootstrap, bootstrapMean } from '../statistics/bootstrap-interval.js';
import type { Claim } from '../evaluation/claim.js';
import { spearman } from '../statistics/correlation.js';
import { mean } from '../statistics/mean.js';
import { correctClassMargins } from '../evaluation/margins.js';
import { resampledSpearman } from '../statistics/resampled-ranks.js';
import { transpose } from '../numerics/dense.js';
import { removeInOrder } from '../subsets/index.js';
import { lassoName } from './datamodels.js';
import { targetMethod, type TargetsResult } from './datamodel-targets.js';
import { influenceName, refinedName } from './predictors.js';
import { slug } from './slug.js';

/** Components of the embedding that are looked at, and the share of the pool that each end of one removes. */
const components = 3;
const removedShare = 0.1;
const featuresName = 'features';
const featuresOfClassName = 'features, same class';
const featureAnglesName = 'angle of features, same class';
const anyPairName = 'any other target';

/** Nearest neighbours of T targets in one space. */
interface Neighbours {
  readonly space: string;
  /** `T`: whether the neighbour is of the target's class; shares where it is any other target. */
  readonly sameClass: Float64Array;
  /** `T` Spearman correlations between retrained margins of the two on held-out halves of the pool. */
  readonly correlations: Float64Array;
}

/** One end of one component: the pool points that it weighs most are removed. */
interface ComponentEnd {
  readonly component: number;
  readonly end: 'positive' | 'negative';
  /** `T` scores, their sign turned so that margins should fall more where they are larger. */
  readonly scores: Float64Array;
  /** `T` changes of retrained margins. */
  readonly changes: Float64Array;
}

export interface EmbeddingsResult {
  readonly title: string;
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
  readonly seed: number;
}

/**
 * Targets embedded by the coefficients of their datamodels (Ilyas et al. 2022, §4.3): principal components, what removing the
 * points does that a component weighs most, and whether neighbours respond alike to retraining.
 */
export async function datamodelEmbeddings(
  all: readonly TargetsResult[],
  control: RunControl = {},
): Promise<EmbeddingsResult[]> {
  const results: EmbeddingsResult[] = [];
  for (const targets of all) {
    results.push(await embeddingsOf(targets));
    control.onProgress?.({ label: 'embeddings', done: results.length, total: all.length });
  }
  return results;
}

async function embeddingsOf(own: TargetsResult): Promise<EmbeddingsResult> {
  const { result, margins, retrained } = own;
  const { targets, learned } = result;
  const { pool, learner, title } = result.problem;
  const T = targets.size;
  const coefficients = targetMethod(own, lassoName).effects;
  const { directions, scores, explained } = vectorComponents(coefficients, T, components);
  const signed = Float64Array.from([...directions, ...directions.map((weight) => -weight)]);
  const removed = removeInOrder({
    labels: pool.labels,
    orders: ordersByEffect(signed, pool.size),
    count: Math.round(removedShare * pool.size),
  });
  const changes = (await retrained(removed)).map((margin, at) => margin - margins[at % T]);
  const ends = Array.from({ length: 2 * components }, (_, k): ComponentEnd => {
    const component = k % components;
    const sign = k < components ? 1 : -1;
    return {
      component: component + 1,
      end: sign > 0 ? 'positive' : 'negative',
      scores: Float64Array.from({ length: T }, (__, t) => sign * scores[t * components + component]),
      changes: changes.subarray(k * T, (k + 1) * T),
    };
  });

  const held = correctClassMargins(learner, targets, learned.held.parameters);
  const columns = transpose(held, held.length / T, T);
  const column = (t: number) => columns.subarray((t * held.length) / T, ((t + 1) * held.length) / T);
  const alike = Array.from({ length: T }, (_, a) =>
    Float64Array.from({ length: T }, (__, b) => spearman(column(a), column(b))),
  );
  const others = (t: number): number[] => [...Array(T).keys()].filter((b) => b !== t);
  const spaces: readonly (readonly [string, Float64Array, Similarity, Uint8Array?])[] = [
    [lassoName, coefficients, 'cosine'],
    [influenceName, targetMethod(own, influenceName).effects, 'cosine'],
    [refinedName, targetMethod(own, refinedName).effects, 'cosine'],
    [featuresName, targets.features, 'euclidean'],
    [featuresOfClassName, targets.features, 'euclidean', targets.labels],
    // The closest to what coefficients are compared by, and margins know the label as well.
    [featureAnglesName, targets.features, 'cosine', targets.labels],
  ];
  const nearest = spaces.map(([space, vectors, similarity, groups]): Neighbours => {
    const found = nearestVectors(vectors, T, similarity, groups);
    return {
      space,
      sameClass: Float64Array.from(found, (b, t) => Number(targets.labels[b] === targets.labels[t])),
      correlations: Float64Array.from(found, (b, t) => alike[t][b]),
    };
  });
  const any: Neighbours = {
    space: anyPairName,
    sameClass: Float64Array.from({ length: T }, (_, t) =>
      mean(others(t).map((b) => Number(targets.labels[b] === targets.labels[t]))),
    ),
    correlations: Float64Array.from({ length: T }, (_, t) => mean(others(t).map((b) => alike[t][b]))),
  };
  return {
    title,
    classes: targets.classes,
    labels: targets.labels,
    correct: Array.from(margins, (margin) => margin >= 0),
    scores,
    explained,
    ends,
    neighbours: [...nearest, any],
    seed: result.seed,
  };
}

/** Targets in the plane of the first two components of their datamodels. */
export function embeddingRows(results: readonly EmbeddingsResult[]) {
  return results.flatMap(({ title, classes, labels, correct, scores, explained }) =>
    [...labels].map((label, t) => ({
      dataset: title,
      label: classes[label],
      correct: correct[t],
      first: scores[t * components],
      second: scores[t * components + 1],
      firstShare: explained[0],
      secondShare: explained[1],
    })),
  );
}

/** How alike neighbours are in each space; 95 % intervals over targets, paired differences from the neighbours by angle. */
export function neighbourTable(results: readonly EmbeddingsResult[]) {
  return results.flatMap((result) =>
    result.neighbours.map(({ space, sameClass, correlations }) => {
      const { value, low, high } = bootstrapMean(correlations, { seed: result.seed });
      const gap = gapToFeatures(result, space);
      return {
        'data set': result.title,
        'nearest target by': space,
        'of the same class': mean(sameClass),
        'correlation of retrained margins': value,
        low,
        high,
        'minus that by angle of features': gap.value,
        'low of it': gap.low,
        'high of it': gap.high,
      };
    }),
  );
}

function gapToFeatures({ neighbours, seed }: EmbeddingsResult, name: string) {
  const of = (wanted: string) => (neighbours.find(({ space }) => space === wanted) as Neighbours).correlations;
  const byFeatures = of(featureAnglesName);
  return bootstrapMean(
    of(name).map((value, t) => value - byFeatures[t]),
    { seed },
  );
}

/** Changes of margins when the tenth of the pool goes that an end of a component weighs most, by targets' scores. */
export function componentTable(results: readonly EmbeddingsResult[]) {
  return results.flatMap((result) =>
    result.ends.map((own) => {
      const { value, low, high } = orderCorrelation(own, result.seed);
      const ranked = [...own.scores.keys()].sort((a, b) => own.scores[b] - own.scores[a]);
      const quarter = Math.ceil(ranked.length / 4);
      const changeOf = (chosen: readonly number[]) => mean(chosen.map((t) => own.changes[t]));
      return {
        'data set': result.title,
        component: own.component,
        'share of variance': result.explained[own.component - 1],
        'end removed': own.end,
        'Spearman of score and fall': value,
        low,
        high,
        'change, quarter at this end': changeOf(ranked.slice(0, quarter)),
        'change, quarter at the other end': changeOf(ranked.slice(-quarter)),
        'change, all targets': mean(own.changes),
      };
    }),
  );
}

function orderCorrelation({ scores, changes }: ComponentEnd, seed: number) {
  const correlation = resampledSpearman(
    scores,
    changes.map((change) => -change),
  );
  return bootstrap(scores.length, correlation, { seed });
}

/** What notebook 04 states about embeddings. */
export function embeddingClaims(results: readonly EmbeddingsResult[]): Claim[] {
  const kind = '95 % bootstrap over test points';
  return results.flatMap((result): Claim[] => {
    const { title, ends, seed } = result;
    const gap = gapToFeatures(result, lassoName);
    const first = orderCorrelation(ends[0], seed);
    return [
      {
        id: `embedding-neighbours-${slug(title)}`,
        statement: `Test points of ${title} that are neighbours by their datamodels respond more alike to retraining than neighbours of the same class by the angle of their features.`,
        source: 'Ilyas et al. 2022, §4.3: datamodels as embeddings',
        measured: gap.value,
        interval: { low: gap.low, high: gap.high, kind },
        unit: 'difference of mean Spearman correlations between margins of the two on held-out halves',
        verdict: gap.low > 0 ? 'holds' : 'does not hold',
        guarded: false,
      },
      {
        id: `embedding-component-${slug(title)}`,
        statement: `Without the tenth of ${title} that the first component weighs most, margins of test points fall in the order of their scores: a Spearman correlation of at least 0.9.`,
        source: 'Ilyas et al. 2022, §4.3: components are groups of training points with an effect',
        measured: first.value,
        interval: { low: first.low, high: first.high, kind },
        unit: 'Spearman correlation over test points',
        verdict: first.low >= 0.9 ? 'holds' : 'does not hold',
        guarded: false,
      },
    ];
  });
}
