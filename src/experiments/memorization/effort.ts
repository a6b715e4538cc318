import type { Efforts } from '../common/experiment.js';
import type { NoisyProblemOptions } from '../problems/noisy-problem.js';

/** What is computed on one data set. */
export interface Effort extends NoisyProblemOptions {
  /** Subsets of the estimates; as many others for the reference. */
  readonly subsets: number;
  /** Retrained subsets to learn from. */
  readonly bank: number;
  readonly steps: number;
  /** Banks and networks. */
  readonly seeds: number;
  /** Whether Newton steps lead to retrained models and are affordable: p³ per subset. */
  readonly newton: boolean;
  /** Test points on which influence is estimated. */
  readonly targets: number;
  readonly randomOrders: number;
}

const breastCancer = { name: 'breast cancer', flippedShare: 0, newton: true } as const;
const spambase = { name: 'spambase', flippedShare: 0.1, newton: true } as const;
const digits = { name: 'digits', flippedShare: 0, newton: true } as const;
const perceptron = { name: 'iris 1/2', flippedShare: 0, newton: false, perceptron: { hidden: [8], seed: 1 } } as const;

const smoke = { targets: 5, randomOrders: 2, seeds: 1, steps: 20 } as const;
const quick = { targets: 60, randomOrders: 10, seeds: 2 } as const;
const full = { targets: 300, randomOrders: 50, seeds: 5 } as const;

export const efforts: Efforts<Effort> = {
  smoke: [
    { ...smoke, ...breastCancer, subsets: 80, bank: 100, seeds: 2 },
    { ...smoke, ...perceptron, subsets: 30, bank: 30 },
    // Flipped labels, and pictures.
    { ...smoke, ...spambase, subsets: 20, bank: 20, steps: 5 },
    { ...smoke, ...digits, classes: ['3', '8'], subsets: 40, bank: 30 },
  ],
  quick: [
    { ...quick, ...breastCancer, subsets: 600, bank: 1000, steps: 200 },
    { ...quick, ...spambase, subsets: 1500, bank: 4000, steps: 1000 },
    { ...quick, ...digits, classes: ['3', '8', '9'], subsets: 300, bank: 500, steps: 150 },
    { ...quick, ...perceptron, subsets: 300, bank: 500, steps: 300 },
  ],
  full: [
    { ...full, ...breastCancer, subsets: 4000, bank: 8000, steps: 4000 },
    { ...full, ...spambase, subsets: 4000, bank: 16000, steps: 8000 },
    { ...full, ...digits, subsets: 2000, bank: 6000, steps: 4000, newton: false },
    { ...full, ...perceptron, subsets: 2000, bank: 4000, steps: 2000 },
  ],
};
