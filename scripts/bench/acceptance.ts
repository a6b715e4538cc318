import type { Spread } from './measure.js';
import { perceptronProblem, residualProblem, transformerProblem } from './network-problems.js';
import { nativeStep, ourStep, type ForwardTime, type StepTime } from './network.js';
import { manyModels, type NetworkTime } from './networks.js';
import type { RetrainingMeasurement } from './retraining.js';
import type { WorkerSpeed } from './workers.js';

/**
 * One line of what the engine is held to: a ratio of processor times per model, step or subset; against scikit-learn, exact
 * retraining to 1e-6 and its fastest solver that gets there; for workers a ratio of throughputs.
 */
export interface Goal {
  readonly work: string;
  readonly measured: Spread;
  /** `at least` or `at most` this ratio. */
  readonly sense: 'at least' | 'at most';
  readonly target: number;
  readonly met: boolean;
}

/** What the lines are made from. */
export interface Measurements {
  readonly ratios: RetrainingMeasurement['ratios'];
  readonly steps: readonly StepTime[];
  readonly forward: readonly ForwardTime[];
  readonly workers: readonly WorkerSpeed[];
  readonly networks: readonly NetworkTime[];
}

/** What was measured of the work that has a target; lines whose peers are missing are left out. */
export function acceptance({ ratios, steps, forward, workers, networks }: Measurements): Goal[] {
  const goals: Goal[] = [];
  const add = (work: string, measured: Spread | undefined, sense: Goal['sense'], target: number): void => {
    if (!measured) return;
    const met = sense === 'at least' ? measured.median >= target : measured.median <= target;
    goals.push({ work, measured, sense, target, met });
  };
  for (const [problem, target] of Object.entries({
    'iris 1/2': 40,
    'breast cancer': 8,
    spambase: 4,
    'spambase 1000': 10,
    digits: 25,
    '30,000 × 104, many models': 4,
    '60,000 × 128, many models': 4,
    '30,000 × 104, one model': 1 / 1.5,
    '60,000 × 128, one model': 1 / 1.5,
  })) {
    const found = ratios.find((one) => one.problem === problem && one.tolerance === 1e-6);
    add(`scikit-learn ÷ retraining: ${problem}`, found?.ratio, 'at least', target);
  }
  for (const problem of ['30,000 × 104, many models', '60,000 × 128, many models']) {
    const found = ratios.find((one) => one.problem === problem && one.tolerance === 1e-4);
    add(`scikit-learn ÷ retraining to 1e-4: ${problem}`, found?.ratio, 'at least', 8);
  }
  const stepOf = (problem: string, way: string) => steps.find((one) => one.problem === problem && one.way === way);
  for (const { problem } of steps.filter(({ way }) => way === ourStep)) {
    add(`training step ÷ PyTorch: ${problem}`, stepOf(problem, 'PyTorch')?.ours, 'at most', 3.5);
    add(`native step ÷ PyTorch: ${problem}`, stepOf(problem, nativeStep)?.againstTorch, 'at most', 2);
    const loops = stepOf(problem, 'padding and loops')?.ours;
    add(`loops ÷ training step: ${problem}`, loops && inverted(loops), 'at least', 100);
  }
  for (const [problem, target] of Object.entries({ 'breast cancer': 20, spambase: 60 })) {
    for (const { tolerance, ratio } of forward.filter((one) => one.problem === problem)) {
      add(`retraining to ${tolerance} ÷ predicting: ${problem}`, ratio, 'at least', target);
    }
  }
  for (const { models, share } of workers) {
    add(`two workers ÷ two busy loops: ${models.toLocaleString('en')} models`, share, 'at least', 0.9);
  }
  for (const { work, ratio, ownSteps } of networks) {
    add(`${work} ÷ PyTorch`, ratio, 'at most', ownSteps ? 1.25 : (networkTargets[work] ?? 1));
    add(`${work} ÷ own step`, ownSteps, 'at most', 2.5);
  }
  return goals;
}

/** Of training steps; PyTorch's wider vectors count most where products are largest. */
const networkTargets: Readonly<Record<string, number>> = {
  [`training step: ${perceptronProblem.name}`]: 1.8,
  [`training step: ${residualProblem.name}`]: 1.25,
  [`training step: ${transformerProblem.name}`]: 1,
  [manyModels]: 0.8,
};

const inverted = ({ median, smallest, largest }: Spread): Spread => ({
  median: 1 / median,
  smallest: 1 / largest,
  largest: 1 / smallest,
});
