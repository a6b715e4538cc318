import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describeReading, readDataset, type ReadDataset, type ReadDatasetOptions } from '../../src/index.js';
import { temporaryFile } from './helpers.js';

type Options = Partial<ReadDatasetOptions>;

const silent = { onNotice: () => undefined };

function messy(name: string, options: ReadDatasetOptions): Promise<ReadDataset> {
  return readDataset(join('test', 'fixtures', 'messy', name), { ...silent, ...options });
}

/** Reads a text (or bytes) whose label is `y`. */
function read(content: string | Uint8Array, options: Options = {}, name = 'table.csv'): Promise<ReadDataset> {
  return readDataset(temporaryFile(name, content), { label: 'y', ...silent, ...options });
}

function refused(content: string | Uint8Array, pattern: RegExp, options: Options = {}, name?: string): Promise<void> {
  return assert.rejects(read(content, options, name), (error: Error) => {
    assert.equal(error.name, 'InputError', error.stack);
    assert.match(error.message, pattern);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  });
}

function rowsOf({ features, dimension, size }: ReadDataset): number[][] {
  return Array.from({ length: size }, (_, i) => [...features.subarray(i * dimension, (i + 1) * dimension)]);
}

function labelsOf({ labels, classes }: ReadDataset): string[] {
  return Array.from(labels, (label) => classes[label]);
}

function saidOf({ reading }: ReadDataset): string {
  return reading.notices.join('\n');
}

