import { requireConvex } from '../../src/learners/learner.js';
import { measureCpu } from '../../src/evaluation/cost.js';
import { mean } from '../../src/statistics/mean.js';
import { relativeErrors } from '../../src/evaluation/parameter-error.js';
import { loadProblem, type Problem, type ProblemName } from '../../src/experiments/problems/problem.js';
import { deriveSeed } from '../../src/numerics/random.js';
import {
  type BaseSettings,
  improvedSettings,
  lbfgsPredictor,
  type ModelPredSettings,
  type OptimisationSettings,
  type Predictor,
  refinedByChord,
  refinedByNewton,
  residualSettings,
  sizeAwareChordPredictor,
  sizeAwareNewtonPredictor,
  trainModelPred,
} from '../../src/prediction/index.js';
import { type Bank, buildBank } from '../../src/retraining/index.js';
import { takeSubsets, uniformSizeSubsets } from '../../src/subsets/index.js';
import { digits, showSpread } from './show.js';

// Held-out accuracy of the forms of ModelPred, alone and with one step on the subset's objective, against the targets. Settings
// were chosen on subsets of a seed path of their own; the held-out ones are only reported on.
interface Goal {
  readonly bankSize: number;
  /** How the parameters form is trained. */
  readonly training: Partial<OptimisationSettings>;
  readonly residualTraining: Partial<OptimisationSettings>;
  /** Bases of the residual forms, and steps after every form. */
  readonly bases: readonly BaseSettings[];
  readonly refinements: readonly Refinement[];
  /** Largest accepted mean relative errors, by method. */
  readonly targets: Readonly<Record<string, number>>;
}

type Refinement = 'chord' | 'Newton';

const parametersForm = 'parameters';
/** The same trained with a decrement penalty too. */
const decrementForm = 'parameters, decrement penalty';
function withDecrement(optimisation: Partial<OptimisationSettings>): ModelPredSettings {
  const settings = improvedSettings(optimisation);
  return { ...settings, loss: { ...settings.loss, decrement: 0.1 } };
}
const residualForm = ({ method, steps }: BaseSettings): string => `residual of ${method} ${steps}`;
const refined = (form: string, refinement: Refinement): string => `${form} + ${refinement} step`;

const training = { batchSize: 128, learningRate: 5e-3, validateEvery: 500 };
const chord: BaseSettings = { method: 'chord', steps: 1 };
const newton: BaseSettings = { method: 'Newton', steps: 1 };
const twoChords: BaseSettings = { method: 'chord', steps: 2 };

const common = {
  residualTraining: { ...training, steps: 1000 },
  bases: [chord, newton],
  refinements: ['chord', 'Newton'],
} as const;
const targetsOf = (parameters: number, newtonStep: number) => ({
  [parametersForm]: parameters,
  [refined(parametersForm, 'Newton')]: newtonStep,
});
export const goals: Readonly<Partial<Record<ProblemName, Goal>>> = {
  'iris 0/1': {
    ...common,
    bankSize: 10_000,
    training: { ...training, steps: 1500 },
    targets: targetsOf(0.025, 0.0002),
  },
  'iris 1/2': { ...common, bankSize: 10_000, training: { ...training, steps: 1500 }, targets: targetsOf(0.03, 0.001) },
  'breast cancer': {
    ...common,
    bankSize: 12_000,
    training: { ...training, steps: 2000 },
    targets: targetsOf(0.09, 0.006),
  },
  spambase: {
    ...common,
    bankSize: 16_000,
    training: { ...training, learningRate: 6e-3, steps: 2200 },
    targets: targetsOf(0.14, 0.02),
  },
  digits: {
    bankSize: 4000,
    training: { ...training, learningRate: 4e-3, batchSize: 64, steps: 1500 },
    residualTraining: { ...training, learningRate: 4e-3, steps: 600, validateEvery: 300 },
    bases: [chord, twoChords],
    refinements: ['chord'],
    targets: {
      [parametersForm]: 0.16,
      ...Object.fromEntries(
        [chord, twoChords].flatMap((base) => [
          [residualForm(base), 0.048],
          [refined(residualForm(base), 'chord'), 0.0225],
        ]),
      ),
    },
  },
};
const seeds = [1, 2, 3];
const heldOutCount = 500;

interface Row {
  readonly method: string;
  /** Mean relative errors, one for each seed; one in all where nothing is trained. */
  readonly errors: number[];
  readonly microseconds: number[];
  readonly trainingSeconds: number[];
}

