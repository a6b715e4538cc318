import type { Dataset } from '../../data/dataset.js';
import { flipLabels } from '../../data/label-noise.js';
import { selectClasses } from '../../data/rows.js';
import {
  multilayerPerceptron,
  type MultilayerPerceptronOptions,
} from '../../learners/network/multilayer-perceptron.js';
import { deriveSeed } from '../../numerics/random.js';
import { loadProblem, type Problem, type ProblemName } from './problem.js';

/** Which points of a recorded problem, and how many of the pool's labels are made wrong. */
export interface NoisyProblemOptions {
  readonly name: ProblemName;
  /** Only points of these classes; default all. */
  readonly classes?: readonly string[];
  /** Share of the pool's labels that are flipped. */
  readonly flippedShare: number;
  /** Default: the problem's own learner, logistic regression. */
  readonly perceptron?: MultilayerPerceptronOptions;
}

/** A problem, some of whose pool's labels may be wrong; test labels are as recorded. */
export interface NoisyProblem extends Problem {
  /** `N`: whether the label was flipped. */
  readonly flipped: readonly boolean[];
}

/** A recorded problem with flipped labels in its pool. */
export async function noisyProblem(
  { name, classes, flippedShare, perceptron }: NoisyProblemOptions,
  seed: number,
): Promise<NoisyProblem> {
  const problem = await loadProblem(name, perceptron && multilayerPerceptron(perceptron));
  const select = (points: Dataset): Dataset => (classes ? selectClasses(points, classes) : points);
  const pool = select(problem.pool);
  const noisy = flipLabels(pool, { fraction: flippedShare, seed: deriveSeed(seed, name, 'label noise') });
  const wrong = new Set(noisy.flipped);
  const details = [
    ...(classes ? [`classes ${classes.join(', ')}`] : []),
    ...(flippedShare > 0 ? [`${100 * flippedShare} % of labels flipped`] : []),
    ...(perceptron ? ['perceptron'] : []),
  ];
  return {
    ...problem,
    title: [name, ...details].join(', '),
    pool: noisy.dataset,
    test: select(problem.test),
    flipped: Array.from({ length: pool.size }, (_, i) => wrong.has(i)),
  };
}