describe('reading files that went wrong', () => {
  it('UTF-16 of both byte orders, with tabs and commas', async () => {
    for (const name of ['utf16le-bom-tab.txt', 'utf16be-bom-comma.csv']) {
      const dataset = await messy(name, { label: 'kind' });
      assert.deepEqual([dataset.size, dataset.dimension, rowsOf(dataset)[0]], [8, 2, [4.5, 1.5]]);
      assert.match(dataset.reading.form, /UTF-16/);
    }
  });

  it('Windows-1252: the line, the column and the option, then two classes', async () => {
    await assert.rejects(messy('labels-cp1252.csv', { label: 'answer' }), {
      message:
        'Line 2 of labels-cp1252.csv is not UTF-8 in column answer ("1,2,sí", if it is Windows-1252); name the encoding it is ' +
        "in, e.g. encoding: 'windows-1252', or save the file as UTF-8.",
    });
    const dataset = await messy('labels-cp1252.csv', { label: 'answer', encoding: 'windows-1252' });
    assert.deepEqual(labelsOf(dataset), ['sí', 'sé', 'sí', 'sé', 'sí', 'sé']);
  });

  it('semicolons and decimal commas, with and without the separator, and a hint at the right one', async () => {
    const rows = [
      [5.1, 3.5],
      [4.9, 3],
      [5, 3.4],
      [7, 3.2],
      [6.4, 3.2],
      [6.9, 3.1],
    ];
    for (const options of [{}, { delimiter: ';' }]) {
      const dataset = await messy('semicolon-comma.csv', { label: 'art', ...options });
      assert.deepEqual(rowsOf(dataset), rows);
      assert.match(saidOf(dataset), /decimal comma in laenge \(5,1 on line 2\)/);
    }
    assert.deepEqual(rowsOf(await messy('one-column-per-line.csv', { label: 'art' }))[2], [7, 4]);
    await assert.rejects(messy('one-column-per-line.csv', { label: 'art', delimiter: ',' }), /say delimiter: ';'\.$/);
  });

  it('stray quotes: which lines are one record; the line of one that is never closed', async () => {
    const dataset = await messy('swallowed.csv', { label: 'ill', ignore: ['no', 'remark'] });
    assert.deepEqual([dataset.size, ...dataset.rows.lines], [5, 2, 3, 4, 8, 9]);
    assert.match(saidOf(dataset), /^Lines 4–7 are one record/);
    const literally = await messy('swallowed.csv', { label: 'ill', ignore: ['no', 'remark'], quote: '' });
    assert.equal(literally.size, 8);
    await assert.rejects(
      messy('never-closed.csv', { label: 'ill' }),
      /^InputError: Line 3 of never-closed.csv opens a quote in column remark/,
    );
  });

  it('NA that is a value: refused at its line, dropped and said, or read', async () => {
    await assert.rejects(
      messy('country-NA.csv', { label: 'outcome' }),
      /Line 2 .* column country \("NA"\).* missingTexts\.$/,
    );
    const dropped = await messy('country-NA.csv', { label: 'outcome', missing: 'drop' });
    assert.equal(dropped.size, 5);
    assert.deepEqual(
      dropped.reading.dropped.map(({ line }) => line),
      [2, 4, 8],
    );
    assert.match(saidOf(dropped), /3 of 8 rows were left out/);
    const kept = await messy('country-NA.csv', { label: 'outcome', missingTexts: { country: [] } });
    assert.deepEqual(kept.featureNames, ['country=DE', 'country=NA', 'country=ZA', 'score']);
  });

  it('marks of missing numbers', async () => {
    await assert.rejects(messy('dots-and-dashes.csv', { label: 'malignant' }), /Line 2 .* column thickness \("\."\)/);
    const dataset = await messy('dots-and-dashes.csv', { label: 'malignant', missing: 'drop' });
    assert.deepEqual(rowsOf(dataset), [
      [2.5, 2],
      [7.5, 4],
      [8, 5],
    ]);
  });

  it('truth values in several spellings', async () => {
    const dataset = await messy('booleans.csv', { label: 'won' });
    assert.deepEqual([dataset.dimension, dataset.classes.length, [...dataset.labels]], [3, 2, [0, 0, 0, 1, 1, 1]]);
    assert.match(saidOf(dataset), /Column flag has "TRUE", "True", "true", which were read as one/);
  });

  it('columns without names: refused with the position, left out or kept as identifier', async () => {
    await assert.rejects(
      messy('pandas-index.csv', { label: 'kind' }),
      /Column 1 of pandas-index.csv has no name.* ignore: \[1\]/,
    );
    assert.equal((await messy('pandas-index.csv', { label: 'kind', ignore: [1] })).dimension, 2);
    const named = await messy('pandas-index.csv', { label: 'kind', identifier: 1 });
    assert.deepEqual([named.dimension, named.rows.identifiers?.at(-1)], [2, '9']);
    const trailing = await messy('trailing-comma.csv', { label: 'y' });
    assert.deepEqual(trailing.featureNames, ['x', 'z']);
    assert.match(saidOf(trailing), /Column 4 has no values/);
  });

  it('identifiers, codes, dates and constants', async () => {
    const dataset = await messy('visits.csv', { label: 'ill' });
    assert.deepEqual(dataset.featureNames, ['code', 'ward', 'dose', 'age']);
    assert.match(saidOf(dataset), /patient_id .*too long for a double/);
    assert.match(saidOf(dataset), /1E4 \(line 2\), which was read as the number 10000/);
    assert.match(saidOf(dataset), /visited holds dates/);
    assert.match(saidOf(dataset), /ward is constant/);
    const named = await messy('visits.csv', { label: 'ill', identifier: 'patient_id', categorical: ['code'] });
    assert.equal(named.rows.identifiers?.[0], '9007199254740993');
    assert.equal(named.featureNames[0], 'code=1E4');
  });
});

