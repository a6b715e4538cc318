import type { Efforts } from '../common/experiment.js';
import type { ProblemName } from '../problems/problem.js';

export interface Effort {
  readonly problem: ProblemName;
  readonly seeds: number;
  readonly poolSize: number;
  /** Permutations of the independent reference. */
  readonly referencePermutations: number;
  /** Permutations every method gets, the same ones, for every seed. */
  readonly permutations: number;
  readonly bankSize: number;
  readonly steps: number;
  /** Permutations of a cheap method when all get the same time, at most; 0: methods are not compared so. */
  readonly mostPermutations: number;
}

const smoke = { seeds: 2, poolSize: 40, permutations: 10, bankSize: 200, steps: 50 } as const;
const quick = { seeds: 3, poolSize: 100, permutations: 25 } as const;
const full = {
  seeds: 5,
  poolSize: 300,
  referencePermutations: 1000,
  permutations: 200,
  bankSize: 16000,
  steps: 5000,
  mostPermutations: 2000,
} as const;

export const efforts: Efforts<Effort> = {
  smoke: [{ ...smoke, problem: 'breast cancer', referencePermutations: 40, mostPermutations: 20 }],
  quick: [
    { ...quick, problem: 'breast cancer', referencePermutations: 120, bankSize: 1000, steps: 250, mostPermutations: 0 },
    { ...quick, problem: 'spambase', referencePermutations: 150, bankSize: 1500, steps: 350, mostPermutations: 200 },
  ],
  full: [
    { ...full, problem: 'breast cancer' },
    { ...full, problem: 'spambase' },
  ],
};
