import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { readDataset, type ReadDataset, type ReadDatasetOptions } from '../../src/index.js';
import { temporaryFile } from './helpers.js';

/** What a table holds, whatever the way it is written. */
interface Known {
  readonly numbers: number[][];
  readonly words: string[];
  readonly classes: string[];
}

interface Dialect {
  readonly separator: string;
  readonly decimal: '.' | ',';
  readonly thousands: string;
  readonly lineEnd: string;
  readonly encoding: 'utf-8' | 'utf-8 with a mark' | 'utf-16le' | 'utf-16be' | 'windows-1252';
  readonly quoteAll: boolean;
  readonly gzip: boolean;
}

const words = ['rot', 'grün', 'blau, hell', 'say "no"', 'a;b', 'zwei\nZeilen', "l'été"];

const known: fc.Arbitrary<Known> = fc.integer({ min: 6, max: 12 }).chain((size) =>
  fc.record({
    numbers: fc.array(
      // Four decimals, the last of them not 0, are the same number in every notation, and no group of thousands.
      fc
        .tuple(fc.integer({ min: -9_999_999, max: 9_999_999 }), fc.integer({ min: 1, max: 9 }))
        .map(([n, last]) => [(n * 10 + Math.sign(n || 1) * last) / 1e4, n]),
      { minLength: size, maxLength: size },
    ),
    words: fc
      .array(fc.constantFrom(...words), { minLength: size, maxLength: size })
      .map((list) => [list[0], ...list.slice(0, -1)]),
    classes: fc.constant(Array.from({ length: size }, (_, i) => (i % 2 === 0 ? 'ja' : 'nein'))),
  }),
);

const dialect: fc.Arbitrary<Dialect> = fc.record({
  separator: fc.constantFrom(',', ';', '\t', '|'),
  decimal: fc.constantFrom('.' as const, ',' as const),
  thousands: fc.constantFrom('', ' ', '\u202f', "'", 'other'),
  lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
  encoding: fc.constantFrom(
    'utf-8' as const,
    'utf-8 with a mark' as const,
    'utf-16le' as const,
    'utf-16be' as const,
    'windows-1252' as const,
  ),
  quoteAll: fc.boolean(),
  gzip: fc.boolean(),
});

function writeNumber(value: number, { decimal, thousands }: Dialect): string {
  const [whole, fraction] = String(Math.abs(value)).split('.');
  const mark = thousands === 'other' ? (decimal === ',' ? '.' : ',') : thousands;
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, mark);
  return (value < 0 ? '-' : '') + grouped + (fraction === undefined ? '' : decimal + fraction);
}

function write({ numbers, words: texts, classes }: Known, form: Dialect): Buffer {
  const { separator, quoteAll, lineEnd } = form;
  const quote = (field: string): string =>
    quoteAll || field.includes(separator) || /["\n\r]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
  const rows = numbers.map(([real, whole], i) => [
    writeNumber(real, form),
    writeNumber(whole, form),
    texts[i],
    classes[i],
  ]);
  const text = [['real', 'whole', 'wort', 'y'], ...rows]
    .map((row) => row.map(quote).join(separator) + lineEnd)
    .join('');
  return encode(text, form);
}

function encode(text: string, { encoding, gzip }: Dialect): Buffer {
  // The narrow space of thousands is not in Windows-1252, whose bytes below 0x80 and from 0xA0 are those of Latin-1.
  const latin = Buffer.from(text.replaceAll('\u202f', '\u00a0'), 'latin1');
  const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');
  const bytes = {
    'utf-8': Buffer.from(text),
    'utf-8 with a mark': Buffer.from(`\ufeff${text}`),
    'utf-16le': utf16,
    'utf-16be': Buffer.from(utf16).swap16(),
    'windows-1252': latin,
  }[encoding];
  return gzip ? gzipSync(bytes) : bytes;
}

/** The features that the words and numbers of the table are. */
function featuresOf({ numbers, words: texts }: Known): number[][] {
  const categories = [...new Set(texts)].sort();
  return numbers.map((row, i) => [...row, ...categories.map((category) => Number(category === texts[i]))]);
}

async function readBack(table: Known, form: Dialect): Promise<ReadDataset> {
  const options: ReadDatasetOptions = {
    label: 'y',
    categorical: ['wort'],
    onNotice: () => undefined,
    ...(form.encoding === 'windows-1252' ? { encoding: 'windows-1252' } : {}),
  };
  return readDataset(temporaryFile('dialect.csv', write(table, form)), options);
}

describe('tables written in many dialects', () => {
  it('read back as the values they were written from, or one sentence says why not', async () => {
    let read = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(known, dialect, async (table, form) => {
        let dataset: ReadDataset;
        try {
          dataset = await readBack(table, form);
        } catch (error) {
          assert.ok(error instanceof Error && error.name === 'InputError', String(error));
          // Only where two separators fit, or all numbers have two readings.
          assert.match(error.message, /may be separated by|may be a decimal number or one with thousands/);
          refused++;
          return;
        }
        read++;
        const { features, dimension, size, classes, labels, rows } = dataset;
        const values = Array.from({ length: size }, (_, i) => [
          ...features.subarray(i * dimension, (i + 1) * dimension),
        ]);
        assert.deepEqual(values, featuresOf(table));
        assert.deepEqual(
          Array.from(labels, (label) => classes[label]),
          table.classes,
        );
        const lines = table.words.map((word) => (word.includes('\n') ? 2 : 1));
        assert.deepEqual(
          [...rows.lines],
          lines.map((_, i) => 2 + lines.slice(0, i).reduce((sum, count) => sum + count, 0)),
        );
      }),
      { numRuns: 200 },
    );
    assert.ok(refused * 10 < read, `${refused} refused of ${read + refused}`);
  });
});
