import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  concatenate,
  datasetHash,
  loadDataset,
  selectClasses,
  takeRows,
  validateDataset,
  type Dataset,
} from '../../src/index.js';
import { anyDataset } from './helpers.js';

const small: Dataset = {
  name: 'small',
  size: 3,
  dimension: 2,
  features: Float64Array.of(1, 2, 3, 4, 5, 6),
  labels: Uint8Array.of(0, 1, 2),
  classes: ['a', 'b', 'c'],
  featureNames: ['x', 'y'],
};

describe('takeRows, selectClasses, concatenate', () => {
  it('takes rows in the order given, repeats included', () => {
    const taken = takeRows(small, [2, 0, 2]);
    assert.deepEqual([...taken.features], [5, 6, 1, 2, 5, 6]);
    assert.deepEqual([...taken.labels], [2, 0, 2]);
    assert.equal(taken.size, 3);
  });

  it('refuses rows there are not', () => {
    for (const row of [3, -1, 0.5, NaN])
      assert.throws(() => takeRows(small, [row]), {
        name: 'InputError',
        message: `Data set small has no row ${row}; its rows are 0 to 2.`,
      });
  });

  it('relabels selected classes in the order they are named', () => {
    const selected = selectClasses(small, ['c', 'a']);
    assert.deepEqual([...selected.labels], [1, 0]);
    assert.deepEqual([...selected.features], [1, 2, 5, 6]);
    assert.deepEqual(selected.classes, ['c', 'a']);
  });

  it('refuses unknown, repeated or too few classes', () => {
    assert.throws(() => selectClasses(small, ['a', 'd']), {
      message: 'Data set small has no class "d"; choose one of a, b, c.',
    });
    assert.throws(() => selectClasses(small, ['a', 'a']), /Cannot select the classes \[a, a\]/);
    assert.throws(() => selectClasses(small, ['a']), /name two or more/);
  });

  it('concatenating two complementary row selections in order gives the data set back', () =>
    fc.assert(
      fc.property(anyDataset(), fc.nat(), (dataset, cut) => {
        const at = cut % (dataset.size + 1);
        const rows = Array.from({ length: dataset.size }, (_, i) => i);
        const whole = concatenate(takeRows(dataset, rows.slice(0, at)), takeRows(dataset, rows.slice(at)));
        assert.deepEqual(whole, dataset);
      }),
    ));

  it('refuses to concatenate other features or classes', () => {
    assert.throws(() => concatenate(small, { ...small, featureNames: ['x', 'z'] }), /their features differ/);
    assert.throws(() => concatenate(small, { ...small, classes: ['a', 'c', 'b'] }), {
      message:
        'Cannot concatenate small with classes [a, b, c] and small with [a, c, b]; select the same classes in the same order.',
    });
  });
});

describe('validateDataset', () => {
  const cases: [string, Partial<Dataset>, string][] = [
    ['no points', { size: 0 }, 'has size 0; it needs at least one point.'],
    ['no features', { dimension: 0 }, 'has dimension 0; it needs at least one feature.'],
    ['features too short', { features: new Float64Array(5) }, 'has 5 feature values; 3 points × 2 features need 6.'],
    ['labels too short', { labels: new Uint8Array(2) }, 'has 2 labels for 3 points; give one for each.'],
    ['names too few', { featureNames: ['x'] }, 'has 1 feature names for 2 features; give one for each.'],
    ['one class', { classes: ['a'] }, 'has 1 classes; a classification needs 2 to 256.'],
    ['equal class names', { classes: ['a', 'b', 'a'] }, 'has two classes of the same name; make them distinct.'],
    [
      'label out of range',
      { labels: Uint8Array.of(0, 3, 1) },
      'has label 3 at row 1; labels are class indices 0 to 2.',
    ],
    [
      'NaN',
      { features: Float64Array.of(1, 2, 3, NaN, 5, 6) },
      'has the value NaN at row 1, feature y; drop the row or fill in a number.',
    ],
    [
      'infinity',
      { features: Float64Array.of(1, 2, 3, 4, -Infinity, 6) },
      'has the value -Infinity at row 2, feature x; drop the row or fill in a number.',
    ],
  ];
  for (const [what, change, sentence] of cases)
    it(`refuses: ${what}`, () => {
      assert.throws(() => validateDataset({ ...small, ...change }), {
        name: 'InputError',
        message: `Data set small ${sentence}`,
      });
    });

  it('returns a good data set', () => assert.equal(validateDataset(small), small));
});

describe('datasetHash', () => {
  it('is a recorded value for Iris, so it is the same on every machine', async () => {
    assert.equal(
      datasetHash(await loadDataset('iris')),
      '38248735ef365e41b3f15c896c7994be51ff782f1bcadace29b9c3967ba943b7',
    );
  });

  it('depends on features, labels, classes, shape and row order', () => {
    const variants: Dataset[] = [
      small,
      { ...small, features: Float64Array.of(1, 2, 3, 4, 5, 6.000000000000001) },
      { ...small, labels: Uint8Array.of(0, 1, 1) },
      { ...small, classes: ['a', 'b', 'd'] },
      { ...small, size: 2, dimension: 3 },
      takeRows(small, [0, 2, 1]),
    ];
    assert.equal(new Set(variants.map(datasetHash)).size, variants.length);
  });

  it('does not depend on names, nor on where the arrays lie in memory', () => {
    const padded = new Float64Array(8);
    padded.set(small.features, 1);
    const shared = new Float64Array(new SharedArrayBuffer(48));
    shared.set(small.features);
    for (const change of [
      { name: 'other' },
      { featureNames: ['u', 'v'] },
      { features: padded.subarray(1, 7) },
      { features: shared },
    ])
      assert.equal(datasetHash({ ...small, ...change }), datasetHash(small));
  });
});
