import { InputError } from '../errors.js';
import { characterNgrams } from './character-ngrams.js';
import type { Dataset } from './dataset.js';
import { encodeRecords, type ColumnEncoding } from './encode.js';
import { dataPath, readBytes, verifyFile } from './files.js';
import { parseIdx } from './idx.js';
import { pixelNames } from './pixel-names.js';
import { readSidecar, type DatasetName, type ImageSidecar, type TableSidecar } from './sidecar.js';
import { handleMissing, type MissingPolicy } from './tables/missing.js';
import { placeOf, readTable } from './tables/table.js';
import type { Table } from './tables/text-table.js';
import { characterTokens, tokenNames, tokenRows } from './tokens.js';
import { validateDataset } from './validate.js';

export interface LoadOptions {
  /** Check the file against its recorded SHA-256, once per process. Default true. */
  readonly verify?: boolean;
  /** What to do with missing values; only penguins has any. Default `refuse`. */
  readonly missing?: MissingPolicy;
  /**
   * What text becomes, in `first_names`: `ngrams`, 0/1 features (default), or `letters`, a sequence of 16 tokens, one for each
   * letter in lower case, for networks that embed them.
   */
  readonly text?: 'ngrams' | 'letters';
}

/** An n-gram that fewer names have is left out of the features of `first_names`. */
const minimumNames = 50;
/** Letters of the longest sequence; the longest of `first_names` has 15. */
const mostLetters = 16;
const letters = [...'abcdefghijklmnopqrstuvwxyz-'];

/**
 * A data set carried in the package, in the row order and with the class order of its file. Features are as in the file:
 * numbers unscaled, categories one-hot (alphabetical), pixels 0 … 255 row by row (`digits`: 0 … 16). Text, in `first_names`,
 * becomes 0/1 features: which single characters and pairs of adjacent characters a name has, `^` marking its start and `$`
 * its end, of those that at least 50 names have; or sequences of letters where the options say so.
 *
 * @throws InputError if there is no such data set, its file is damaged, or it has missing values that the policy refuses.
 */
export async function loadDataset(name: DatasetName, options: LoadOptions = {}): Promise<Dataset> {
  const { verify = true, missing = 'refuse', text = 'ngrams' } = options;
  if (!['ngrams', 'letters'].includes(text))
    throw new InputError(`Text cannot become "${String(text)}"; choose ngrams or letters.`);
  const sidecar = await readSidecar(name);
  const files = 'files' in sidecar ? sidecar.files : [sidecar];
  if (verify) for (const { file, sha256 } of files) await verifyFile(dataPath(file), sha256);
  return validateDataset('files' in sidecar ? await loadImages(sidecar) : await loadTable(sidecar, missing, text));
}

async function loadTable(sidecar: TableSidecar, missing: MissingPolicy, text: 'ngrams' | 'letters'): Promise<Dataset> {
  const { name, columns, classes, imageShape } = sidecar;
  const table = await readTable(dataPath(sidecar.file), { format: 'csv', delimiter: ',' });
  const labelIndex = table.header.indexOf(sidecar.label);
  const { table: complete } = handleMissing(table, {
    policy: missing,
    columns: Array.from(columns.keys()),
    isCategory: (column) => columns[column].type === 'category',
    isMissing: (_, field) => field === '',
  });
  const textIndex = columns.findIndex(({ type }) => type === 'text');
  const dataset = encodeRecords(complete.rows, {
    name,
    place: (line) => placeOf(table, line),
    columns: columns.flatMap((column, index) => encodingOf(complete, column, index)),
    labelIndex,
    classes,
  });
  if (imageShape) {
    const [height, width] = imageShape;
    return { ...dataset, input: { kind: 'image', height, width, channels: 1 } };
  }
  if (textIndex < 0) return dataset;
  const words = complete.rows.map(({ fields }) => fields[textIndex]);
  return { ...dataset, ...(text === 'letters' ? letterSequences(words) : ngramFeatures(words)) };
}

type Features = Pick<Dataset, 'dimension' | 'features' | 'featureNames' | 'input'>;

function ngramFeatures(words: readonly string[]): Features {
  const { ngrams, features } = characterNgrams(words, minimumNames);
  return { dimension: ngrams.length, features, featureNames: ngrams };
}

function letterSequences(words: readonly string[]): Features {
  const tokeniser = characterTokens(letters, { unknown: false });
  const names = words.map((word) => word.toLowerCase());
  return {
    dimension: mostLetters,
    features: tokenRows(names, tokeniser, mostLetters),
    featureNames: tokenNames(mostLetters),
    input: { kind: 'sequence', length: mostLetters, vocabulary: tokeniser.vocabulary },
  };
}

function encodingOf({ rows }: Table, { name, type }: TableSidecar['columns'][number], index: number): ColumnEncoding[] {
  switch (type) {
    case 'number':
      return [{ name, index, type }];
    case 'category':
      return [{ name, index, type, categories: [...new Set(rows.map(({ fields }) => fields[index]))].sort() }];
    case 'text':
    case 'label':
      return [];
  }
}

async function loadImages(sidecar: ImageSidecar): Promise<Dataset> {
  const { name, rows, classes, imageShape } = sidecar;
  const [images, labels] = await Promise.all(
    sidecar.files.map(async ({ file }) => parseIdx(await readBytes(dataPath(file)), file)),
  );
  const expected = [rows, ...imageShape].join('×');
  if (images.shape.join('×') !== expected || labels.shape.join('×') !== String(rows))
    throw new InputError(
      `The files of ${name} hold ${images.shape.join('×')} images and ${labels.shape.join('×')} labels instead of ` +
        `${expected} and ${rows}; restore them by installing the package again.`,
    );
  const [height, width] = imageShape;
  return {
    name,
    size: rows,
    dimension: height * width,
    features: Float64Array.from(images.values),
    labels: Uint8Array.from(labels.values),
    classes,
    featureNames: pixelNames(height, width),
    input: { kind: 'image', height, width, channels: 1 },
  };
}
