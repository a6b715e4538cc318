import type { Efforts } from '../common/experiment.js';
import type { KnownErrorProblemOptions } from '../problems/known-error-problem.js';
import type { ProblemName } from '../problems/problem.js';

/** How much is computed to choose and to rank points. */
export interface SelectionEffort {
  /** Retrained subsets that ModelPred learns from. */
  readonly bankSize: number;
  readonly steps: number;
  /** Permutations of the Shapley values. */
  readonly permutations: number;
  /** Random choices and orders. */
  readonly randomDraws: number;
}

export interface Effort extends SelectionEffort {
  readonly problem: ProblemName;
  readonly poolSize: number;
  readonly seeds: number;
}

const quick = { poolSize: 120, seeds: 3, bankSize: 1500, steps: 300, permutations: 20, randomDraws: 20 } as const;
const full = { poolSize: 300, seeds: 5, bankSize: 8000, steps: 2000, permutations: 100, randomDraws: 50 } as const;

export const efforts: Efforts<Effort> = {
  smoke: [
    { problem: 'breast cancer', poolSize: 40, seeds: 2, bankSize: 60, steps: 20, permutations: 3, randomDraws: 3 },
  ],
  quick: (['breast cancer', 'spambase'] as const).map((problem) => ({ ...quick, problem })),
  full: (['breast cancer', 'spambase', 'german credit'] as const).map((problem) => ({ ...full, problem })),
};

/** How much is computed to find known errors. */
export interface CleaningEffort extends KnownErrorProblemOptions, Omit<SelectionEffort, 'randomDraws'> {
  /** Draws of the other points, each with its own bank, network and permutations. */
  readonly draws: number;
}

const iris = { name: 'iris', poolSize: 90, errorCount: 2, validationSize: 30, testSize: 30 } as const;
const spambase = { name: 'spambase', errorCount: 3 } as const;
const quickDraws = { draws: 8, permutations: 10 } as const;
const fullDraws = { draws: 10, bankSize: 1000, steps: 300, permutations: 50 } as const;

export const cleaningEfforts: Efforts<CleaningEffort> = {
  smoke: [
    { ...spambase, poolSize: 40, validationSize: 50, testSize: 50, draws: 2, bankSize: 40, steps: 5, permutations: 2 },
  ],
  quick: [
    { ...quickDraws, ...spambase, poolSize: 120, validationSize: 200, testSize: 500, bankSize: 400, steps: 100 },
    { ...quickDraws, ...iris, bankSize: 200, steps: 50 },
  ],
  full: [
    { ...fullDraws, ...spambase, poolSize: 300, validationSize: 500, testSize: 2000, bankSize: 4000, steps: 1000 },
    {
      ...fullDraws,
      name: 'first_names',
      errorCount: 10,
      poolSize: 120,
      validationSize: 500,
      testSize: 2000,
      permutations: 20,
    },
    { ...fullDraws, ...iris },
  ],
};
