import type { RunControl } from '../../control.js';
import type { Dataset } from '../../data/dataset.js';
import { selectClasses } from '../../data/rows.js';
import { validateDataset } from '../../data/validate.js';
import { InputError } from '../../errors.js';
import type { Table } from '../../evaluation/tidy-table.js';
import type { Learner, LearnerDescription } from '../../learners/learner.js';
import type { Estimate } from '../../statistics/estimate.js';
import { crossValidationSubsets } from '../../subsets/cross-validation.js';
import type { Subsets } from '../../subsets/subsets.js';
import { refuseUnknownOptions } from '../../unknown-options.js';
import { chooseModel, type ChosenModel, type FeatureScale } from './choose-model.js';
import { flagSuspects } from './flag-suspects.js';
import { labelEvidence, type LabelEvidence } from './label-evidence.js';
import { fitNoiseModel } from './noise-model.js';
import { outOfSample } from './out-of-sample.js';

export interface LabelErrorOptions extends RunControl {
  /** Of the folds. Default 1. */
  readonly seed?: number;
  /**
   * What the features become: `standardised`, `ranks` (standardised ranks, for long tails) or `as given`. Default: the better one of
   * the first two, by the log-loss on held-out points; `standardised` where a model has more than 500 parameters, and `as given` with
   * a learner of one's own.
   */
  readonly features?: FeatureScale;
  /** Default: logistic regression with the best of C = 0.001, 0.01, 0.1 and 1, by the log-loss on held-out points. */
  readonly learner?: Learner;
  /** Parts that the pool is cut into; models are trained on all but one. Default 3. */
  readonly folds?: number;
  /** Times that the pool is cut anew, and so models that are asked about each point. Default 8. */
  readonly repeats?: number;
  /** A label is suspected where its score is below this. Default: what makes the expected F1 score of the suspects largest. */
  readonly threshold?: number;
  /** Nearest rows looked at for evidence. Default 10. */
  readonly neighbours?: number;
}

/** A label that is suspected to be wrong, and why. */
export interface LabelIssue extends LabelEvidence {
  /** Row of the pool. */
  readonly row: number;
  /** Name of the class that the row has. */
  readonly given: string;
  /** Name of the most probable other class. */
  readonly suggested: string;
  /** Probability that the given label is right. */
  readonly score: number;
}

/** What {@link findLabelErrors} finds in a pool of N points. */
export interface LabelErrors {
  /** `N` probabilities that the given label is right: sort by them, lowest first, to review. */
  readonly scores: Float64Array;
  /** `N`: 1 for suspected labels. */
  readonly isLabelIssue: Uint8Array;
  /** `N` class indices: the given label, or the most probable other class of suspected ones. */
  readonly suggestedLabels: Uint8Array;
  /** `N×K` mean probabilities of models that were not trained on the point; 0 for classes without points. */
  readonly probabilities: Float64Array;
  /** `N` shares of these models whose most probable class is not the given label. */
  readonly disagreement: Float64Array;
  /** Suspected labels, least likely to be right first. */
  readonly issues: readonly LabelIssue[];
  /** How many labels are wrong in all, found or not: the noise rate ε of {@link fitNoiseModel} times N, with a 95 % interval. */
  readonly wrongLabels: Estimate;
  /** Expected share of suspected labels that are wrong; NaN where none is suspected. */
  readonly expectedPrecision: number;
  /** Expected share of the wrong labels that are suspected; NaN where none is expected to be wrong. */
  readonly expectedRecall: number;
  /** One row per class that has points: points, suspected, expected to be wrong, mean score. */
  readonly classes: Table;
  /** What the models were. */
  readonly model: { readonly features: FeatureScale; readonly learner: LearnerDescription; readonly logLoss: number };
}

const optionNames = 'seed features learner folds repeats threshold neighbours onProgress signal'.split(' ');

