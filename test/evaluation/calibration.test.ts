import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import {
  brierDecomposition,
  brierScores,
  calibrationBins,
  debiasedCalibrationError,
  debiasedSquaredCalibrationError,
  expectedCalibrationError,
  logLosses,
  topLabel,
  type Binning,
} from '../../src/evaluation/index.js';
import { mean, proportionInterval } from '../../src/statistics/index.js';
import { InputError } from '../../src/errors.js';
import { randomStream } from '../../src/numerics/random.js';

const close = (actual: number, expected: number, tolerance = 1e-12): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual}, expected ${expected}`);
const binnings: readonly Binning[] = ['equal width', 'equal mass'];

/** Forecasts and outcomes that come true with exactly the forecast probability, shifted by `bias`. */
function forecasts(count: number, seed: number, bias = 0) {
  const stream = randomStream(seed, 'forecasts');
  const values = Float64Array.from({ length: count }, () => 0.1 + 0.8 * stream.uniform());
  return { values, outcomes: values.map((p) => Number(stream.uniform() < p + bias)) };
}

function distribution(points: number, classCount: number, seed: number) {
  const stream = randomStream(seed, 'distribution');
  const probabilities = new Float64Array(points * classCount);
  const labels = new Uint8Array(points);
  for (let i = 0; i < points; i++) {
    const row = probabilities.subarray(i * classCount, (i + 1) * classCount);
    for (let k = 0; k < classCount; k++) row[k] = 0.05 + stream.uniform();
    const sum = row.reduce((a, b) => a + b);
    for (let k = 0; k < classCount; k++) row[k] /= sum;
    labels[i] = stream.integer(classCount);
  }
  return { probabilities, labels, classCount };
}

describe('calibration bins and errors', () => {
  it('of six forecasts, by hand', () => {
    const values = [0.1, 0.2, 0.5, 0.55, 0.9, 1];
    const outcomes = [0, 1, 0, 1, 1, 1];
    const byWidth = calibrationBins({ forecasts: values, outcomes, bins: 2 });
    assert.deepEqual(
      byWidth.map(({ count, from, to }) => [count, from, to]),
      [
        [3, 0, 0.5],
        [3, 0.5, 1],
      ],
    );
    close(byWidth[0].confidence, 0.8 / 3);
    close(byWidth[1].frequency, 1);
    close(expectedCalibrationError(byWidth), 0.5 * (1 / 3 - 0.8 / 3) + 0.5 * (1 - 2.45 / 3));
    const byMass = calibrationBins({ forecasts: values, outcomes, binning: 'equal mass', bins: 3 });
    assert.deepEqual(
      byMass.map(({ count, from, to }) => [count, from, to]),
      [
        [2, 0.1, 0.2],
        [2, 0.5, 0.55],
        [2, 0.9, 1],
      ],
    );
    close(
      debiasedSquaredCalibrationError(byMass),
      ((0.5 - 0.15) ** 2 - 0.25 + (0.5 - 0.525) ** 2 - 0.25 + (1 - 0.95) ** 2) / 3,
    );
  });

  it('leave no forecast out, and give 0 where every bin comes true as often as forecast', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom(...binnings),
        (values, bins, binning) => {
          const found = calibrationBins({ forecasts: values, outcomes: new Uint8Array(values.length), bins, binning });
          assert.equal(
            found.reduce((sum, { count }) => sum + count, 0),
            values.length,
          );
          for (const { from, to, confidence } of found)
            assert.ok(confidence >= from - 1e-9 && confidence <= to + 1e-9, `${confidence} in ${from} … ${to}`);
          // With outcomes all 0 the error is the mean forecast, whatever the bins.
          close(expectedCalibrationError(found), mean(values), 1e-9);
        },
      ),
    );
    const certain = calibrationBins({ forecasts: [0, 0, 1, 1], outcomes: [0, 0, 1, 1] });
    assert.equal(expectedCalibrationError(certain), 0);
    assert.equal(debiasedSquaredCalibrationError(certain), 0);
  });

  for (const binning of binnings)
    it(`with bias taken out are zero on average for calibrated forecasts, where the plain one is not (${binning})`, () => {
      const trials = Array.from({ length: 400 }, (_, seed) => {
        const { values, outcomes } = forecasts(150, seed);
        return calibrationBins({ forecasts: values, outcomes, binning });
      });
      const debiased = trials.map(debiasedSquaredCalibrationError);
      const error = Math.sqrt(mean(debiased.map((v) => v ** 2)) / debiased.length);
      assert.ok(Math.abs(mean(debiased)) < 3 * error, `${mean(debiased)} ± ${error}`);
      assert.ok(mean(trials.map(expectedCalibrationError)) > 0.05);
    });

  it('recover the size of a constant miscalibration', () => {
    const { values, outcomes } = forecasts(100_000, 1, 0.07);
    const bins = calibrationBins({ forecasts: values, outcomes });
    close(expectedCalibrationError(bins), 0.07, 0.005);
    close(debiasedCalibrationError(bins), 0.07, 0.005);
  });

  it('refuse unequal lists, no forecasts and no bins', () => {
    assert.throws(() => calibrationBins({ forecasts: [0.5], outcomes: [1, 0] }), InputError);
    assert.throws(() => calibrationBins({ forecasts: [], outcomes: [] }), InputError);
    assert.throws(() => calibrationBins({ forecasts: [0.5], outcomes: [1], bins: 0 }), InputError);
    for (const forecast of [NaN, -0.1, 1.5])
      assert.throws(() => calibrationBins({ forecasts: [forecast], outcomes: [1] }), InputError);
  });
});

describe('proper scores', () => {
  it('of two points, by hand', () => {
    const two = { probabilities: Float64Array.of(0.7, 0.3, 0.6, 0.4), labels: Uint8Array.of(0, 1), classCount: 2 };
    const losses = logLosses(two);
    close(losses[0], -Math.log(0.7));
    close(losses[1], -Math.log(0.4));
    const scores = brierScores(two);
    close(scores[0], 2 * 0.3 ** 2);
    close(scores[1], 2 * 0.6 ** 2);
    assert.deepEqual([...topLabel(two).confidences], [0.7, 0.6]);
    assert.deepEqual([...topLabel(two).correct], [1, 0]);
  });

  it('clip impossible labels, and refuse shapes that do not fit', () => {
    const certain = { probabilities: Float64Array.of(1, 0), labels: Uint8Array.of(1), classCount: 2 };
    close(logLosses(certain)[0], -Math.log(1e-12));
    assert.equal(brierScores(certain)[0], 2);
    assert.throws(() => logLosses({ ...certain, classCount: 3 }), InputError);
    assert.throws(() => brierScores({ ...certain, labels: new Uint8Array(0) }), InputError);
    assert.throws(() => brierScores({ ...certain, labels: Uint8Array.of(2) }), /A label is 2/);
    assert.throws(() => logLosses({ ...certain, probabilities: Float64Array.of(NaN, NaN) }), /Probability 0 is NaN/);
  });

  it('are least in expectation for the true probabilities', () => {
    const truth = [0.2, 0.5, 0.3];
    const expected = (score: (d: Parameters<typeof logLosses>[0]) => Float64Array, forecast: number[]): number =>
      truth.reduce(
        (sum, p, k) =>
          sum + p * score({ probabilities: Float64Array.from(forecast), labels: Uint8Array.of(k), classCount: 3 })[0],
        0,
      );
    for (const score of [logLosses, brierScores])
      for (const other of [
        [1 / 3, 1 / 3, 1 / 3],
        [0.1, 0.8, 0.1],
        [0.25, 0.45, 0.3],
      ])
        assert.ok(expected(score, truth) < expected(score, other));
  });
});

describe('decomposition of the Brier score', () => {
  it('has within-bin terms equal to their definition (Stephenson et al. 2008)', () => {
    const one = distribution(80, 3, 4);
    let withinBins = 0;
    for (let k = 0; k < 3; k++) {
      const own = [...one.labels.keys()].map((i) => ({
        f: one.probabilities[3 * i + k],
        o: Number(one.labels[i] === k),
      }));
      for (let bin = 1; bin <= 15; bin++) {
        const members = own.filter(({ f }) => Math.ceil(f * 15) === bin);
        const [f, o] = [mean(members.map((m) => m.f)), mean(members.map((m) => m.o))];
        for (const m of members) withinBins += ((m.f - f) ** 2 - 2 * (m.o - o) * (m.f - f)) / 80;
      }
    }
    close(brierDecomposition(one).withinBins, withinBins, 1e-12);
  });

  it('has no reliability term for base rates as forecasts, and no within-bin term for few distinct forecasts', () => {
    const labels = Uint8Array.from({ length: 40 }, (_, i) => Number(i % 4 === 0));
    const probabilities = Float64Array.from({ length: 80 }, (_, at) => (at % 2 === 1 ? 0.25 : 0.75));
    const { score, reliability, resolution, uncertainty, withinBins } = brierDecomposition({
      probabilities,
      labels,
      classCount: 2,
    });
    close(score, 2 * 0.25 * 0.75);
    close(uncertainty, score);
    for (const part of [reliability, resolution, withinBins]) close(part, 0);
  });

  it('is all resolution for certain and right forecasts', () => {
    const labels = Uint8Array.from([0, 1, 2, 2]);
    const probabilities = Float64Array.from({ length: 12 }, (_, at) => Number(labels[Math.floor(at / 3)] === at % 3));
    const { score, reliability, resolution, uncertainty } = brierDecomposition({
      probabilities,
      labels,
      classCount: 3,
    });
    close(score, 0);
    close(reliability, 0);
    close(resolution, uncertainty);
  });
});

describe('interval of a proportion', () => {
  it('is Wilson’s: 10 of 20 by the closed form, and inside [0, 1] at the ends', () => {
    const half = proportionInterval(10, 20);
    close(half.low, 0.299298, 1e-6);
    close(half.high, 0.700702, 1e-6);
    const none = proportionInterval(0, 5);
    assert.equal(none.low, 0);
    close(none.high, 1.959963984540054 ** 2 / (5 + 1.959963984540054 ** 2));
    assert.equal(proportionInterval(5, 5).high, 1);
    assert.throws(() => proportionInterval(1, 0), InputError);
  });

  it('covers the truth as often as it says, on average over shares (exact binomial sums)', () => {
    const n = 30;
    const coverages = Array.from({ length: 99 }, (_, s) => {
      const share = (s + 1) / 100;
      let coverage = 0;
      for (let hits = 0, chance = (1 - share) ** n; hits <= n; hits++) {
        const { low, high } = proportionInterval(hits, n);
        if (low <= share && share <= high) coverage += chance;
        chance *= ((n - hits) / (hits + 1)) * (share / (1 - share));
      }
      return coverage;
    });
    close(mean(coverages), 0.95, 0.01);
  });
});
