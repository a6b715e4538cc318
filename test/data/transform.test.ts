import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  applyScaling,
  divideBy,
  fitScaling,
  flipLabels,
  loadDataset,
  log1p,
  oneHot,
  takeRows,
  type Dataset,
  type Scaling,
} from '../../src/index.js';
import { anyDataset } from './helpers.js';

function column(dataset: Dataset, k: number): number[] {
  return Array.from(dataset.features.filter((_, index) => index % dataset.dimension === k));
}
function mean(values: number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
function rowNorms(dataset: Dataset): number[] {
  return Array.from({ length: dataset.size }, (_, i) =>
    Math.hypot(...dataset.features.subarray(i * dataset.dimension, (i + 1) * dataset.dimension)),
  );
}
const near = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected} ± ${tolerance}`);
// Whole multiples of 1/64 up to 1000: no denormal spreads, where relative rounding is no longer small.
const values = fc.integer({ min: -64_000, max: 64_000 }).map((value) => value / 64);

describe('scaling', () => {
  it('standardise: mean 0, deviation 1, constant features 0', () =>
    fc.assert(
      fc.property(anyDataset({ values }), (dataset) => {
        const scaled = applyScaling(fitScaling(dataset, 'standardise'), dataset);
        for (let k = 0; k < dataset.dimension; k++) {
          const before = column(dataset, k);
          const after = column(scaled, k);
          if (new Set(before).size === 1) {
            assert.ok(after.every((value) => value === 0));
            continue;
          }
          near(mean(after), 0, 1e-9);
          near(mean(after.map((value) => value ** 2)), 1, 1e-9);
        }
      }),
    ));

  it('standardise: does not depend on shift and scale of the features', () =>
    fc.assert(
      fc.property(
        anyDataset({ values }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: -50, max: 50 }),
        (dataset, a, b) => {
          const moved = { ...dataset, features: dataset.features.map((value) => a * value + b) };
          const [first, second] = [dataset, moved].map(
            (set) => applyScaling(fitScaling(set, 'standardise'), set).features,
          );
          first.forEach((value, k) => near(second[k], value, 1e-7));
        },
      ),
    ));

  it('standardise: is exactly 0 for a constant that a mean would miss by rounding', () => {
    const dataset: Dataset = {
      name: 'tenths',
      size: 10,
      dimension: 1,
      features: new Float64Array(10).fill(0.1),
      labels: new Uint8Array(10),
      classes: ['a', 'b'],
      featureNames: ['x'],
    };
    assert.deepEqual(fitScaling(dataset, 'standardise'), { kind: 'standardise', shift: [0.1], scale: [1] });
  });

  const oneColumn = (...values: number[]): Dataset => ({
    name: 'one column',
    size: values.length,
    dimension: 1,
    features: Float64Array.from(values),
    labels: new Uint8Array(values.length),
    classes: ['a', 'b'],
    featureNames: ['x'],
  });

  it('refuses values whose squares overflow, and what is not finite, by name', () => {
    for (const kind of ['standardise', 'max-norm'] as const) {
      for (const bad of [1e200, -1.7e308, NaN, Infinity]) {
        assert.throws(
          () => fitScaling(oneColumn(1, bad, 2), kind),
          new RegExp(
            `one column: row 1 has ${String(bad).replace('+', '\\+')} as "x"; values must be finite and below 1e150`,
          ),
        );
      }
    }
  });

  it('standardise: values equal up to rounding are as good as constant, others are standardised however small', () => {
    for (const base of [1, -0.3, 1e16, 12345.678, 1e-200, 1e140]) {
      const next = base + Math.abs(base) * Number.EPSILON;
      assert.notEqual(next, base);
      for (const columnOf of [
        [base, next, base],
        [next, base, base, base, next],
      ]) {
        const dataset = oneColumn(...columnOf);
        for (const value of applyScaling(fitScaling(dataset, 'standardise'), dataset).features) near(value, 0, 1e-14);
      }
    }
    for (const size of [1e-300, 1e-160, 1e-100, 1, 1e140]) {
      const dataset = oneColumn(size, -size, size, -size);
      const { features } = applyScaling(fitScaling(dataset, 'standardise'), dataset);
      features.forEach((value, k) => near(value, k % 2 === 0 ? 1 : -1, 1e-12));
    }
  });

  it('standardise: population deviation, as scikit-learn (Iris)', async () => {
    const { shift, scale } = fitScaling(await loadDataset('iris'), 'standardise');
    // StandardScaler of scikit-learn 1.9.1: mean_ and scale_.
    [5.843333333333334, 3.0573333333333337, 3.758, 1.1993333333333336].forEach((value, k) =>
      near(shift[k], value, 1e-12),
    );
    [0.8253012917851409, 0.43441096773549437, 1.7594040657753032, 0.7596926279021594].forEach((value, k) =>
      near(scale[k], value, 1e-12),
    );
  });

  it('max-norm: the longest row has length 1, directions and ratios stay', () =>
    fc.assert(
      fc.property(anyDataset({ values }), (dataset) => {
        const scaled = applyScaling(fitScaling(dataset, 'max-norm'), dataset);
        const largest = Math.max(...rowNorms(dataset));
        near(Math.max(...rowNorms(scaled)), largest === 0 ? 0 : 1, 1e-12);
        scaled.features.forEach((value, k) => near(value * (largest || 1), dataset.features[k], 1e-9));
      }),
    ));

  it('none changes nothing', async () => {
    const iris = await loadDataset('iris');
    assert.deepEqual(applyScaling(fitScaling(iris, 'none'), iris), iris);
  });

  it('survives JSON, applies to other points, and leaves its input alone', async () => {
    const iris = await loadDataset('iris');
    const [train, test] = [takeRows(iris, [0, 60, 120]), takeRows(iris, [1, 2])];
    const before = test.features.slice();
    const scaling = fitScaling(train, 'standardise');
    const stored = JSON.parse(JSON.stringify(scaling)) as Scaling;
    const scaled = applyScaling(stored, test);
    assert.deepEqual(scaled, applyScaling(scaling, test));
    near(scaled.features[4], (4.7 - scaling.shift[0]) / scaling.scale[0], 1e-15);
    assert.deepEqual(test.features, before);
  });

  it('refuses other dimensions, kinds and empty data', async () => {
    const [iris, wine] = [await loadDataset('iris'), await loadDataset('wine')];
    assert.throws(() => applyScaling(fitScaling(iris, 'none'), wine), {
      name: 'InputError',
      message: 'A scaling of 4 features does not fit wine, which has 13; fit it to data with the same features.',
    });
    assert.throws(
      () => fitScaling(iris, 'minmax' as 'none'),
      /There is no scaling "minmax"; choose one of standardise/,
    );
    assert.throws(
      () => fitScaling(takeRows(iris, []), 'standardise'),
      /Cannot fit a scaling to iris: it has no points/,
    );
  });

  it('log1p and divideBy', async () => {
    const iris = await loadDataset('iris');
    near(log1p(iris).features[0], Math.log(6.1), 1e-15);
    assert.equal(divideBy(iris, 2).features[0], 2.55);
    const negative = { ...iris, features: iris.features.map((value, k) => (k === 6 ? -0.5 : value)) };
    assert.throws(() => log1p(negative), {
      message:
        'log1p needs values of at least 0, but iris has -0.5 at row 1, feature petal_length_cm; standardise it instead.',
    });
    for (const divisor of [0, -1, NaN, Infinity])
      assert.throws(() => divideBy(iris, divisor), {
        message: `Cannot divide iris by ${divisor}; give a number above 0.`,
      });
  });
});

describe('oneHot', () => {
  it('has one 1 per row, at the label', () =>
    fc.assert(
      fc.property(fc.array(fc.nat(4)), (labels) => {
        const encoded = oneHot(labels, 5);
        assert.equal(encoded.length, labels.length * 5);
        labels.forEach((label, i) =>
          assert.deepEqual(
            Array.from(encoded.subarray(i * 5, i * 5 + 5)),
            [0, 1, 2, 3, 4].map((k) => Number(k === label)),
          ),
        );
      }),
    ));

  it('refuses labels that are no class', () => {
    assert.throws(() => oneHot([0, 3], 3), { message: 'Label 3 at row 1 is not a class index; they are 0 to 2.' });
  });
});

describe('flipLabels', () => {
  it('changes exactly the recorded labels, each to another class, and nothing else', () =>
    fc.assert(
      fc.property(anyDataset(), fc.nat(), fc.integer(), (dataset, amount, seed) => {
        const count = amount % (dataset.size + 1);
        const result = flipLabels(dataset, { count, seed });
        const changed = Array.from(dataset.labels.keys()).filter((i) => result.dataset.labels[i] !== dataset.labels[i]);
        assert.equal(changed.length, count);
        assert.deepEqual(changed, Array.from(result.flipped));
        assert.ok(result.dataset.labels.every((label) => label < dataset.classes.length));
        const restored = result.dataset.labels.slice();
        result.flipped.forEach((row, i) => (restored[row] = result.originalLabels[i]));
        assert.deepEqual({ ...result.dataset, labels: restored }, dataset);
      }),
    ));

  it('draws rows and new classes uniformly', async () => {
    const points = takeRows(await loadDataset('iris'), [0, 1, 50, 100]);
    const draws = 3000;
    const newClasses = [0, 0, 0];
    const rows = [0, 0, 0, 0];
    for (let seed = 0; seed < draws; seed++) {
      const { dataset, flipped } = flipLabels(points, { count: 1, seed });
      rows[flipped[0]]++;
      if (flipped[0] === 2) newClasses[dataset.labels[2]]++;
    }
    // Six standard deviations of Binomial(3000, 1/4), and of Binomial(n, 1/2) for the new class of row 2.
    for (const count of rows) near(count, draws / 4, 6 * Math.sqrt((draws * 3) / 16));
    assert.equal(newClasses[1], 0);
    near(newClasses[0], rows[2] / 2, 6 * Math.sqrt(rows[2] / 4));
  });

  it('takes a fraction, and the same seed gives the same flips', async () => {
    const iris = await loadDataset('iris');
    const once = flipLabels(iris, { fraction: 0.1, seed: 4 });
    assert.equal(once.flipped.length, 15);
    assert.deepEqual(flipLabels(iris, { fraction: 0.1, seed: 4 }), once);
    assert.notDeepEqual(flipLabels(iris, { fraction: 0.1, seed: 5 }).flipped, once.flipped);
  });

  it('refuses impossible amounts', async () => {
    const iris = await loadDataset('iris');
    assert.throws(() => flipLabels(iris, { fraction: 10, seed: 1 }), {
      message: 'Cannot flip a fraction of 10 of the labels of iris; give a number from 0 to 1.',
    });
    for (const count of [-1, 151, 1.5])
      assert.throws(() => flipLabels(iris, { count, seed: 1 }), {
        message: `Cannot flip ${count} labels of iris; give a whole number from 0 to 150.`,
      });
  });
});