/**
 * Finds labels that are probably wrong, from models that were not trained on them:
 *
 * 1. Features, and C of logistic regression, are chosen by the log-loss on held-out points of one cross-validation.
 * 2. A model of label noise ({@link fitNoiseModel}) is fitted to these points' probabilities. Labels that are rather wrong than right by
 *    it are left out of the next training subsets, though never more than half of a class.
 * 3. `repeats` cross-validations of exact retrainings give every point its mean probabilities; the noise model fitted to them gives the
 *    scores, which are probabilities and thus take the classes' sizes into account, and the number of wrong labels.
 *
 * Suspected is the set of lowest scores with the largest expected F1 score, 2·wrong among them / (their number + all wrong ones); none where
 * less than half a label is expected to be wrong. What a score cannot tell: a wrong label from a rare but right one.
 *
 * Costs `folds·(repeats + 3 to 5)` exact retrainings and, for the evidence, N·d multiplications per suspect; memory for a few copies of
 * the features, and blocks of 4 million numbers.
 *
 * @throws InputError for an unknown or impossible option, fewer than two classes with points, a class with a single point, or
 * models that do not converge.
 * @throws InterruptedError on request.
 */
export async function findLabelErrors(pool: Dataset, options: LabelErrorOptions = {}): Promise<LabelErrors> {
  checkOptions(options);
  const { seed = 1, folds = 3, repeats = 8, threshold, neighbours = 10, onProgress, signal } = options;
  const control: RunControl = { onProgress, signal };
  const points = withoutEmptyClasses(validateDataset(pool));
  const { labels, size } = points;
  const K = points.classes.length;

  const features = featuresToTry(points, options);
  const subsets = crossValidationSubsets({ labels, folds, repeats: 1, seed });
  const model = await chooseModel({ pool: points, features, learner: options.learner, subsets, ...control });
  const first = fitNoiseModel(model.probabilities, labels, K);
  const held = crossValidationSubsets({ labels, folds, repeats, seed: seed + 1 });
  const { probabilities, disagreeing, models } = await outOfSample({
    pool: model.pool,
    learner: model.learner,
    subsets: withoutSuspects(held, labels, K, first.scores),
    heldIn: held.weights,
    label: 'retraining without each point',
    ...control,
  });
  const { rate, scores } = fitNoiseModel(probabilities, labels, K);
  const isLabelIssue = flagSuspects(scores, threshold);
  const rows = Array.from(scores.keys())
    .filter((row) => isLabelIssue[row])
    .sort((a, b) => scores[a] - scores[b] || a - b);
  const suggested = likeliestOtherClasses(probabilities, labels, K);
  const evidence = await labelEvidence({
    pool: model.pool,
    rows,
    suggested,
    disagreeing,
    models,
    neighbours,
    ...control,
  });
  return inClassesOf(pool, points, {
    scores,
    isLabelIssue,
    suggestedLabels: labels.map((label, i) => (isLabelIssue[i] ? suggested[i] : label)),
    probabilities,
    disagreement: Float64Array.from(disagreeing, (count, i) => count / models[i]),
    issues: rows.map((row, k) => ({
      row,
      given: points.classes[labels[row]],
      suggested: points.classes[suggested[row]],
      score: scores[row],
      ...evidence[k],
    })),
    wrongLabels: { value: rate.value * size, low: rate.low * size, high: rate.high * size },
    ...expectedQuality(scores, isLabelIssue),
    classes: classTable(points, scores, isLabelIssue),
    model: describe(model),
  });
}

function checkOptions(options: LabelErrorOptions): void {
  refuseUnknownOptions(options, optionNames, 'findLabelErrors');
  const { threshold, neighbours = 10 } = options;
  if (threshold !== undefined && !(threshold >= 0 && threshold <= 1))
    throw new InputError(`threshold is ${threshold}; a score is a probability, so give a number from 0 to 1.`);
  if (!(Number.isInteger(neighbours) && neighbours >= 1))
    throw new InputError(`neighbours is ${neighbours}; it must be a whole number of at least 1.`);
}

/** Ranks are tried up to this many parameters; beyond, another preparation of the pool would cost as much as all retrainings. */
const rankParameters = 500;

