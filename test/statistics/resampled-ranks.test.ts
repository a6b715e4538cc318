import assert from 'node:assert/strict';
import fc from 'fast-check';
import { InputError } from '../../src/errors.js';
import { areaUnderRoc, resampledArea, resampledSpearman, spearman } from '../../src/statistics/index.js';

/** Lists of small numbers, so that ties are common, with a resample of their units. */
const resamples = fc.integer({ min: 2, max: 12 }).chain((n) =>
  fc.record({
    a: fc.array(fc.integer({ min: -3, max: 3 }), { minLength: n, maxLength: n }),
    b: fc.array(fc.integer({ min: -3, max: 3 }), { minLength: n, maxLength: n }),
    positive: fc.array(fc.boolean(), { minLength: n, maxLength: n }),
    indices: fc
      .array(fc.integer({ min: 0, max: n - 1 }), { minLength: n, maxLength: n })
      .map((drawn) => Int32Array.from(drawn)),
  }),
);
const agree = (actual: number, expected: number): boolean =>
  Number.isNaN(expected) ? Number.isNaN(actual) : Math.abs(actual - expected) < 1e-12;

describe('ranks of resamples', () => {
  it('give the Spearman correlation of the resampled lists', () => {
    fc.assert(
      fc.property(resamples, ({ a, b, indices }) => {
        const expected = spearman(
          Array.from(indices, (i) => a[i]),
          Array.from(indices, (i) => b[i]),
        );
        assert.ok(agree(resampledSpearman(a, b)(indices), expected));
      }),
    );
    assert.throws(() => resampledSpearman([1], [1, 2]), InputError);
    assert.ok(Number.isNaN(resampledSpearman([1, NaN, 3], [1, 2, 3])(Int32Array.of(0, 1, 2))));
  });
  it('give the area under the receiver operating characteristic of the resampled cases', () => {
    fc.assert(
      fc.property(resamples, ({ a, positive, indices }) => {
        const kinds = Array.from(indices, (i) => positive[i]);
        const bothKinds = kinds.includes(true) && kinds.includes(false);
        const scores = Array.from(indices, (i) => a[i]);
        assert.ok(agree(resampledArea(a, positive)(indices), bothKinds ? areaUnderRoc(scores, kinds) : NaN));
      }),
    );
    assert.throws(() => resampledArea([1], [true, false]), InputError);
    assert.ok(Number.isNaN(resampledArea([1, NaN, 3], [true, false, true])(Int32Array.of(0, 1, 2))));
  });
});
