import { measureCpu } from '../../src/evaluation/cost.js';
import { mean } from '../../src/evaluation/correlation.js';
import { relativeErrors } from '../../src/evaluation/parameter-error.js';
import { loadProblem, type ProblemName } from '../../src/experiments/problem.js';
import { deriveSeed } from '../../src/numerics/random.js';
import { lbfgsPredictor, sizeAwareChordPredictor, sizeAwareNewtonPredictor } from '../../src/prediction/index.js';
import { buildBank } from '../../src/retraining/index.js';
import { writeFileAtomically } from '../../src/storage.js';
import { uniformSizeSubsets } from '../../src/subsets/index.js';

// Held-out accuracy of the predictors that learn nothing but the size path, against reference values that an implementation in
// Python measured on other draws of the same law; a draw alone moves the means of the errors by several per cent. Usage:
//   node dist/scripts/accuracy/second-order.js
type Method = 'chord 1' | 'chord 3' | 'Newton 1' | 'Newton 2' | 'L-BFGS 4';
const references: Readonly<Partial<Record<ProblemName, Readonly<Partial<Record<Method, number>>>>>> = {
  'iris 0/1': { 'chord 1': 0.019, 'chord 3': 0.0007, 'Newton 1': 0.0052, 'Newton 2': 0.0002, 'L-BFGS 4': 0.00001 },
  'iris 1/2': { 'chord 1': 0.058, 'chord 3': 0.012, 'Newton 1': 0.018, 'Newton 2': 0.0007, 'L-BFGS 4': 0.0004 },
  'breast cancer': { 'chord 1': 0.148, 'chord 3': 0.063, 'Newton 1': 0.066, 'Newton 2': 0.012, 'L-BFGS 4': 0.019 },
  spambase: { 'chord 1': 0.224, 'chord 3': 0.106, 'Newton 1': 0.084, 'Newton 2': 0.019, 'L-BFGS 4': 0.043 },
  // Newton steps of 650 parameters cost more than retraining.
  digits: { 'chord 1': 0.107, 'chord 3': 0.031, 'L-BFGS 4': 0.007 },
};
const seeds = [1, 2, 3];
const heldOutCount = 500;

async function measure(name: ProblemName, expected: Readonly<Partial<Record<Method, number>>>) {
  const { pool, learner, minimumSize } = await loadProblem(name);
  const p = learner.parameterCount(pool);
  const predictors = {
    'chord 1': sizeAwareChordPredictor(pool, learner, 1),
    'chord 3': sizeAwareChordPredictor(pool, learner, 3),
    'Newton 1': sizeAwareNewtonPredictor(pool, learner, 1),
    'Newton 2': sizeAwareNewtonPredictor(pool, learner, 2),
    'L-BFGS 4': lbfgsPredictor(pool, learner, 4),
  };
  const errors = new Map<Method, number[]>();
  const microseconds = new Map<Method, number[]>();
  for (const seed of seeds) {
    const subsets = uniformSizeSubsets({
      poolSize: pool.size,
      count: heldOutCount,
      minimumSize,
      labels: pool.labels,
      seed: deriveSeed(seed, name, 'accuracy', 'held-out subsets'),
    });
    const { parameters } = await buildBank({ pool, learner, subsets });
    await learner.sizePath?.(pool).prepare(Array.from({ length: pool.size }, (_, i) => i + 1));
    for (const method of Object.keys(expected) as Method[]) {
      const { result, seconds } = await measureCpu(() => predictors[method].predict(subsets));
      errors.set(method, [...(errors.get(method) ?? []), mean(relativeErrors(result, parameters, p))]);
      microseconds.set(method, [...(microseconds.get(method) ?? []), (seconds / heldOutCount) * 1e6]);
    }
  }
  return (Object.keys(expected) as Method[]).map((method) => ({
    problem: name,
    method,
    errors: errors.get(method) ?? [],
    reference: expected[method],
    microseconds: mean(microseconds.get(method) ?? []),
  }));
}

const digits = (value: number): string => value.toPrecision(3);
const results = [];
for (const [name, expected] of Object.entries(references))
  results.push(...(await measure(name as ProblemName, expected)));
console.table(
  results.map(({ problem, method, errors, reference = NaN, microseconds }) => ({
    'data set': problem,
    method,
    'error, mean (range of seeds)': `${digits(mean(errors))} (${digits(Math.min(...errors))}–${digits(Math.max(...errors))})`,
    reference,
    ratio: digits(mean(errors) / reference),
    'CPU µs per subset': Math.round(microseconds),
  })),
);
await writeFileAtomically(
  'report/accuracy-second-order.json',
  `${JSON.stringify({ seeds, heldOutCount, results }, null, 2)}\n`,
);
