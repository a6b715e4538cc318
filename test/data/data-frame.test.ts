import assert from 'node:assert/strict';
import * as dfd from 'danfojs-node';
import { fromDataFrame, takeRows, toDataFrame } from '../../src/index.js';

describe('data frames of danfojs', () => {
  const frame = new dfd.DataFrame(
    [
      ['7', 1.5, 'red', true, 'a'],
      ['8', 2, 'blue', false, 'b'],
      ['9', NaN, 'red', true, 'b'],
      ['10', -3, 'red', false, 'a'],
    ],
    { columns: ['id', 'x', 'colour', 'flag', 'kind'] },
  );
  const options = { label: 'kind', identifier: 'id', missing: 'drop' as const, onNotice: () => undefined };

  it('become data sets whose points know their rows', () => {
    const pool = fromDataFrame(frame, options);
    assert.deepEqual(pool.featureNames, ['x', 'colour=blue', 'colour=red', 'flag=false', 'flag=true']);
    assert.deepEqual([...pool.features.subarray(0, 5)], [1.5, 0, 1, 0, 1]);
    assert.deepEqual([...pool.rows.lines], [1, 2, 4]);
    assert.deepEqual(pool.reading.dropped, [{ line: 3, reason: 'no value in column x ("NaN")' }]);
    assert.throws(
      () => fromDataFrame(frame, { ...options, missing: 'refuse' }),
      /Row 3 of data frame has no value in column x/,
    );
    assert.throws(() => fromDataFrame(frame, { ...options, lable: 'kind' } as typeof options), /no option "lable"/);
  });

  it('are made of data sets, with results joined to their rows', () => {
    const pool = takeRows(fromDataFrame(frame, options), [2, 0]);
    const back = toDataFrame(pool, { DataFrame: dfd.DataFrame, columns: { label_score: [0.25, 0.75] } });
    assert.deepEqual(back.columns, ['line', 'identifier', ...pool.featureNames, 'label', 'label_score']);
    assert.deepEqual(back.values, [
      [4, '10', -3, 0, 1, 1, 0, 'a', 0.25],
      [1, '7', 1.5, 0, 1, 0, 1, 'a', 0.75],
    ]);
    const few = { DataFrame: dfd.DataFrame, columns: { label_score: [1] } };
    assert.throws(() => toDataFrame(pool, few), /Column label_score has 1 values for the 2 points/);
  });
});
