import assert from 'node:assert/strict';
import { censusTable } from '../../../scripts/bench/synthetic-tables.js';
import type { Dataset } from '../../../src/data/dataset.js';
import { InputError } from '../../../src/errors.js';
import {
  designMatrix,
  linearHessian,
  linearObjective,
  linearProblem,
} from '../../../src/learners/linear/linear-objective.js';
import { binaryCrossEntropy } from '../../../src/learners/linear/binary-cross-entropy.js';
import { logisticRegression } from '../../../src/learners/linear/logistic-regression.js';
import type { LogitLoss } from '../../../src/learners/linear/logit-loss.js';
import { sizePathKnots } from '../../../src/learners/linear/size-path.js';
import { softmaxCrossEntropy } from '../../../src/learners/linear/softmax-cross-entropy.js';
import { squaredHinge } from '../../../src/learners/linear/squared-margin-loss.js';
import { randomStream } from '../../../src/numerics/random.js';
import { chooseKernels, type KernelChoice } from '../../../src/numerics/wasm-kernels.js';
import { fullPool } from '../../../src/subsets/subsets.js';

const binary = censusTable({ size: 1401, dimension: 104 });
const ternary: Dataset = {
  ...binary,
  labels: binary.labels.map((label, i) => (i % 3 === 0 ? 2 : label)),
  classes: ['a', 'b', 'c'],
};

/** F and its gradient at some parameters for B subsets. */
function evaluate(pool: Dataset, loss: LogitLoss, dense: boolean, kernels: KernelChoice) {
  const problem = linearProblem(pool, loss);
  assert.ok(problem.sparse);
  const { sparse, ...rest } = problem;
  const { parameterCount: p } = problem;
  const used = dense ? { ...rest, design: designMatrix(pool) } : problem;
  const count = 11;
  const stream = randomStream(1, 'sparse');
  const parameters = Float64Array.from({ length: count * p }, () => 0.3 * stream.normal());
  const costs = Float64Array.from({ length: count * pool.size }, () => stream.integer(3));
  const values = new Float64Array(count);
  const gradients = new Float64Array(count * p);
  chooseKernels(kernels);
  try {
    const rows = Int32Array.from({ length: count }, (_, b) => b);
    linearObjective(used, costs).evaluate(rows, count, parameters, values, gradients);
    return { sparse, values, gradients, hessian: linearHessian(used, costs, parameters.subarray(0, p)) };
  } finally {
    chooseKernels(undefined);
  }
}

const near = (a: Float64Array, b: Float64Array, what: string): void => {
  const scale = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  a.forEach((value, k) => assert.ok(Math.abs(value - b[k]) <= 1e-12 * scale, `${what} ${k}: ${value}, ${b[k]}`));
};

describe('a sparse design', () => {
  for (const [name, pool, loss] of [
    ['two classes', binary, binaryCrossEntropy],
    ['squared hinge', binary, squaredHinge],
    ['three classes', ternary, softmaxCrossEntropy(3)],
  ] as const) {
    it(`gives objectives, gradients and Hessians of the dense one (${name})`, () => {
      const dense = evaluate(pool, loss, true, 'plain');
      for (const kernels of ['plain', 'wasm', 'fused'] as const) {
        const sparse = evaluate(pool, loss, false, kernels);
        near(sparse.values, dense.values, 'value');
        near(sparse.gradients, dense.gradients, 'gradient');
        near(sparse.hessian, dense.hessian, 'Hessian');
      }
    });
  }

  it('holds the same numbers', () => {
    const problem = linearProblem(binary, binaryCrossEntropy);
    assert.deepEqual(problem.design, designMatrix(binary));
    assert.equal(problem.sparse?.values.length, 1401 * 15);
  });

  it('is not used again for a pool that was changed in place, and refuses what is not finite', async () => {
    const pool = { ...binary, features: binary.features.slice() };
    const learner = logisticRegression();
    const before = (await learner.retrain(pool, fullPool(pool.size))).parameters;
    pool.features[4 * pool.dimension + 50] += 3;
    const after = (await learner.retrain(pool, fullPool(pool.size))).parameters;
    assert.notDeepEqual(after, before);
    assert.deepEqual(after, (await learner.retrain({ ...pool }, fullPool(pool.size))).parameters);
    pool.features[7] = NaN;
    await assert.rejects(learner.retrain(pool, fullPool(pool.size)), InputError);
  });

  it('has a preconditioner that knows the rare categories beyond 8,192 points too', async () => {
    const pool = censusTable({ size: 9001, dimension: 104, seed: 2 });
    const problem = linearProblem(pool, binaryCrossEntropy);
    const knots = sizePathKnots(problem, 1);
    await knots.extend(pool.size);
    const p = problem.parameterCount;
    const optimum = new Float64Array(p);
    knots.interpolate(pool.size, optimum, 0);
    const hessian = linearHessian(problem, new Float64Array(pool.size).fill(1), optimum);
    // H⁻¹H is the identity.
    const rows = hessian.slice();
    knots.precondition(0, rows, p);
    rows.forEach((value, at) => assert.ok(Math.abs(value - Number(at % (p + 1) === 0)) < 1e-6));
  });
});
