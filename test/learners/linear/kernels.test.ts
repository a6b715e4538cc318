import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { RetrainStatus } from '../../../src/learners/learner.js';
import { logisticRegression } from '../../../src/learners/linear/logistic-regression.js';
import { randomStream } from '../../../src/numerics/random.js';
import { chooseKernels, wasmKernels } from '../../../src/numerics/wasm-kernels.js';
import { bootstrapSubsets } from '../../../src/subsets/bootstrap.js';
import { uniformSizeSubsets } from '../../../src/subsets/uniform-size.js';
import { cloudPool } from '../pools.js';

describe('linear models with WebAssembly kernels and with their twins', () => {
  afterEach(() => chooseKernels(undefined));

  it('agree in objective and gradient, near the optimum and far from it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 2, max: 5 }),
        fc.constantFrom(1e-3, 1, 300),
        fc.integer({ min: 0, max: 1e6 }),
        (size, dimension, classCount, spread, seed) => {
          const pool = cloudPool({ size, dimension, classCount, seed });
          const subsets = bootstrapSubsets({ poolSize: size, count: 7, seed });
          const learner = logisticRegression({ C: 0.7 });
          const stream = randomStream(seed, 'parameters');
          const parameters = Float64Array.from(
            { length: 7 * learner.parameterCount(pool) },
            () => spread * stream.normal(),
          );
          const evaluate = () => [
            learner.objective(pool, subsets, parameters),
            learner.gradient(pool, subsets, parameters),
          ];
          chooseKernels('wasm');
          assert.ok(wasmKernels());
          const fast = evaluate();
          chooseKernels('plain');
          const slow = evaluate();
          for (const [part, expected] of slow.entries()) {
            const scale = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 1);
            expected.forEach((value, k) => {
              assert.ok(Math.abs(fast[part][k] - value) <= 1e-13 * scale, `${fast[part][k]} is not ${value}`);
            });
          }
        },
      ),
      { seed: 1 },
    );
  });

  for (const [classCount, size, dimension] of [
    [2, 61, 5],
    [2, 120, 17],
    [4, 75, 6],
  ]) {
    it(`retrain to the same models (${classCount} classes, ${size} points)`, async () => {
      const pool = cloudPool({ size, dimension, classCount, seed: 3 });
      const subsets = uniformSizeSubsets({ poolSize: size, count: 40, minimumSize: 8, seed: 4, labels: pool.labels });
      const trained = [];
      for (const kernels of ['wasm', 'plain'] as const) {
        chooseKernels(kernels);
        // A pool of its own for each, so that neither starts on the other's size path.
        for (const tolerance of [1e-8, 1e-12]) {
          const result = await logisticRegression().retrain({ ...pool }, subsets, { tolerance });
          assert.ok(result.status.every((status) => status === RetrainStatus.converged));
          assert.ok(result.residuals.every((residual) => residual <= tolerance));
          if (tolerance === 1e-12) trained.push(result);
        }
      }
      const [fast, slow] = trained;
      fast.parameters.forEach((value, k) => {
        assert.ok(Math.abs(value - slow.parameters[k]) <= 1e-9 * Math.max(1, Math.abs(value)));
      });
    });
  }

  it('see a pool whose numbers were changed in place', async () => {
    const pool = cloudPool({ size: 30, dimension: 3, classCount: 2, seed: 5 });
    const subsets = bootstrapSubsets({ poolSize: 30, count: 3, seed: 6 });
    const learner = logisticRegression();
    const before = await learner.retrain(pool, subsets);
    pool.features[4] += 1;
    const after = await learner.retrain(pool, subsets);
    const anew = await learner.retrain({ ...pool }, subsets);
    assert.notDeepEqual(after.parameters, before.parameters);
    assert.deepEqual(after.parameters, anew.parameters);
  });

  it('give the same bytes whatever was retrained on the pool before', async () => {
    const pool = cloudPool({ size: 50, dimension: 4, classCount: 3, seed: 7 });
    const subsets = uniformSizeSubsets({ poolSize: 50, count: 9, minimumSize: 6, seed: 8, labels: pool.labels });
    const small = uniformSizeSubsets({ poolSize: 50, count: 2, maximumSize: 9, seed: 9, labels: pool.labels });
    const learner = logisticRegression();
    const alone = await learner.retrain({ ...pool }, subsets);
    await learner.retrain(pool, small);
    await logisticRegression({ C: 4 }).retrain(pool, small);
    const [first, second] = await Promise.all([learner.retrain(pool, subsets), learner.retrain(pool, subsets)]);
    assert.deepEqual(first.parameters, alone.parameters);
    assert.deepEqual(second.parameters, alone.parameters);
  });

  it('fall back to the twins where asked to, or where WebAssembly has no SIMD', () => {
    const module = new URL('../../../src/numerics/wasm-kernels.js', import.meta.url).href;
    const loads = (prelude: string, kernels?: string) =>
      execFileSync(
        process.execPath,
        [
          '--input-type=module',
          '-e',
          `${prelude}; const { wasmKernels } = await import('${module}'); console.log(!!wasmKernels());`,
        ],
        { encoding: 'utf8', env: { ...process.env, MODELPRED_KERNELS: kernels ?? '' } },
      ).trim();
    assert.equal(loads(''), 'true');
    assert.equal(loads('', 'plain'), 'false');
    assert.equal(loads('WebAssembly.validate = () => false'), 'false');
  });
});
