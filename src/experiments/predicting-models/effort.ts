import type { Efforts } from '../common/experiment.js';
import type { ComparedLoss } from '../common/preparations.js';
import type { ProblemName } from '../problems/problem.js';

/** How much is computed for one data set. */
export interface Effort {
  readonly problem: ProblemName;
  readonly heldOut: number;
  readonly seeds: number;
  /** Retrained subsets that predictors learn from, for every seed. */
  readonly bankSize: number;
  /** Training steps of the authors' network. */
  readonly steps: number;
  /** Losses it is trained with. */
  readonly losses: readonly ComparedLoss[];
  /** Training steps of the improved network. */
  readonly improvedSteps: number;
}

/** The regularisers one by one, from none to the authors' whole loss. */
export const ablatedLosses = [
  'parameter MSE',
  'stationarity',
  'utility',
  'stationarity + utility',
  'weight penalties',
  'full',
] as const satisfies readonly ComparedLoss[];

/** Fewer of them where time is short: the penalties on the objective together. */
const ablatedBriefly = ['parameter MSE', 'stationarity + utility', 'weight penalties', 'full'] as const;

const quick = { heldOut: 500, seeds: 3, bankSize: 2000, steps: 300, losses: [], improvedSteps: 400 } as const;
const full = { heldOut: 500, seeds: 5, losses: ablatedLosses } as const;
const fullOfIris = { ...full, bankSize: 10000, steps: 3000, improvedSteps: 1500 } as const;

export const efforts: Efforts<Effort> = {
  smoke: [
    { problem: 'iris 0/1', heldOut: 40, seeds: 2, bankSize: 300, steps: 40, losses: ablatedBriefly, improvedSteps: 40 },
  ],
  quick: [
    { ...quick, problem: 'iris 0/1', losses: ablatedBriefly },
    { ...quick, problem: 'iris 1/2', seeds: 2 },
    { ...quick, problem: 'breast cancer', losses: ['parameter MSE'] },
    { ...quick, problem: 'spambase', seeds: 2 },
  ],
  full: [
    { ...fullOfIris, problem: 'iris 0/1' },
    { ...fullOfIris, problem: 'iris 1/2' },
    { ...full, problem: 'breast cancer', bankSize: 16000, steps: 5000, improvedSteps: 2000 },
    { ...full, problem: 'spambase', bankSize: 16000, steps: 5000, improvedSteps: 2200 },
  ],
};