function featuresToTry({ dimension, classes }: Dataset, { features, learner }: LabelErrorOptions): FeatureScale[] {
  if (features) return [features];
  if (learner) return ['as given'];
  const parameters = (classes.length === 2 ? 1 : classes.length) * (dimension + 1);
  return parameters > rankParameters ? ['standardised'] : ['standardised', 'ranks'];
}

/** @throws InputError unless two classes or more have points, and each of them two. */
function withoutEmptyClasses(pool: Dataset): Dataset {
  const counts = pool.classes.map((_, k) => pool.labels.reduce((sum, label) => sum + Number(label === k), 0));
  const present = pool.classes.filter((_, k) => counts[k] > 0);
  if (present.length < 2)
    throw new InputError(`All points of "${pool.name}" have the class ${present[0]}; wrong labels need a second one.`);
  const single = counts.indexOf(1);
  if (single >= 0)
    throw new InputError(
      `Class ${pool.classes[single]} of "${pool.name}" has a single point, which no model of the others can know; leave it out ` +
        'with selectClasses, or merge it with another class.',
    );
  return present.length === pool.classes.length ? pool : selectClasses(pool, present);
}

/** Training subsets without the points that are rather wrong than right, but for those of a class that would lose half of itself. */
function withoutSuspects(subsets: Subsets, labels: Uint8Array, K: number, scores: Float64Array): Subsets {
  const weights = subsets.weights.slice();
  for (let first = 0; first < weights.length; first += labels.length) {
    const members = new Uint32Array(K);
    const suspects = new Uint32Array(K);
    labels.forEach((label, i) => {
      members[label] += weights[first + i];
      if (scores[i] < 0.5) suspects[label] += weights[first + i];
    });
    labels.forEach((label, i) => {
      if (scores[i] < 0.5 && 2 * suspects[label] < members[label]) weights[first + i] = 0;
    });
  }
  return { ...subsets, weights };
}

function likeliestOtherClasses(probabilities: Float64Array, labels: Uint8Array, K: number): Uint8Array {
  return labels.map((label, i) => {
    let likeliest = label === 0 ? 1 : 0;
    for (let k = 0; k < K; k++)
      if (k !== label && probabilities[i * K + k] > probabilities[i * K + likeliest]) likeliest = k;
    return likeliest;
  });
}

function expectedQuality(scores: Float64Array, isLabelIssue: Uint8Array) {
  let [suspects, found, wrong] = [0, 0, 0];
  scores.forEach((score, i) => {
    suspects += isLabelIssue[i];
    found += isLabelIssue[i] * (1 - score);
    wrong += 1 - score;
  });
  return { expectedPrecision: found / suspects, expectedRecall: found / wrong };
}

function classTable({ classes, labels }: Dataset, scores: Float64Array, isLabelIssue: Uint8Array): Table {
  return classes.map((name, k) => {
    const rows = Array.from(labels.keys()).filter((row) => labels[row] === k);
    const sum = (of: (row: number) => number): number => rows.reduce((total, row) => total + of(row), 0);
    return {
      class: name,
      points: rows.length,
      suspected: sum((row) => isLabelIssue[row]),
      'expected wrong': sum((row) => 1 - scores[row]),
      'mean score': sum((row) => scores[row]) / rows.length,
    };
  });
}

function describe({ features, learner, logLoss }: ChosenModel): LabelErrors['model'] {
  return { features, learner: { name: learner.name, hyperparameters: learner.hyperparameters }, logLoss };
}

/** The findings in the pool's own class indices, where classes without points had been left out. */
function inClassesOf(pool: Dataset, points: Dataset, found: LabelErrors): LabelErrors {
  if (pool.classes.length === points.classes.length) return found;
  const indices = points.classes.map((name) => pool.classes.indexOf(name));
  const K = indices.length;
  const probabilities = new Float64Array(pool.size * pool.classes.length);
  found.probabilities.forEach((value, at) => {
    probabilities[Math.floor(at / K) * pool.classes.length + indices[at % K]] = value;
  });
  return { ...found, probabilities, suggestedLabels: found.suggestedLabels.map((label) => indices[label]) };
}
