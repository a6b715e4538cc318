import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { referenceSplit, type ReferenceSplitName } from '../../src/data/reference-split.js';
import { applyScaling, fitScaling, type ScalingKind } from '../../src/data/scaling.js';
import { log1p } from '../../src/data/index.js';
import { relativeErrors } from '../../src/evaluation/parameter-error.js';
import { logisticRegression } from '../../src/learners/linear/logistic-regression.js';
import { lbfgsPredictor, sizeAwareChordPredictor, sizeAwareNewtonPredictor } from '../../src/prediction/index.js';
import { subsetsFromMembers } from '../../src/subsets/index.js';

const fixture = new URL('../../../test/fixtures/second-order.json', import.meta.url);

/** Written by scripts/reference/make_second_order.py. */
const { examples } = JSON.parse(readFileSync(fixture, 'utf8')) as {
  readonly examples: readonly {
    split: ReferenceSplitName;
    scaling: ScalingKind | 'log1p, standardise';
    /** Pool indices. */
    subsets: number[][];
    /** Relative parameter errors by method. */
    errors: Record<'chord 1' | 'chord 3' | 'Newton 1' | 'Newton 2' | 'L-BFGS 4', number[]>;
  }[];
};

describe('predictors from the size path, against NumPy', function () {
  this.timeout(20_000);
  for (const { split, scaling, subsets: members, errors } of examples) {
    it(`err on subsets of ${split} by as much`, async () => {
      const { train } = await referenceSplit(split);
      const raw = scaling.startsWith('log1p') ? log1p(train) : train;
      const pool = applyScaling(fitScaling(raw, scaling === 'max-norm' ? 'max-norm' : 'standardise'), raw);
      const learner = logisticRegression({ C: 1 });
      const subsets = subsetsFromMembers(pool.size, members);
      const { parameters } = await learner.retrain(pool, subsets, { tolerance: 1e-11 });
      const predictors = {
        'chord 1': sizeAwareChordPredictor({ pool, learner, steps: 1 }),
        'chord 3': sizeAwareChordPredictor({ pool, learner, steps: 3 }),
        'Newton 1': sizeAwareNewtonPredictor({ pool, learner, steps: 1 }),
        'Newton 2': sizeAwareNewtonPredictor({ pool, learner, steps: 2 }),
        'L-BFGS 4': lbfgsPredictor({ pool, learner, iterations: 4 }),
      };
      for (const [method, expected] of Object.entries(errors) as [keyof typeof predictors, number[]][]) {
        const predicted = await predictors[method].predict(subsets);
        const actual = relativeErrors({
          predicted,
          retrained: parameters,
          parameterCount: learner.parameterCount(pool),
        });
        expected.forEach((error, b) => {
          const close = Math.abs(actual[b] - error) <= 1e-4 * error + 1e-6;
          assert.ok(close, `${method}, subset ${b}: ${actual[b]}, not ${error}`);
        });
      }
    });
  }
});
