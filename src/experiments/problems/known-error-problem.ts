import {
  applyScaling,
  fitScaling,
  log1p,
  takeRows,
  type Dataset,
  type DatasetWithErrors,
  type KnownError,
  type ScalingKind,
} from '../../data/index.js';
import { logisticRegression } from '../../learners/linear/logistic-regression.js';
import { randomStream } from '../../numerics/random.js';
import type { ValuedProblem } from './valued-problem.js';

/** A pool with real errors in it, and other points for the utility and to judge with. */
export interface KnownErrorProblem extends Omit<ValuedProblem, 'flipped'> {
  readonly kind: KnownError['kind'];
  /** Pool points of each error; at least one of them is wrong. */
  readonly errors: readonly (readonly number[])[];
}

interface Recipe {
  readonly title: string;
  readonly transform?: (points: Dataset) => Dataset;
  readonly scaling: ScalingKind;
}

const recipes = {
  spambase: { title: 'spambase', transform: log1p, scaling: 'standardise' },
  first_names: { title: 'first names', scaling: 'none' },
  iris: { title: 'iris, UCI file', scaling: 'standardise' },
} as const satisfies Readonly<Record<string, Recipe>>;

/** Data sets with known errors. */
export type KnownErrorName = keyof typeof recipes;

export interface KnownErrorProblemOptions {
  readonly name: KnownErrorName;
  readonly poolSize: number;
  /** Errors in the pool, at most; where there are more, they are drawn. */
  readonly errorCount: number;
  readonly validationSize: number;
  readonly testSize: number;
}

/**
 * Known errors among random other rows of their data set, in random order; validation and test points are further rows. Rows of
 * known errors are nowhere else.
 *
 * @param source the named data set, as `knownErrors` loads it
 * @param seed decides all that is random
 */
export function knownErrorProblem(
  { dataset, errors: all }: DatasetWithErrors,
  { name, poolSize, errorCount, validationSize, testSize }: KnownErrorProblemOptions,
  seed: number,
): KnownErrorProblem {
  const { title, transform = (points: Dataset) => points, scaling }: Recipe = recipes[name];
  const stream = randomStream(seed, name, 'known errors');
  const errors = Array.from(stream.permutation(all.length).subarray(0, errorCount), (at) => all[at]);
  const wrong = errors.flatMap(({ rows }) => rows);
  const suspect = new Set(all.flatMap(({ rows }) => rows));
  const others = Array.from(stream.permutation(dataset.size)).filter((row) => !suspect.has(row));
  const fill = poolSize - wrong.length;
  const rows = stream.shuffle([...wrong, ...others.slice(0, fill)]);
  const held = others.slice(fill);
  const pool = transform(takeRows(dataset, rows));
  const fitted = fitScaling(pool, scaling);
  const scaled = (from: number, count: number): Dataset =>
    applyScaling(fitted, transform(takeRows(dataset, held.slice(from, from + count))));
  return {
    title,
    pool: applyScaling(fitted, pool),
    validation: scaled(0, validationSize),
    test: scaled(validationSize, testSize),
    learner: logisticRegression({ C: 1 }),
    kind: errors[0].kind,
    errors: errors.map((error) => error.rows.map((row) => rows.indexOf(row))),
  };
}
