import assert from 'node:assert/strict';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { readDataset, type ReadDataset, type ReadDatasetOptions } from '../../src/index.js';
import { temporaryFile } from './helpers.js';

function read(
  name: string,
  content: string | Uint8Array,
  options: Partial<ReadDatasetOptions> = {},
): Promise<ReadDataset> {
  return readDataset(temporaryFile(name, content), { label: 'y', onNotice: () => undefined, ...options });
}

function rowsOf({ features, dimension, size }: ReadDataset): number[][] {
  return Array.from({ length: size }, (_, i) => [...features.subarray(i * dimension, (i + 1) * dimension)]);
}

describe('JSON lines', () => {
  it('keys in any order, keys that are lacking, null, escapes, truth values and exact digits', async () => {
    const lines = [
      '{"x": 1.50, "c": "r\\u00fcd", "big": 9007199254740993, "flag": true, "y": "a"}',
      '',
      '{"y": "b", "c": "blue", "x": -2e1, "big": 9007199254740992, "flag": false}',
      '{"x": 3, "y": "a", "c": null, "big": 1, "flag": true}',
      '{"x": NaN, "y": "b", "c": "blue", "big": 1, "flag": true}',
    ];
    const dataset = await read('t.jsonl', lines.join('\n'), { missing: 'drop', identifier: 'big' });
    assert.deepEqual([...dataset.rows.lines], [1, 3]);
    assert.deepEqual(dataset.rows.identifiers, ['9007199254740993', '9007199254740992']);
    assert.deepEqual(dataset.featureNames, ['x', 'c=blue', 'c=rüd', 'flag=false', 'flag=true']);
    assert.deepEqual(rowsOf(dataset), [
      [1.5, 0, 1, 0, 1],
      [-20, 1, 0, 1, 0],
    ]);
    assert.deepEqual(
      dataset.reading.dropped.map(({ line }) => line),
      [4, 5],
    );
  });

  const refusals: [string, string, RegExp][] = [
    ['a list', '{"x": [1], "y": "a"}\n', /Line 1 of t.jsonl has a list under "x"/],
    ['an object', '{"y": "a", "x": {"z": 1}}\n', /Line 1 .* an object under "x"/],
    ['a key that comes twice', '{"x": 1, "y": "a"}\n{"x": 1, "x": 2, "y": "a"}\n', /Line 2 .* the key "x" twice/],
    ['something else', '{"x": 1, "y": "a"}\n{"x": 1, "y": a}\n', /Line 2 .* is not a JSON object on a line of its own/],
    ['more after it', '{"x": 1, "y": "a"} {"x": 2}\n', /Line 1 .* is not a JSON object on a line/],
    ['a list of objects', '[{"x": 1, "y": "a"}]\n', /Line 1 .* is not a JSON object on a line/],
    ['nothing', '\n', /is empty/],
  ];
  for (const [what, content, pattern] of refusals)
    it(`refuses ${what}`, () => assert.rejects(read('t.jsonl', content), pattern));
});

describe('Parquet', () => {
  const columnData = [
    { name: 'x', data: [1.5, -2, 3.25, 0.1], type: 'DOUBLE' as const },
    { name: 'id', data: [9007199254740993n, 2n, 3n, 4n], type: 'INT64' as const },
    { name: 'c', data: ['rot', 'grün', null, 'rot'], type: 'STRING' as const },
    { name: 'y', data: [true, false, true, false], type: 'BOOLEAN' as const },
  ];

  it('numbers, long whole numbers, text, missing values and truth values, whatever the file is called', async () => {
    const bytes = new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 2 }));
    const dataset = await read('t.data', bytes, { missing: 'category', identifier: 'id' });
    assert.deepEqual([dataset.name, dataset.reading.form], ['t', 'Parquet']);
    assert.deepEqual(dataset.classes, ['false', 'true']);
    assert.deepEqual(dataset.rows.identifiers, ['9007199254740993', '2', '3', '4']);
    assert.deepEqual(dataset.featureNames, ['x', 'c=(missing)', 'c=grün', 'c=rot']);
    assert.deepEqual(rowsOf(dataset), [
      [1.5, 0, 0, 1],
      [-2, 0, 1, 0],
      [3.25, 1, 0, 0],
      [0.1, 0, 0, 1],
    ]);
    await assert.rejects(read('t.parquet', bytes), /Row 3 of t.parquet has no value in column c/);
  });

  it('decimals without errors of rounding, dates as dates', async () => {
    const schema = [
      { name: 'root', num_children: 3 },
      { name: 'price', type: 'INT32' as const, converted_type: 'DECIMAL' as const, scale: 2, precision: 9 },
      { name: 'day', type: 'INT32' as const, converted_type: 'DATE' as const },
      { name: 'y', type: 'BYTE_ARRAY' as const, converted_type: 'UTF8' as const },
    ];
    const day = new Date(Date.UTC(2024, 0, 5));
    const bytes = parquetWriteBuffer({
      schema,
      columnData: [
        { name: 'price', data: [0.57, 1.1, 12.34] },
        { name: 'day', data: [day, day, day] },
        { name: 'y', data: ['a', 'b', 'a'] },
      ],
    });
    const dataset = await read('t.parquet', new Uint8Array(bytes));
    assert.deepEqual(rowsOf(dataset).flat(), [0.57, 1.1, 12.34]);
    assert.equal(dataset.reading.columns[1].type, 'left out');
  });

  it('refuses a file that is cut', async () => {
    const bytes = new Uint8Array(parquetWriteBuffer({ columnData }));
    await assert.rejects(read('t.parquet', bytes.subarray(0, -20)), /cannot be read as Parquet/);
  });
});
