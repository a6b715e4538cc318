import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import {
  areaUnderRoc,
  bootstrap,
  bootstrapMean,
  bootstrapRatio,
  pearson,
  quantile,
  ranks,
  rocCurve,
  spearman,
} from '../../src/statistics/index.js';
import { estimateQuality, f1Score, relativeErrors } from '../../src/evaluation/index.js';
import { InputError } from '../../src/errors.js';
import { randomStream } from '../../src/numerics/random.js';

const finite = fc.double({ noNaN: true, min: -1e3, max: 1e3 });

describe('correlation', () => {
  it('gives the textbook values (Anscombe 1973, first set: r = 0.81642)', () => {
    const x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5];
    const y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
    assert.ok(Math.abs(pearson(x, y) - 0.81642) < 5e-6);
    // ρ = 1 − 6Σd²/(n(n²−1)) holds without ties.
    const rx = ranks(x);
    const ry = ranks(y);
    const squares = rx.reduce((sum, r, i) => sum + (r - ry[i]) ** 2, 0);
    assert.ok(Math.abs(spearman(x, y) - (1 - (6 * squares) / (11 * 120))) < 1e-12);
  });
  it('shares mean ranks among ties and is undefined for constants', () => {
    assert.deepEqual([...ranks([3, 1, 3, 2])], [3.5, 1, 3.5, 2]);
    assert.ok(Number.isNaN(pearson([0.1, 0.1, 0.1], [1, 2, 3])));
    assert.throws(() => pearson([1], [1, 2]), InputError);
  });
  it('ranks nothing beside NaN, which is neither above nor below', () => {
    assert.ok(ranks([3, NaN, 1]).every(Number.isNaN));
    assert.ok(Number.isNaN(spearman([1, 2, NaN, 4], [1, 2, 3, 4])));
  });
  it('Spearman does not change under increasing transformations', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: -500, max: 500 }), { minLength: 3, maxLength: 30 }),
        fc.integer(),
        (a, seed) => {
          const b = a.map((_, i) => randomStream(seed, i).uniform());
          assert.ok(
            Math.abs(
              spearman(a, b) -
                spearman(
                  a.map((v) => Math.exp(v / 100)),
                  b,
                ),
            ) < 1e-12,
          );
        },
      ),
    );
  });
});

describe('bootstrap', () => {
  it('quantiles interpolate between order statistics', () => {
    assert.equal(quantile([4, 1, 3, 2], 0.5), 2.5);
    assert.equal(quantile([1, 2, 3], 1), 3);
  });
  it('covers the true mean at about the stated rate', () => {
    let covered = 0;
    const trials = 200;
    for (let t = 0; t < trials; t++) {
      const stream = randomStream(5, 'coverage', t);
      const { low, high } = bootstrapMean(
        Array.from({ length: 60 }, () => stream.normal() + 2),
        { seed: t, resamples: 400 },
      );
      if (low <= 2 && 2 <= high) covered++;
    }
    // 0.95 nominal, slightly less for percentile intervals at n = 60; 0.90 is over four standard errors below.
    assert.ok(covered / trials > 0.89 && covered / trials < 0.99, `covered ${covered} of ${trials}`);
  });
  it('resamples pairs, leaves undefined draws out, and repeats with its seed', () => {
    const a = [1, 2, 3, 4];
    const statistic = (indices: Int32Array): number =>
      pearson(
        [...indices].map((i) => a[i]),
        [...indices].map((i) => 2 * a[i]),
      );
    const first = bootstrap({ units: 4, statistic, seed: 1 });
    assert.ok(Math.abs(first.low - 1) < 1e-12 && Math.abs(first.high - 1) < 1e-12);
    assert.deepEqual(bootstrap({ units: 4, statistic, seed: 1 }), first);
  });
  it('refuses coverages and numbers of resamples that are none', () => {
    for (const options of [{ level: 95 }, { level: 0 }, { level: NaN }, { resamples: 0 }, { resamples: 2.5 }])
      assert.throws(() => bootstrapMean([1, 2], { seed: 1, ...options }), InputError);
  });
  it('takes ratios of means, not means of ratios, over the same units', () => {
    const [above, below] = [
      [2, 0, 4],
      [1, 5, 2],
    ];
    const { value, low, high } = bootstrapRatio({ numerators: above, denominators: below, seed: 1 });
    assert.equal(value, 6 / 8);
    assert.ok(low === 0 && high === 2);
  });
  it('resamples alike whatever was resampled before, as drawing every unit anew does', () => {
    const anew = (values: readonly number[], seed: number): number[] => {
      const stream = randomStream(seed, 'bootstrap');
      return Array.from({ length: 50 }, () => {
        let sum = 0;
        for (let i = 0; i < values.length; i++) sum += values[stream.integer(values.length)];
        return sum / values.length;
      });
    };
    const task = fc.record({
      values: fc.array(finite, { minLength: 1, maxLength: 4 }),
      seed: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(task, { minLength: 1, maxLength: 6 }), (tasks) => {
        for (const { values, seed } of tasks) {
          const { low, high } = bootstrapMean(values, { seed, resamples: 50 });
          const expected = anew(values, seed);
          assert.deepEqual([low, high], [quantile(expected, (1 - 0.95) / 2), quantile(expected, 1 - (1 - 0.95) / 2)]);
          // A statistic may do with its indices what it likes.
          bootstrap({ units: values.length, statistic: (indices) => indices.fill(0)[0], seed, resamples: 50 });
        }
      }),
    );
  });
});