describe('reading text', () => {
  const table = 'x,y\n1,a\n2,b\n';

  it('finds UTF-16 without a byte order mark, and refuses what is no text', async () => {
    const utf16 = Buffer.from(table, 'utf16le');
    for (const bytes of [utf16, Buffer.from(utf16).swap16()]) assert.deepEqual(rowsOf(await read(bytes)), [[1], [2]]);
    await refused(Buffer.from([1, 0, 0, 2, 0, 0, 0, 0]), /zero bytes/);
    await refused(Buffer.from('504b030414000600', 'hex'), /an Excel workbook.*save the sheet as CSV/);
    await refused(Buffer.from('fffe0000', 'hex'), /UTF-32/);
    await refused(utf16.subarray(0, -1), /not UTF-16LE/);
  });

  it('Windows-1252 has a euro sign, and five bytes that it does not use', async () => {
    const priced = (byte: number): Buffer =>
      Buffer.concat([Buffer.from('x,y\n1,'), Buffer.of(byte), Buffer.from('\n2,b\n')]);
    assert.deepEqual(labelsOf(await read(priced(0x80), { encoding: 'windows-1252' })), ['€', 'b']);
    await refused(priced(0x81), /Line 2 .* not WINDOWS-1252/, { encoding: 'windows-1252' });
    await refused(table, /no encoding "latin-17"/, { encoding: 'latin-17' });
    await refused(Buffer.from(`\ufeff${table}`), /byte order mark of utf-8/, { encoding: 'utf-16le' });
  });

  it('names the line of a bad byte far into a long file', async () => {
    const bad = Buffer.concat([Buffer.from(`x,y\n${'1,a\n'.repeat(20_000)}`), Buffer.from([0x32, 0x2c, 0xff, 0x0a])]);
    await refused(bad, /^Line 20002 of table.csv is not UTF-8 in column y \("2,ÿ"/);
  });

  it('any line ends, mixed', async () => {
    const dataset = await read('x,y\r1,a\r\n2,b\n\n3,"a\r\nb"\r4,b');
    assert.deepEqual(rowsOf(dataset), [[1], [2], [3], [4]]);
    assert.deepEqual([...dataset.rows.lines], [2, 3, 5, 7]);
  });

  it("takes Excel's line of separators, comments, and no header", async () => {
    assert.deepEqual(rowsOf(await read('sep=;\r\nx;y\r\n1,5;a\r\n2;b\r\n')), [[1.5], [2]]);
    assert.deepEqual(rowsOf(await read('# by us; 2024\nx,y\n1,a\n#2,c\n2,b\n', { comment: '#' })), [[1], [2]]);
    await refused(
      '5.1,red\n4.9,red\n7,blue\n',
      /no column "y": its first line looks like data \(5.1, red\).*header: false/,
    );
    const dataset = await read('5.1,red\n4.9,red\n7,blue\n', { header: false, label: 'column2' });
    assert.deepEqual([dataset.size, dataset.rows.lines[0]], [3, 1]);
    assert.deepEqual(rowsOf(await read('1,a\n2,b\n', { header: ['x', 'y'] })), [[1], [2]]);
    await refused('1,a\n2,b\n3,a\n', /Line 1 .* looks like data/, { label: 2 });
    assert.equal((await read('2019,2020,y\n1,2,a\n3,4,b\n')).dimension, 2);
  });

  it('refuses an ambiguous separator, unknown options and columns with two roles', async () => {
    await refused('x,1;y,2\n1,2;3,4\n', /separated by ',' or ';'/);
    await refused(table, /no option "seperator"; .*nearest/, { seperator: ';' } as Options);
    await refused(table, /Column y is named as label and in ignore/, { ignore: ['y'] });
    await refused(table, /has no column 3; its columns are 1 to 2/, { ignore: [3] });
  });

  it('leaves out rows without any value, and names a ragged one', async () => {
    const dataset = await read('x,z,y\n1,2,a\n,,\n3,4,b\n');
    assert.deepEqual(dataset.reading.dropped, [{ line: 3, reason: 'no values' }]);
    await refused(
      'x,z,y\n1,2,a\n3,"4\n5",b,c\n',
      /Lines 3–4 of table.csv, one record by its quotes, have 4 fields instead of 3/,
    );
    await refused('x,y\na,1,c\nb,2,d\n', /first are row names, as R writes them/);
  });
});

describe('reading numbers', () => {
  const column = (values: string[], more = ''): string =>
    `x;y\n${values.map((value, i) => `${value};${'ab'[i % 2]}`).join('\n')}\n${more}`;

  const forms: [string, string[], number[]][] = [
    ['decimal commas', ['1,5', '2', '-0,25'], [1.5, 2, -0.25]],
    ['decimal commas of three places', ['0,125', '1,250', '3'], [0.125, 1.25, 3]],
    ['German thousands', ['1.234,5', '12.345.678', '7'], [1234.5, 12345678, 7]],
    ['English thousands', ['1,234.5', '12,345,678', '7'], [1234.5, 12345678, 7]],
    ['French thousands', ['1\u202f234,5', '12 345', '1\u00a0000,25'], [1234.5, 12345, 1000.25]],
    ['Swiss thousands', ["1'234.5", '12’345', '7'], [1234.5, 12345, 7]],
    ['a minus sign', ['−5', '-4', '+3'], [-5, -4, 3]],
    ['exponents', ['1e-3', '2.5E+2', '4'], [0.001, 250, 4]],
    ['doubles as programs print them', ['21092399454246150', '1e21', '5e-324'], [21092399454246150, 1e21, 5e-324]],
  ];
  for (const [what, values, numbers] of forms)
    it(`reads ${what}`, async () => {
      assert.deepEqual(rowsOf(await read(column(values))).flat(), numbers);
    });

  it('refuses numbers with two readings unless the file or an option decides', async () => {
    await refused(column(['1,234', '2,345', '5']), /Line 2 .* "1,234" .*decimal: ',' or thousands: ','/);
    await refused(column(['1.234', '2.345', '5']), /decimal: '.' or thousands: '.'/);
    assert.deepEqual(rowsOf(await read(column(['1,234', '5']), { decimal: ',' })).flat(), [1.234, 5]);
    assert.deepEqual(rowsOf(await read(column(['1,234', '5']), { thousands: ',' })).flat(), [1234, 5]);
    assert.deepEqual(rowsOf(await read('x;z;y\n1.234;0,5;a\n2.345;7;b\n')), [
      [1234, 0.5],
      [2345, 7],
    ]);
    // A comma-separated file with three decimals is ordinary.
    assert.deepEqual(rowsOf(await read('x,y\n1.234,a\n2.345,b\n')).flat(), [1.234, 2.345]);
  });

  it('refuses two decimal marks in one column, units, and what no double holds', async () => {
    await refused(column(['1,5', '2.5', '3']), /Line 3 .* "2.5" in column x, but "1,5" on line 2/);
    await refused(column(['$1', '$2', '$3.5']), /Line 2 .* "\$1".* number with something beside it/);
    await refused(column(['5 %', '7 %', '9 %', '5 %']), /with something beside it/);
    await refused(column(['(1.5)', '(2.5)', '(3.5)']), /with something beside it/);
    await refused(column(['1e-400', '2', '3']), /too small for a double/);
    await refused(column(['1', 'inf', '3']), /"inf" .* not a finite number/);
    await refused('x;y\n1.5;a\n2 x;b\n', /"x" .*|"2 x"/);
  });

  it('keeps codes with leading zeros and long identifiers as text, and says so', async () => {
    const zip = await read('zip,x,y\n01067,1,a\n01067,2,b\n10115,3,a\n');
    assert.deepEqual(zip.featureNames, ['zip=01067', 'zip=10115', 'x']);
    assert.match(saidOf(zip), /zip was read as categories: codes with leading zeros \(01067 on line 2\)/);
    const forced = await read('zip,y\n01067,a\n01067,b\n10115,a\n', { numeric: ['zip'] });
    assert.deepEqual(rowsOf(forced).flat(), [1067, 1067, 10115]);
    const long = '9007199254740993';
    const account = await read(`account,x,y\n${long},1,a\n${long},2,b\n9007199254740992,3,a\n`);
    assert.deepEqual(account.featureNames, ['account=9007199254740992', `account=${long}`, 'x']);
    assert.match(
      saidOf(await read(`n,y\n${long},a\n5,b\n`, { numeric: ['n'] })),
      /a double rounds to 9007199254740992/,
    );
  });

  it('tells of row numbers, dates as numbers and values that stand apart', async () => {
    const rows = Array.from({ length: 12 }, (_, i) => `${i},202401${10 + i},${i === 3 ? -999 : i / 4},${'ab'[i % 2]}`);
    const said = saidOf(await read(`row,day,dose,y\n${rows.join('\n')}\n`));
    assert.match(said, /row counts the rows/);
    assert.match(said, /day looks like dates/);
    assert.match(said, /dose has -999, far from its other values/);
  });
});

describe('reading text columns and classes', () => {
  it('merges what is the same to a reader, and says so', async () => {
    const forms = ['caf\u00e9', 'cafe\u0301', 'caf\u00e9 ', 'caf\u00e9\u00a0', 'tea', 'tea'];
    const dataset = await read(
      `c,x,y\n${forms.map((text, i) => `"${text}",${i},${['1', '1.0', '0'][i % 3]}`).join('\n')}\n`,
    );
    assert.deepEqual(dataset.featureNames, ['c=caf\u00e9', 'c=tea', 'x']);
    assert.deepEqual(
      [dataset.classes, [...dataset.labels]],
      [
        ['0', '1'],
        [1, 1, 0, 1, 1, 0],
      ],
    );
    assert.match(saidOf(dataset), /Column y has "1", "1.0", which were read as one: "1"/);
  });

  it('refuses spellings that differ by case, or merges or keeps them as told', async () => {
    const text = 'x,y\n1,Spam\n2,spam\n3,ham\n4,ham\n';
    await refused(text, /Column y of table.csv spells one value in 2 ways \("Spam", "spam"\).*spellings: 'merge'/);
    assert.equal((await read(text, { spellings: 'merge' })).classes.length, 2);
    assert.equal((await read(text, { spellings: 'keep' })).classes.length, 3);
  });

  it('refuses bytes that were lost before', async () => {
    await refused(
      'c,x,y\ns\ufffd,1,a\ns\ufffd,2,b\nt,3,a\n',
      /could not read, so different values may have become one/,
    );
  });

  it('leaves out names and dates, and lists all columns with too many categories', async () => {
    const rows = Array.from(
      { length: 60 },
      (_, i) => `name ${i},${1 + (i % 28)}.0${1 + (i % 9)}.2024,c${i % 55},d${i % 52},${i},${'ab'[i % 2]}`,
    );
    const header = 'name,day,c,d,x,y\n';
    await refused(header + rows.join('\n'), /Column c .* has 55 different texts, more than 50 \(likewise d 52\)/);
    const dataset = await read(header + rows.join('\n'), { ignore: ['c', 'd'] });
    assert.deepEqual(dataset.featureNames, ['x']);
    assert.match(describeReading(dataset.reading), /2 {2}day {5}left out {2}0 {8}dates or times/);
  });

  it('refuses columns that are neither numbers nor text, and tells of words that may mean missing', async () => {
    await refused(
      'x,y\nnone,a\nnone,b\nnone,a\n4,b\n5,a\n',
      /"none" in column x, which has numbers elsewhere \(4 on line 5\).*missingTexts/,
    );
    const dataset = await read('job,x,y\nunknown,1,a\nnurse,2,b\nnurse,3,a\n');
    assert.match(saidOf(dataset), /"unknown" \(line 2\) as a category; if it means missing/);
    const signs = await read('s,x,y\n+,1,+\n-,2,-\n-,3,-\n');
    assert.deepEqual(
      [signs.classes, signs.featureNames],
      [
        ['+', '-'],
        ['s=+', 's=-', 'x'],
      ],
    );
  });

  it('refuses labels that are numbers to predict or identifiers', async () => {
    const rows = (label: (i: number) => string): string =>
      `x,y\n${Array.from({ length: 124 }, (_, i) => `${i % 7},${label(i)}`).join('\n')}\n`;
    await refused(
      rows((i) => String((i % 62) / 2)),
      /has 62 different numbers in 124 rows, e.g. "0.5" \(line 3\)/,
    );
    await refused(
      rows((i) => `id${i}`),
      /124 different texts in 124 rows/,
    );
    assert.equal(
      (
        await read(
          rows((i) => String(i % 62)),
          { categorical: ['y'] },
        )
      ).classes.length,
      62,
    );
    assert.equal((await read(rows((i) => String(i % 10)))).classes.length, 10);
  });

  it('says when missing labels leave one class', async () => {
    await refused('x,y\n1,a\n2,?\n3,a\n', /only the class "a" after 1 rows with missing values were left out/, {
      missing: 'drop',
    });
  });

  it('tells on stderr unless somebody listens', async () => {
    const said: string[] = [];
    const warn = console.warn;
    console.warn = (text: string) => said.push(text);
    try {
      await readDataset(temporaryFile('told.csv', 'x;y\n1,5;a\n2;b\n'), { label: 'y' });
    } finally {
      console.warn = warn;
    }
    assert.deepEqual(said, ['told.csv: Numbers are written with a decimal comma in x (1,5 on line 2).']);
  });
});
