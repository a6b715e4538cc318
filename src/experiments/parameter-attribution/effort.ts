import type { Efforts } from '../common/experiment.js';
import type { ProblemName } from '../problems/problem.js';

export interface Effort {
  readonly problem: ProblemName;
  readonly seeds: number;
  readonly poolSize: number;
  /** Pairs of permutations of the independent reference. */
  readonly referencePairs: number;
  /** Numbers of permutations, ascending: all for methods that cost little per model, all but the last for the others. */
  readonly counts: readonly number[];
  readonly bankSize: number;
  readonly steps: number;
}

const quick = { seeds: 2, poolSize: 150, counts: [3, 9, 27], bankSize: 1200, steps: 350 } as const;
const full = { seeds: 5, poolSize: 300, counts: [10, 50, 200], bankSize: 16000, steps: 5000 } as const;

export const efforts: Efforts<Effort> = {
  smoke: [
    {
      problem: 'breast cancer',
      seeds: 2,
      poolSize: 40,
      referencePairs: 20,
      counts: [2, 4, 8],
      bankSize: 200,
      steps: 30,
    },
  ],
  quick: [
    { ...quick, problem: 'breast cancer', referencePairs: 80 },
    { ...quick, problem: 'german credit', referencePairs: 35 },
  ],
  full: [
    { ...full, problem: 'breast cancer', referencePairs: 500 },
    { ...full, problem: 'german credit', referencePairs: 250 },
  ],
};
