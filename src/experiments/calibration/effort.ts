import { shortSteps } from '../../evaluation/methods.js';
import type { Efforts } from '../common/experiment.js';
import type { NoisyProblemOptions } from '../problems/noisy-problem.js';

/** What is computed on one data set. */
export interface Effort extends NoisyProblemOptions {
  /** Models per ensemble. */
  readonly members: number;
  /** Models of the independent reference ensembles. */
  readonly reference: number;
  /** Retrained subsets to learn from: half bootstrap samples, half subsets of half to all of the pool. */
  readonly bank: number;
  readonly steps: number;
  /** Banks and networks. */
  readonly seeds: number;
}

const breastCancer = { name: 'breast cancer', flippedShare: 0 } as const;
const spambase = { name: 'spambase', flippedShare: 0.1 } as const;
const schedule = { hidden: [4], steps: 5 * shortSteps, learningRate: 0.02, seed: 1 };
const perceptron = { ...spambase, perceptron: schedule } as const;
const full = { members: 1000, reference: 4000, bank: 16000, steps: 8000, seeds: 5 } as const;

export const efforts: Efforts<Effort> = {
  smoke: [
    { ...breastCancer, members: 20, reference: 20, bank: 100, steps: 20, seeds: 2 },
    { ...perceptron, members: 10, reference: 10, bank: 30, steps: 5, seeds: 1 },
  ],
  quick: [
    { ...breastCancer, members: 200, reference: 400, bank: 1200, steps: 300, seeds: 2 },
    { ...spambase, members: 200, reference: 400, bank: 4000, steps: 1100, seeds: 2 },
    { ...perceptron, members: 100, reference: 200, bank: 600, steps: 130, seeds: 2 },
  ],
  full: [
    { ...full, ...breastCancer, bank: 8000, steps: 4000 },
    { ...full, ...spambase },
    { ...full, ...spambase, flippedShare: 0 },
    { ...full, ...perceptron, reference: 2000, bank: 8000, steps: 4000, seeds: 3 },
  ],
};
