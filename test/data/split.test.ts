import assert from 'node:assert/strict';
import fc from 'fast-check';
import { loadDataset, randomSplit, stratifiedSplit, takeRows, type Dataset } from '../../src/index.js';
import { anyDataset } from './helpers.js';

function counts(dataset: Dataset): number[] {
  return dataset.classes.map((_, k) => dataset.labels.filter((label) => label === k).length);
}

for (const split of [randomSplit, stratifiedSplit])
  describe(split.name, () => {
    it('parts are disjoint, together all rows, and hold the points of their rows', () =>
      fc.assert(
        fc.property(anyDataset({ perClass: 4 }), fc.integer(), (dataset, seed) => {
          const { train, test, trainRows, testRows } = split(dataset, { train: 0.5, seed });
          const all = [...trainRows, ...testRows].sort((a, b) => a - b);
          assert.deepEqual(
            all,
            Array.from({ length: dataset.size }, (_, i) => i),
          );
          assert.equal(train.size, Math.round(dataset.size / 2));
          assert.deepEqual(train, takeRows(dataset, trainRows));
          assert.deepEqual(test, takeRows(dataset, testRows));
        }),
      ));

    it('the same seed gives the same rows, another seed others', async () => {
      const iris = await loadDataset('iris');
      const rows = (seed: number): number[] => Array.from(split(iris, { train: 100, test: 30, seed }).trainRows);
      assert.deepEqual(rows(7), rows(7));
      assert.notDeepEqual(rows(7), rows(8));
    });

    it('reads sizes as counts or fractions', async () => {
      const iris = await loadDataset('iris');
      const sizes = (train: number, test?: number): number[] => {
        const parts = split(iris, { train, test, seed: 1 });
        return [parts.train.size, parts.test.size];
      };
      assert.deepEqual(sizes(90), [90, 60]);
      assert.deepEqual(sizes(0.6), [90, 60]);
      assert.deepEqual(sizes(90, 30), [90, 30]);
      assert.deepEqual(sizes(0.6, 0.2), [90, 30]);
    });

    it('refuses sizes that do not fit', async () => {
      const iris = await loadDataset('iris');
      for (const train of [0, -1, 1.5, NaN, 0.001])
        assert.throws(() => split(iris, { train, seed: 1 }), {
          name: 'InputError',
          message:
            `Cannot split iris (150 points) with train = ${train}; give a count of at least 1, or a fraction between 0 and 1 ` +
            'that comes to at least one point.',
        });
      assert.throws(() => split(iris, { train: 100, test: 51, seed: 1 }), {
        message: 'Cannot split iris (150 points) into 100 training and 51 test points; ask for fewer.',
      });
      assert.throws(() => split(iris, { train: 150, seed: 1 }), /into 150 training and 1 test points; ask for fewer/);
    });

    it('every row is equally likely to be in the training part', async () => {
      const points = takeRows(await loadDataset('iris'), [0, 1, 2, 3, 50, 51, 52, 53, 100, 101, 102, 103]);
      const draws = 2000;
      const chosen = new Array<number>(points.size).fill(0);
      for (let seed = 0; seed < draws; seed++)
        for (const row of split(points, { train: 6, seed }).trainRows) chosen[row]++;
      // Binomial(2000, 1/2): standard deviation 22.4; six of them leave a false alarm of 2e-8 over the 12 rows.
      for (const count of chosen) assert.ok(Math.abs(count - draws / 2) < 6 * 22.4, `${count}`);
    });
  });

describe('stratifiedSplit', () => {
  it('gives each part floor or ceil of its share of every class', () =>
    fc.assert(
      fc.property(anyDataset({ perClass: 6 }), fc.integer(), (dataset, seed) => {
        const size = Math.ceil(dataset.size / 2);
        const { train, test } = stratifiedSplit(dataset, { train: size, test: Math.floor(dataset.size / 4), seed });
        const all = counts(dataset);
        const trained = counts(train);
        const rest = all.map((count, k) => count - trained[k]);
        const left = dataset.size - size;
        trained.forEach((count, k) => assert.ok(Math.abs(count - (all[k] * size) / dataset.size) < 1));
        counts(test).forEach((count, k) => assert.ok(Math.abs(count - (rest[k] * test.size) / left) < 1));
      }),
    ));

  it('keeps exact proportions where they are whole', async () => {
    const { train, test } = stratifiedSplit(await loadDataset('iris'), { train: 90, test: 30, seed: 3 });
    assert.deepEqual(
      [counts(train), counts(test)],
      [
        [30, 30, 30],
        [10, 10, 10],
      ],
    );
  });

  it('refuses a training part too small for a class', async () => {
    const iris = await loadDataset('iris');
    assert.throws(() => stratifiedSplit(iris, { train: 2, seed: 1 }), {
      message:
        'A stratified training part of 2 from iris would hold none of the 50 points of class virginica; make it larger, or ' +
        'leave that class out with selectClasses.',
    });
  });
});
