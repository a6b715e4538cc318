import type { Efforts } from '../common/experiment.js';
import type { ProblemName } from '../problems/problem.js';

/** The two forms of ModelPred's network. */
export const forms = ['authors’ network', 'improved network'] as const;
export type Form = (typeof forms)[number];

export interface Effort {
  readonly problem: ProblemName;
  readonly form: Form;
  /** Units of a hidden layer, ascending multiples of 8. */
  readonly widths: readonly number[];
  /** Retrained subsets learned from, ascending; each set holds the smaller ones. */
  readonly counts: readonly number[];
  readonly seeds: number;
  readonly steps: number;
  readonly heldOut: number;
}

const smoke = { widths: [8, 16], counts: [60, 240], seeds: 2, steps: 40, heldOut: 40 } as const;
const quick = { widths: [8, 32, 128], counts: [125, 500, 2000], seeds: 2, steps: 300, heldOut: 300 } as const;
const full = {
  widths: [8, 16, 32, 64, 128, 256],
  counts: [125, 500, 2000, 8000, 32000],
  seeds: 5,
  steps: 2000,
  heldOut: 500,
} as const;

export const efforts: Efforts<Effort> = {
  smoke: [{ ...smoke, problem: 'iris 1/2', form: 'improved network' }],
  quick: [
    { ...quick, problem: 'iris 1/2', form: 'authors’ network', steps: 400 },
    { ...quick, problem: 'iris 1/2', form: 'improved network' },
    { ...quick, problem: 'breast cancer', form: 'improved network', widths: [8, 32, 64], counts: [250, 1000, 4000] },
  ],
  full: (['iris 1/2', 'breast cancer', 'spambase'] as const).flatMap((problem) =>
    forms.map((form) => ({ ...full, problem, form })),
  ),
};
