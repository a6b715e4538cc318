import { strict as assert } from 'node:assert';
import { claimsAbout, optimalityClaim, verdictOf, type Bounds } from '../../src/experiments/common/claims.js';

describe('the rule for verdicts', () => {
  const cases: readonly [Bounds, number, number, string][] = [
    [{ above: 0 }, 0.1, 0.3, 'holds'],
    [{ above: 0 }, -0.1, 0.3, 'undecided'],
    [{ above: 0 }, -0.3, -0.1, 'does not hold'],
    [{ above: 0 }, 0, 0, 'does not hold'],
    [{ atLeast: 0 }, 0, 0, 'holds'],
    [{ below: 1 }, 0.2, 0.9, 'holds'],
    [{ below: 1 }, 0.2, 1.1, 'undecided'],
    [{ below: 1 }, 1, 2, 'does not hold'],
    [{ atMost: 1 }, 0.5, 1, 'holds'],
    [{ atMost: 1 }, 1, 2, 'undecided'],
    [{ atLeast: -1, atMost: 1 }, -0.5, 0.5, 'holds'],
    [{ atLeast: -1, atMost: 1 }, -2, 2, 'undecided'],
    [{ atLeast: -1, atMost: 1 }, 2, 3, 'does not hold'],
    [{ atLeast: 0.96 }, NaN, NaN, 'does not hold'],
  ];
  for (const [bounds, low, high, expected] of cases) {
    it(`${JSON.stringify(bounds)} on ${low} to ${high}: ${expected}`, () => {
      assert.equal(verdictOf({ low, high }, bounds), expected);
    });
  }

  it('needs the interval of a measured number, and takes a single number for itself', () => {
    const check = { id: 'x', statement: 'It is so.', unit: 'a number', holds: { atLeast: 0.96 } };
    const claim = claimsAbout({});
    assert.equal(claim({ ...check, measured: { value: 0.97, low: 0.95, high: 0.99 } }).verdict, 'undecided');
    assert.equal(claim({ ...check, measured: 0.97 }).verdict, 'holds');
  });

  it('fails on a tampered residual', () => {
    const claim = optimalityClaim([{ largestResidual: 2e-8, retrainedModels: 3 }], (count) => `All ${count} models`);
    assert.equal(claim.verdict, 'does not hold');
  });
});
