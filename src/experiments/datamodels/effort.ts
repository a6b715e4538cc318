import type { Efforts } from '../common/experiment.js';
import type { ProblemName } from '../problems/problem.js';

export interface Effort {
  readonly problem: ProblemName;
  readonly seeds: number;
  /** Numbers of retrained subsets to learn from, ascending. */
  readonly counts: readonly number[];
  /** Held-out subsets of each size. */
  readonly heldOut: number;
  /** Test points whose margins are predicted. */
  readonly points: number;
  /** Test points that are followed as points are removed from the pool. */
  readonly targets: number;
  readonly steps: number;
}

const quick = { seeds: 2, counts: [300, 3000], heldOut: 200, points: 24, targets: 48, steps: 450 } as const;
const full = {
  seeds: 5,
  counts: [100, 300, 1000, 3000, 10000],
  heldOut: 500,
  points: 100,
  targets: 100,
  steps: 2000,
} as const;

export const efforts: Efforts<Effort> = {
  smoke: [{ problem: 'breast cancer', seeds: 2, counts: [60, 120], heldOut: 40, points: 4, targets: 6, steps: 20 }],
  quick: (['breast cancer', 'spambase'] as const).map((problem) => ({ ...quick, problem })),
  full: (['iris 1/2', 'breast cancer', 'spambase'] as const).map((problem) => ({ ...full, problem })),
};
