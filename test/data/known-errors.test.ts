import assert from 'node:assert/strict';
import fc from 'fast-check';
import { conflictingLabels, datasetNames, knownErrors, loadDataset, readSidecar, takeRows } from '../../src/index.js';
import { anyDataset } from './helpers.js';

describe('known errors', () => {
  it('of spambase are the rows that its description names, at least half of them wrong', async () => {
    const { dataset, errors } = await knownErrors('spambase');
    const sidecar = await readSidecar('spambase');
    const rows = errors.flatMap((error) => error.rows);
    assert.deepEqual(
      [...rows].sort((a, b) => a - b),
      'conflictingLabelRows' in sidecar ? sidecar.conflictingLabelRows : [],
    );
    assert.deepEqual(
      errors.map(({ wrong }) => wrong),
      [1, 1, 1],
    );
    for (const { rows: pair } of errors) {
      const { features, labels, dimension } = takeRows(dataset, pair);
      assert.deepEqual(features.subarray(0, dimension), features.subarray(dimension));
      assert.notEqual(labels[0], labels[1]);
    }
  });

  it('of iris are the two rows of the UCI file, nothing else changed', async () => {
    const { dataset, errors } = await knownErrors('iris');
    assert.deepEqual(
      errors.map(({ rows, kind }) => [...rows, kind]),
      [
        [34, 'wrong features'],
        [37, 'wrong features'],
      ],
    );
    const own = await loadDataset('iris');
    const different = [...own.features.keys()].filter((at) => own.features[at] !== dataset.features[at]);
    // Fisher: 4.9, 3.1, 1.5, 0.2 and 4.9, 3.6, 1.4, 0.1.
    assert.deepEqual(different, [34 * 4 + 3, 37 * 4 + 1, 37 * 4 + 2]);
    assert.deepEqual(
      different.map((at) => own.features[at]),
      [0.2, 3.6, 1.4],
    );
    assert.deepEqual(
      different.map((at) => dataset.features[at]),
      [0.1, 3.1, 1.5],
    );
    assert.deepEqual(dataset.labels, own.labels);
  });

  it('of first names include every name of both lists; other tables have none', async () => {
    const { errors } = await knownErrors('first_names');
    const rows = new Set(errors.flatMap((error) => error.rows));
    const sidecar = await readSidecar('first_names');
    for (const row of 'conflictingLabelRows' in sidecar ? sidecar.conflictingLabelRows : []) assert.ok(rows.has(row));
    assert.ok(rows.size >= 838, '419 names in both lists');
    for (const name of datasetNames.filter((other) => !['spambase', 'first_names', 'iris'].includes(other)))
      assert.equal((await knownErrors(name)).errors.length, 0, name);
  });

  it('finds a conflict exactly where two rows of the same features differ in label', () =>
    fc.assert(
      fc.property(anyDataset({ values: fc.integer({ min: 0, max: 1 }) }), ({ ...dataset }) => {
        const { size, dimension, features, labels } = dataset;
        const key = (row: number): string => features.subarray(row * dimension, (row + 1) * dimension).join();
        const expected = Array.from({ length: size }, (_, a) => a).filter((a) =>
          Array.from({ length: size }, (_, b) => b).some((b) => key(a) === key(b) && labels[a] !== labels[b]),
        );
        const found = conflictingLabels(dataset);
        // Rows of a group that all others of it agree with are in the group too.
        assert.deepEqual(
          found.flat().sort((a, b) => a - b),
          expected,
        );
      }),
    ));
});
