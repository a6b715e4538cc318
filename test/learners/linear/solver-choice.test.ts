import assert from 'node:assert/strict';
import { estimatedCosts } from '../../../src/learners/estimated-costs.js';
import { cheaperSolver, estimatedNanoseconds, type ProblemSize } from '../../../src/learners/linear/solver-choice.js';

const size = (pointCount: number, width: number, logitsPerPoint = 1): ProblemSize => ({
  pointCount,
  width,
  parameterCount: logitsPerPoint * width,
  loss: { logitsPerPoint },
});

describe('the choice of a solver', () => {
  it('takes Newton’s method where parameters are few, L-BFGS where they are many', () => {
    assert.equal(cheaperSolver(size(67, 5), 1e-6), 'Newton');
    assert.equal(cheaperSolver(size(300, 58), 1e-6), 'L-BFGS');
    assert.equal(cheaperSolver(size(500, 65, 10), 1e-6), 'L-BFGS');
  });

  it('leans to Newton’s method as the tolerance shrinks', () => {
    const ratio = (tolerance: number): number =>
      estimatedNanoseconds('Newton', size(300, 31), tolerance) /
      estimatedNanoseconds('L-BFGS', size(300, 31), tolerance);
    assert.ok(ratio(1e-4) > ratio(1e-8) && ratio(1e-8) > ratio(1e-12));
  });

  it('takes L-BFGS where the Gram matrices would need too much memory', () => {
    // 15 products of feature pairs of each point are too many numbers to hold, though few parameters are cheap.
    assert.equal(cheaperSolver(size(2_000_000, 5), 1e-12), 'L-BFGS');
  });

  it('estimates what parts of it cost: by the cheaper solver, less the less is asked, and nothing below its first evaluation', () => {
    const costs = estimatedCosts(size(300, 31));
    assert.ok(costs.chordDirection < costs.gradient && costs.gradient < costs.newtonDirection);
    assert.equal(costs.retraining(1e-3), estimatedNanoseconds('L-BFGS', size(300, 31), 1e-3));
    assert.ok(costs.retraining(0.1) > costs.retraining(1) && costs.retraining(1) > costs.gradient);
    assert.equal(costs.retraining(100), costs.retraining(1));
  });
});