/** Trains and measures all forms on a problem, prints their table, and returns what was measured. */
export async function measureModelPred(name: ProblemName, goal: Goal) {
  const { bankSize, bases, refinements, targets } = goal;
  const problem = await loadProblem(name);
  const { pool, learner, minimumSize } = problem;
  const draw = (count: number, seed: number) =>
    uniformSizeSubsets({ poolSize: pool.size, count, minimumSize, labels: pool.labels, seed });
  const heldOut = await buildBank({
    pool,
    learner,
    subsets: draw(heldOutCount, deriveSeed(seeds[0], name, 'accuracy', 'held-out subsets')),
  });
  await requireConvex(learner, 'The size path')
    .sizePath(pool)
    .prepare(Array.from({ length: pool.size }, (_, i) => i + 1));
  // Factors the size path's Hessians, which are not counted as a prediction's cost.
  await sizeAwareChordPredictor({ pool, learner, steps: 1 }).predict(heldOut.subsets);
  const rows = new Map<string, Row>();
  const report = async (method: string, predictor: Predictor, trainingSeconds: number): Promise<void> => {
    const { result, seconds } = await measureCpu(() => predictor.predict(heldOut.subsets));
    const row = rows.get(method) ?? { method, errors: [], microseconds: [], trainingSeconds: [] };
    row.errors.push(
      mean(
        relativeErrors({
          predicted: result,
          retrained: heldOut.parameters,
          parameterCount: learner.parameterCount(pool),
        }),
      ),
    );
    row.microseconds.push((seconds / heldOutCount) * 1e6);
    row.trainingSeconds.push(trainingSeconds);
    rows.set(method, row);
  };

  for (const [method, predictor] of untrained(problem, refinements)) await report(method, predictor, 0);
  const labelSeconds: number[] = [];
  for (const seed of seeds) {
    const subsets = draw(bankSize, deriveSeed(seed, name, 'accuracy', 'bank'));
    const labels = await measureCpu(() => buildBank({ pool, learner, subsets }));
    labelSeconds.push(labels.seconds);
    const forms: (readonly [string, ModelPredSettings])[] = [
      [parametersForm, improvedSettings(goal.training)],
      ...(refinements.includes('Newton') ? [[decrementForm, withDecrement(goal.training)] as const] : []),
      ...bases.map((base) => [residualForm(base), residualSettings(base, goal.residualTraining)] as const),
    ];
    for (const [form, settings] of forms) {
      const trained = await measureCpu(() => trainModelPred({ bank: labels.result, settings, seed }));
      await report(form, trained.result, trained.seconds);
      for (const refinement of refinements) {
        const by = refinement === 'chord' ? refinedByChord : refinedByNewton;
        await report(refined(form, refinement), by({ predictor: trained.result, pool, learner }), trained.seconds);
      }
    }
  }
  console.log(
    `\n${name}: ${bankSize} subsets with labels (${showSpread(labelSeconds)} CPU s), ${seeds.length} seeds, ${heldOutCount} held-out subsets`,
  );
  console.table(
    [...rows.values()].map(({ method, errors, microseconds, trainingSeconds }) => ({
      method,
      'relative error, mean (range of seeds)': showSpread(errors),
      target: targets[method] ?? '–',
      reached: method in targets ? mean(errors) <= targets[method] : '–',
      'CPU µs per subset': Math.round(mean(microseconds)),
      'training, CPU s': showSpread(trainingSeconds.filter((seconds) => seconds > 0)),
    })),
  );
  const newtonCost = refinements.includes('Newton') ? null : await newtonStepCost(problem, heldOut);
  if (newtonCost) {
    console.log(
      `A Newton step of ${learner.parameterCount(pool)} parameters takes ${digits(newtonCost.newton)} CPU ms, ` +
        `exact retraining ${digits(newtonCost.retraining)}.`,
    );
  }
  return { problem: name, seeds, bankSize, heldOutCount, targets, labelSeconds, newtonCost, rows: [...rows.values()] };
}

/** What is to be beaten: the bases, and further steps without any training. */
function untrained({ pool, learner }: Problem, refinements: readonly Refinement[]): [string, Predictor][] {
  const chords = [1, 2, 3].map((steps): [string, Predictor] => [
    `chord ${steps}, nothing trained`,
    sizeAwareChordPredictor({ pool, learner, steps }),
  ]);
  const newtons = (refinements.includes('Newton') ? [1, 2] : []).map((steps): [string, Predictor] => [
    `Newton ${steps}, nothing trained`,
    sizeAwareNewtonPredictor({ pool, learner, steps }),
  ]);
  return [...chords, ...newtons, ['L-BFGS 4, nothing trained', lbfgsPredictor({ pool, learner, iterations: 4 })]];
}

/** CPU milliseconds per subset of a Newton step from a chord prediction, and of exact retraining. */
async function newtonStepCost({ pool, learner }: Problem, { subsets }: Bank) {
  const few = takeSubsets(subsets, [0, 1, 2, 3, 4]);
  const many = takeSubsets(
    subsets,
    Array.from({ length: 100 }, (_, b) => b),
  );
  const start = sizeAwareChordPredictor({ pool, learner, steps: 1 });
  const before = await measureCpu(() => start.predict(few));
  const after = await measureCpu(() => refinedByNewton({ predictor: start, pool, learner }).predict(few));
  const exact = await measureCpu(() => buildBank({ pool, learner, subsets: many }));
  return {
    newton: ((after.seconds - before.seconds) / few.count) * 1e3,
    retraining: (exact.seconds / many.count) * 1e3,
  };
}
