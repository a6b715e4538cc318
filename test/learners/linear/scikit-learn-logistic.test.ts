import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { ReferenceSplitName } from '../../../src/data/reference-split.js';
import { logisticRegression } from '../../../src/learners/linear/logistic-regression.js';
import { subsetSizes, subsetsFromMembers } from '../../../src/subsets/subsets.js';
import { naiveGradient } from './reference-logistic.js';
import { referencePool } from './reference-pool.js';

interface Fixture {
  readonly cases: readonly {
    readonly split: ReferenceSplitName;
    readonly scaling: string;
    readonly C: number;
    /** How far scikit-learn's two solvers differ from each other. */
    readonly solversApart: number;
    readonly models: readonly {
      readonly members: readonly number[];
      readonly lbfgs: readonly number[];
      readonly newtonCholesky: readonly number[];
    }[];
  }[];
}

// The compiled test runs from dist/test/learners.
const fixture = new URL('../../../../test/fixtures/logistic-regression.json', import.meta.url);
const { cases } = JSON.parse(await readFile(fixture, 'utf8')) as Fixture;

describe('exact retraining against scikit-learn', () => {
  for (const { split, scaling, C, solversApart, models } of cases) {
    it(`${split}, ${scaling}, C = ${C}: ${models.length} subsets`, async function () {
      this.timeout(60_000);
      const pool = await referencePool(split, scaling);
      const subsets = subsetsFromMembers(
        pool.size,
        models.map(({ members }) => members),
      );
      const sizes = subsetSizes(subsets);
      const trained = await logisticRegression({ C }).retrain(pool, subsets, { tolerance: 1e-10 });
      models.forEach(({ lbfgs, newtonCholesky }, b) => {
        const p = trained.parameterCount;
        const theta = trained.parameters.subarray(b * p, (b + 1) * p);
        // On digits lbfgs stops 2e-5 away from scikit-learn's own Newton solver.
        assert.ok(largestDifference(theta, lbfgs) <= Math.max(1e-5, solversApart + 1e-6), `subset ${b}: lbfgs`);
        assert.ok(largestDifference(theta, newtonCholesky) <= 1e-6, `subset ${b}: newton-cholesky`);
        const weights = subsets.weights.subarray(b * pool.size, (b + 1) * pool.size);
        const gradient = naiveGradient(pool, weights, theta, C);
        assert.ok(Math.max(...gradient.map(Math.abs)) / (C * sizes[b]) <= 1e-9, `residual of subset ${b}`);
      });
    });
  }
});

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length);
  return Math.max(...Array.from(a, (value, j) => Math.abs(value - b[j])));
}
