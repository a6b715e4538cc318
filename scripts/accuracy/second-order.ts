import { requireConvex } from '../../src/learners/learner.js';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { measureCpu } from '../../src/evaluation/cost.js';
import { mean } from '../../src/statistics/mean.js';
import { relativeErrors } from '../../src/evaluation/parameter-error.js';
import { loadProblem, type ProblemName } from '../../src/experiments/problems/problem.js';
import { deriveSeed } from '../../src/numerics/random.js';
import { lbfgsPredictor, sizeAwareChordPredictor, sizeAwareNewtonPredictor } from '../../src/prediction/index.js';
import { buildBank } from '../../src/retraining/index.js';
import { uniformSizeSubsets } from '../../src/subsets/index.js';
import { digits, showSpread } from './show.js';

// Held-out accuracy of the predictors that learn nothing but the size path, on several held-out draws, beside two references:
// a table of an earlier implementation in Python, of one draw, and what scripts/reference/make_second_order.py measures on our
// own pools on three draws. The table's breast cancer is another pool: stratified with the classes numbered the other way
// round, the same seed draws other points.
type Method = 'chord 1' | 'chord 3' | 'Newton 1' | 'Newton 2' | 'L-BFGS 4';
const table: Readonly<Partial<Record<ProblemName, Readonly<Partial<Record<Method, number>>>>>> = {
  'iris 0/1': { 'chord 1': 0.019, 'chord 3': 0.0007, 'Newton 1': 0.0052, 'Newton 2': 0.0002, 'L-BFGS 4': 0.00001 },
  'iris 1/2': { 'chord 1': 0.058, 'chord 3': 0.012, 'Newton 1': 0.018, 'Newton 2': 0.0007, 'L-BFGS 4': 0.0004 },
  'breast cancer': { 'chord 1': 0.148, 'chord 3': 0.063, 'Newton 1': 0.066, 'Newton 2': 0.012, 'L-BFGS 4': 0.019 },
  spambase: { 'chord 1': 0.224, 'chord 3': 0.106, 'Newton 1': 0.084, 'Newton 2': 0.019, 'L-BFGS 4': 0.043 },
  digits: { 'chord 1': 0.107, 'chord 3': 0.031, 'L-BFGS 4': 0.007 },
};
const seeds = [1, 2, 3, 4, 5];
const heldOutCount = 500;

const recordedSchema = z.object({ draws: z.record(z.string(), z.array(z.record(z.string(), z.number()))) });

/** Mean relative errors of the three draws in Python, by method; empty where none were measured. */
async function recordedErrors(name: ProblemName): Promise<ReadonlyMap<string, number[]>> {
  const { draws } = recordedSchema.parse(JSON.parse(await readFile('test/fixtures/second-order.json', 'utf8')));
  const methods = Object.keys(draws[name]?.[0] ?? {});
  return new Map(methods.map((method) => [method, draws[name].map((errors) => errors[method])]));
}

/** Measures all methods on a problem, prints their tables, and returns what was measured. */
export async function measureSecondOrder(name: ProblemName) {
  const expected = table[name] ?? {};
  const methods = Object.keys(expected) as Method[];
  const recorded = await recordedErrors(name);
  const { pool, learner, minimumSize } = await loadProblem(name);
  const p = learner.parameterCount(pool);
  const predictors = {
    'chord 1': sizeAwareChordPredictor({ pool, learner, steps: 1 }),
    'chord 3': sizeAwareChordPredictor({ pool, learner, steps: 3 }),
    'Newton 1': sizeAwareNewtonPredictor({ pool, learner, steps: 1 }),
    'Newton 2': sizeAwareNewtonPredictor({ pool, learner, steps: 2 }),
    'L-BFGS 4': lbfgsPredictor({ pool, learner, iterations: 4 }),
  };
  const results = methods.map((method) => ({
    method,
    table: expected[method] ?? NaN,
    recorded: recorded.get(method) ?? [],
    errors: [] as number[],
    microseconds: [] as number[],
  }));
  await requireConvex(learner, 'The size path')
    .sizePath(pool)
    .prepare(Array.from({ length: pool.size }, (_, i) => i + 1));
  for (const seed of seeds) {
    const subsets = uniformSizeSubsets({
      poolSize: pool.size,
      count: heldOutCount,
      minimumSize,
      labels: pool.labels,
      seed: deriveSeed(seed, name, 'accuracy', 'held-out subsets'),
    });
    const { parameters } = await buildBank({ pool, learner, subsets });
    for (const row of results) {
      const { result, seconds } = await measureCpu(() => predictors[row.method].predict(subsets));
      row.errors.push(mean(relativeErrors({ predicted: result, retrained: parameters, parameterCount: p })));
      row.microseconds.push((seconds / heldOutCount) * 1e6);
    }
  }
  console.log(`\n${name}: relative errors on ${seeds.length} held-out draws of ${heldOutCount} subsets`);
  console.table(
    results.map(({ method, errors, table, recorded, microseconds }) => ({
      method,
      'ours, mean (range of draws)': showSpread(errors),
      'Python on our pool, 3 draws': showSpread(recorded),
      'ratio to it': recorded.length > 0 ? digits(mean(errors) / mean(recorded)) : '–',
      table,
      'ratio to the table': digits(mean(errors) / table),
      'the table lies within our draws': Math.min(...errors) <= table && table <= Math.max(...errors),
      'CPU µs per subset': Math.round(mean(microseconds)),
    })),
  );
  console.log(
    'On the same subsets these predictors err by as much as those in Python, subset by subset (test/prediction/second-order.test.ts): ' +
      'ratios other than 1 come from the draws' +
      (name === 'breast cancer' ? ', and the table is of another pool.' : '.'),
  );
  return { problem: name, seeds, heldOutCount, results };
}
