import assert from 'node:assert/strict';
import { cheaperSolver, estimatedNanoseconds, type ProblemSize } from '../../src/learners/solver-choice.js';

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
});
