import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { readCsvDataset, type Dataset, type ReadCsvOptions } from '../../src/index.js';
import { dataPath } from '../../src/data/files.js';
import { temporaryFile } from './helpers.js';

const options: ReadCsvOptions = { label: 'kind', onNotice: () => undefined };

describe('readCsvDataset', () => {
  it('reads numbers, one-hot encodes text, orders categories and classes', async () => {
    const file = temporaryFile('plain.csv', 'x,colour,kind\n1.5,red,b\n-2e3,blue,a\n.25,red,b\n');
    const { rows, reading, ...dataset } = await readCsvDataset(file, options);
    assert.deepEqual([...rows.lines], [2, 3, 4]);
    assert.deepEqual(
      reading.columns.map(({ column, type, missing }) => [column, type, missing]),
      [
        ['x', 'number', 0],
        ['colour', 'category', 0],
        ['kind', 'label', 0],
      ],
    );
    assert.deepEqual(dataset, {
      name: 'plain',
      size: 3,
      dimension: 3,
      features: Float64Array.of(1.5, 0, 1, -2000, 1, 0, 0.25, 0, 1),
      labels: Uint8Array.of(1, 0, 1),
      classes: ['a', 'b'],
      featureNames: ['x', 'colour=blue', 'colour=red'],
    });
  });

  it('copes with quotes, commas in quotes, CRLF, a byte order mark, blank lines and gzip alike', async () => {
    const text = '\ufeffx,"my, label"\r\n1," ""a"" "\r\n\r\n2,b\r\n\r\n';
    const read = async (file: string): Promise<Dataset> => {
      const { rows, reading, ...dataset } = await readCsvDataset(file, { label: 'my, label', name: 'n' });
      assert.deepEqual([...rows.lines], [2, 4]);
      assert.deepEqual(reading.notices, []);
      return dataset;
    };
    const plain = await read(temporaryFile('quotes.csv', text));
    assert.deepEqual(plain.classes, [' "a" ', 'b']);
    assert.deepEqual(await read(temporaryFile('quotes.csv.gz', gzipSync(text))), plain);
    assert.equal((await readCsvDataset(temporaryFile('quotes.csv.gz', gzipSync(text)), { label: 'x' })).name, 'quotes');
  });

  it('takes another separator, ignored columns, numeric codes and numeric classes', async () => {
    const file = temporaryFile('codes.csv', 'id;zone;x;kind\n1;10;5;10\n2;9;6;9\n3;10;7;-1\n');
    const dataset = await readCsvDataset(file, { ...options, delimiter: ';', ignore: ['id'], categorical: ['zone'] });
    assert.deepEqual(dataset.featureNames, ['zone=10', 'zone=9', 'x']);
    assert.deepEqual(dataset.classes, ['-1', '9', '10']);
    assert.deepEqual([...dataset.labels], [2, 1, 0]);
  });

  it('gives back numbers that were written, exactly', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer()), {
          minLength: 2,
          maxLength: 20,
        }),
        async (rows) => {
          const text = rows.map(([x, y], i) => `${x},${y},${i % 2}`).join('\n');
          const dataset = await readCsvDataset(temporaryFile('numbers.csv', `x,y,kind\n${text}\n`), options);
          // "-0" is written as "0".
          assert.deepEqual(
            [...dataset.features],
            rows.flat().map((value) => (value === 0 ? 0 : value)),
          );
        },
      ),
      { numRuns: 30 },
    ));

  it('missing values: dropped, or a category of their own', async () => {
    const file = temporaryFile('gaps.csv', 'x,colour,note,kind\n1,red,,a\n2,?,,b\n,red,,a\n4,blue,,b\n');
    const dropped = await readCsvDataset(file, { ...options, ignore: ['note'], missing: 'drop' });
    assert.deepEqual([dropped.size, [...dropped.labels]], [2, [0, 1]]);
    const filled = temporaryFile('filled.csv', 'x,colour,kind\n1,red,a\n2,NA,b\n4,blue,b\n');
    const own = await readCsvDataset(filled, { ...options, missing: 'category' });
    assert.deepEqual(own.featureNames, ['x', 'colour=(missing)', 'colour=blue', 'colour=red']);
    assert.deepEqual([...own.features.subarray(4, 8)], [2, 1, 0, 0]);
    await assert.rejects(
      readCsvDataset(file, { ...options, ignore: ['note'], missing: 'category' }),
      /Line 4 .* column x/,
    );
  });

  it('stops when the signal is aborted, and reports progress', async () => {
    const file = temporaryFile('long.csv', `x,kind\n${'1,a\n2,b\n'.repeat(15_000)}`);
    const shares: number[] = [];
    await readCsvDataset(file, { ...options, onProgress: ({ done, total }) => shares.push(done / total) });
    assert.equal(shares.at(-1), 1);
    assert.ok(shares.length > 1);
    await assert.rejects(readCsvDataset(file, { ...options, signal: AbortSignal.abort() }), {
      name: 'InterruptedError',
      message: 'Stopped on request during reading long.csv.',
    });
  });

  const refusals: [string, string | Uint8Array, Partial<ReadCsvOptions>, string][] = [
    ['empty file', '', {}, 'bad.csv is empty; it needs a header line and rows.'],
    ['header only', 'x,kind\n', {}, 'bad.csv has a header but no rows; add the data.'],
    [
      'unnamed column',
      'x,,kind\n1,5,a\n2,7,b\n',
      {},
      'Column 2 of bad.csv has no name; leave it out with ignore: [2], keep it with identifier: 2, or give it a name in the header.',
    ],
    [
      'repeated column',
      'x,x,kind\n1,2,a\n',
      {},
      'bad.csv has two columns named "x"; rename one in the header, or say header: false if its first line is data.',
    ],
    ['no such label', 'x,kind\n1,a\n2,b\n', { label: 'knid' }, 'bad.csv has no column "knid"; choose one of x, kind.'],
    [
      'no such label among many columns',
      `${Array.from({ length: 20 }, (_, k) => `column${k}`).join()},kind\n${'1,'.repeat(20)}a\n`,
      { label: 'Kin' },
      'bad.csv has no column "Kin"; the nearest of 21 are kind, column0, column1, column2, column3.',
    ],
    ['no such ignored column', 'x,kind\n1,a\n', { ignore: ['y'] }, 'bad.csv has no column "y"; choose one of x, kind.'],
    [
      'too few fields',
      'x,y,kind\n1,2,a\n3,b\n',
      {},
      'Line 3 of bad.csv has 2 fields instead of 3; complete it, or quote a field that holds the separator.',
    ],
    [
      'too many fields',
      'x,kind\n1,a\n2,b,c\n',
      {},
      'Line 3 of bad.csv has 3 fields instead of 2; complete it, or quote a field that holds the separator.',
    ],
    [
      'missing value',
      'x,y,kind\n1,2,a\n3,NaN,b\n',
      {},
      'Line 3 of bad.csv has no value in column y ("NaN"); fill it in, or leave out rows with missing values with ' +
        'missing: \'drop\'; if "NaN" is a value, list what means missing in missingTexts.',
    ],
    [
      'missing label',
      'x,kind\n1,a\n3,\n',
      { missing: 'category' },
      'Line 3 of bad.csv has no value in column kind; fill it in, or leave out rows with missing values with ' +
        "missing: 'drop'.",
    ],
    [
      'nothing but missing values',
      'x,y,kind\n1,,a\n,2,b\n',
      { missing: 'drop' },
      'Every row of bad.csv has a missing value; ignore the columns that are mostly missing.',
    ],
    [
      'too large a number',
      'x,kind\n1,a\n1e999,b\n',
      {},
      'Line 3 of bad.csv has "1e999" in column x, which is not a finite number; correct it.',
    ],
    [
      'a word among numbers',
      'x,kind\n1,a\n2,b\n3O,b\n',
      {},
      'Line 4 of bad.csv has "3O" in column x, which has numbers elsewhere (1 on line 2); correct it, list it in ' +
        'missingTexts if it means missing, or name x in categorical or ignore.',
    ],
    [
      'too many categories',
      'city,kind\nA,a\nB,b\nC,a\nC,a\n',
      { maxCategories: 2 },
      'Column city of bad.csv has 3 different texts, more than 2; ignore it, group its values, or raise maxCategories.',
    ],
    [
      'one class',
      'x,kind\n1,a\n2,a\n',
      {},
      'Column kind of bad.csv has only the class "a"; a classification needs two or more.',
    ],
    [
      'a number as label',
      `x,kind\n${Array.from({ length: 300 }, (_, i) => `${i},${i / 7}`).join('\n')}\n`,
      {},
      'Column kind of bad.csv has 300 different values, more than 256 classes; is it a number to predict, or an ' +
        'identifier? Name the column that holds the class.',
    ],
    ['no features', 'kind\na\nb\n', {}, 'bad.csv has no column beside the label kind; add features.'],
    [
      'an open quote',
      'x,kind\n1,"a\n2,b\n',
      {},
      'Line 2 of bad.csv opens a quote in column kind that is never closed; close or remove it, ' +
        "or say quote: '' to read quotes as ordinary characters.",
    ],
    [
      'a stray quote',
      'x,kind\n1,a"b"\n',
      {},
      'Line 2 of bad.csv has a quote within column kind; quote the whole field and double the quotes in it, ' +
        "or say quote: '' to read quotes as ordinary characters.",
    ],
    [
      'half a gzip file',
      gzipSync('x,kind\n1,a\n2,b\n').subarray(0, 20),
      {},
      'bad.csv is a damaged or incomplete gzip file; download it again.',
    ],
  ];
  for (const [what, content, change, message] of refusals)
    it(`refuses: ${what}`, async () => {
      const file = temporaryFile('bad.csv', content);
      await assert.rejects(readCsvDataset(file, { ...options, ...change }), { name: 'InputError', message });
    });

  it('refuses: no such file, a folder', async () => {
    await assert.rejects(readCsvDataset('no/such.csv', options), {
      name: 'InputError',
      message: `There is no file no/such.csv; check the path (it is relative to ${process.cwd()}).`,
    });
    await assert.rejects(readCsvDataset(dataPath(''), options), /InputError: .* is a folder; name a file in it/);
  });

  it('reads a carried file as loadDataset does', async () => {
    const sonar = await readCsvDataset(dataPath('sonar.csv'), { label: 'label' });
    assert.deepEqual([sonar.size, sonar.dimension, sonar.classes], [208, 60, ['mine', 'rock']]);
  });
});
