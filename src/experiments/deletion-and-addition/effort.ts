import { linearSvm } from '../../learners/linear/linear-svm.js';
import { logisticRegression } from '../../learners/linear/logistic-regression.js';
import type { Learner } from '../../learners/learner.js';
import { multilayerPerceptron } from '../../learners/network/multilayer-perceptron.js';
import type { Efforts } from '../common/experiment.js';
import type { ProblemName } from '../problems/problem.js';

/** One learner on one data set, and how much is computed for it. */
export interface Effort {
  readonly problem: ProblemName;
  readonly learner: Learner;
  readonly seeds: number;
  /** Retrained subsets that predictors learn from, for every seed. */
  readonly bankSize: number;
  /** Training steps of the network. */
  readonly steps: number;
  /** Removals and additions of each kind and size. */
  readonly removals: number;
  readonly additions: number;
  /** Test points whose margins are compared. */
  readonly points: number;
}

const logistic = logisticRegression({ C: 1 });
const svm = linearSvm({ C: 1 });
const perceptron = multilayerPerceptron({ hidden: [4], steps: 100, learningRate: 0.02 });

const smoke = {
  problem: 'iris 1/2',
  seeds: 1,
  bankSize: 100,
  steps: 40,
  removals: 6,
  additions: 3,
  points: 10,
} as const;
const quick = {
  problem: 'breast cancer',
  seeds: 2,
  bankSize: 1200,
  steps: 300,
  removals: 20,
  additions: 20,
  points: 50,
} as const;
const full = { seeds: 5, bankSize: 12_000, steps: 3000, removals: 100, additions: 40, points: 100 } as const;

export const efforts: Efforts<Effort> = {
  smoke: [logistic, svm, perceptron].map((learner) => ({ ...smoke, learner })),
  quick: [
    { ...quick, learner: logistic },
    { ...quick, problem: 'spambase', learner: logistic },
    { ...quick, learner: svm },
    { ...quick, learner: perceptron, bankSize: 500, steps: 200, removals: 12, additions: 8 },
  ],
  full: (['iris 1/2', 'breast cancer', 'spambase'] as const).flatMap((problem) => [
    ...[logistic, svm].map((learner) => ({ ...full, problem, learner })),
    { ...full, problem, learner: perceptron, bankSize: 4000 },
  ]),
};