describe('quality of estimates', () => {
  it('is perfect for the errors themselves, and sees a common factor and what is missing', () => {
    const errors = Float64Array.of(1, 3, 2, 8);
    assert.deepEqual(estimateQuality(errors, errors), { spearman: 1, medianRatio: 1, missing: 0 });
    const half = errors.map((error) => error / 2);
    half[1] = NaN;
    const quality = estimateQuality(half, errors);
    assert.deepEqual([quality.medianRatio, quality.missing], [0.5, 0.25]);
    assert.ok(Math.abs(quality.spearman - 1) < 1e-12);
    assert.ok(estimateQuality(Float64Array.of(4, 3, 2, 1), [1, 2, 3, 4]).spearman < -0.99);
  });
});

describe('receiver operating characteristic', () => {
  const slowArea = (scores: number[], positive: boolean[]): number => {
    let sum = 0;
    let pairs = 0;
    scores.forEach((s, i) =>
      scores.forEach((t, j) => {
        if (positive[i] && !positive[j]) {
          pairs++;
          sum += s > t ? 1 : s === t ? 0.5 : 0;
        }
      }),
    );
    return sum / pairs;
  };
  const cases = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.boolean()), { minLength: 2, maxLength: 40 })
    .filter((items) => items.some(([, p]) => p) && items.some(([, p]) => !p));
  it('area equals the count over all pairs, ties half, and the area under the drawn curve', () => {
    fc.assert(
      fc.property(cases, (items) => {
        const scores = items.map(([s]) => s);
        const positive = items.map(([, p]) => p);
        const area = areaUnderRoc(scores, positive);
        assert.ok(Math.abs(area - slowArea(scores, positive)) < 1e-12);
        const curve = rocCurve(scores, positive);
        const trapezoids = curve
          .slice(1)
          .reduce(
            (sum, point, i) =>
              sum +
              ((point.truePositiveRate + curve[i].truePositiveRate) / 2) *
                (point.falsePositiveRate - curve[i].falsePositiveRate),
            0,
          );
        assert.ok(Math.abs(area - trapezoids) < 1e-12);
      }),
    );
  });
  it('refuses one kind only', () => {
    assert.throws(() => areaUnderRoc([1, 2], [true, true]), InputError);
  });
  it('is undefined with a score that is NaN, and refuses other numbers of scores than of cases', () => {
    assert.ok(Number.isNaN(areaUnderRoc([1, NaN, 0], [true, false, true])));
    assert.throws(() => rocCurve([1, NaN, 0], [true, false, true]), InputError);
    for (const of of [areaUnderRoc, rocCurve]) assert.throws(() => of([1, 2], [true, false, true]), InputError);
    assert.throws(() => f1Score([true], [true, false]), InputError);
  });
});

describe('relative parameter error', () => {
  it('is the norm of the difference over the norm of the truth, row by row', () => {
    assert.deepEqual(
      [
        ...relativeErrors({
          predicted: Float64Array.of(3, 4, 0, 0),
          retrained: Float64Array.of(0, 4, 0, 2),
          parameterCount: 2,
        }),
      ],
      [0.75, 1],
    );
    assert.throws(
      () => relativeErrors({ predicted: new Float64Array(3), retrained: new Float64Array(3), parameterCount: 2 }),
      InputError,
    );
  });
  it('does not depend on the scale of the parameters', () => {
    fc.assert(
      fc.property(
        fc.array(finite, { minLength: 2, maxLength: 6 }),
        fc.double({ noNaN: true, min: 0.1, max: 10 }),
        (theta, scale) => {
          fc.pre(theta.some((v) => Math.abs(v) > 1e-3));
          const off = theta.map((v) => v + 1);
          const [a] = relativeErrors({
            predicted: Float64Array.from(off),
            retrained: Float64Array.from(theta),
            parameterCount: theta.length,
          });
          const [b] = relativeErrors({
            predicted: Float64Array.from(off, (v) => v * scale),
            retrained: Float64Array.from(theta, (v) => v * scale),
            parameterCount: theta.length,
          });
          assert.ok(Math.abs(a - b) < 1e-9 * (1 + a));
        },
      ),
    );
  });
});
