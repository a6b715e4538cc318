import { basename } from 'node:path';
import type { RunControl } from '../control.js';
import { InputError } from '../errors.js';
import type { Dataset } from './dataset.js';
import { finiteNumber } from './encode.js';
import { csvRecords } from './tables/csv-records.js';
import { checkWidth } from './tables/table.js';
import { validateDataset } from './validate.js';

/** The 21 kinematic and 7 derived features, named as in the description of the UCI data set. */
const featureNames: readonly string[] = [
  'lepton_pT',
  'lepton_eta',
  'lepton_phi',
  'missing_energy_magnitude',
  'missing_energy_phi',
  ...[1, 2, 3, 4].flatMap((jet) => ['pt', 'eta', 'phi', 'b-tag'].map((quantity) => `jet_${jet}_${quantity}`)),
  'm_jj',
  'm_jjj',
  'm_lv',
  'm_jlv',
  'm_bb',
  'm_wbb',
  'm_wwbb',
];

/** Rows are collected in blocks of this many, as their number is not known beforehand. */
const blockRows = 65_536;

export interface HiggsOptions extends RunControl {
  /** Read only this many rows from the start. Default: all (11,000,000 rows are 2.5 GB of features). */
  readonly rows?: number;
}

/**
 * Reads `HIGGS.csv` or `HIGGS.csv.gz` of the UCI repository (Baldi, Sadowski & Whiteson 2014,
 * https://archive.ics.uci.edu/dataset/280/higgs): no header, first the label (1 signal, 0 background), then 28 features.
 * Reads as a stream and stops after the rows asked for. (The paper's HIGGS experiment uses another file, that of the Kaggle
 * Higgs challenge.)
 *
 * @throws InputError if the file cannot be read, a line has not 29 finite numbers, or there are fewer rows than asked for.
 * @throws InterruptedError if the signal is aborted.
 */
export async function readHiggs(file: string, { rows = Infinity, ...control }: HiggsOptions = {}): Promise<Dataset> {
  if (!(rows >= 1 && (rows === Infinity || Number.isInteger(rows))))
    throw new InputError(`Cannot read ${rows} rows of HIGGS; give a whole number of at least 1.`);
  const source = basename(file);
  const dimension = featureNames.length;
  const blocks: { features: Float64Array; labels: Uint8Array }[] = [];
  let size = 0;
  for await (const record of csvRecords(file, { ...control, delimiter: ',' })) {
    const { line, fields } = record;
    checkWidth(source, record, dimension + 1);
    const place = `Line ${line} of ${source}`;
    const label = finiteNumber(fields[0], 'label', place);
    if (label !== 0 && label !== 1)
      throw new InputError(`${place} has the label "${fields[0]}" instead of 0 or 1; is it HIGGS.csv?`);
    const row = size % blockRows;
    if (row === 0)
      blocks.push({ features: new Float64Array(blockRows * dimension), labels: new Uint8Array(blockRows) });
    const { features, labels } = blocks[blocks.length - 1];
    labels[row] = label;
    for (let k = 0; k < dimension; k++)
      features[row * dimension + k] = finiteNumber(fields[k + 1], featureNames[k], place);
    if (++size === rows) break;
  }
  if (size === 0) throw new InputError(`${source} is empty; download it again.`);
  if (rows !== Infinity && size < rows)
    throw new InputError(`${source} has ${size} rows, not ${rows}; ask for fewer, or download it again.`);

  const features = new Float64Array(size * dimension);
  const labels = new Uint8Array(size);
  blocks.forEach((block, b) => {
    const first = b * blockRows;
    const count = Math.min(blockRows, size - first);
    features.set(block.features.subarray(0, count * dimension), first * dimension);
    labels.set(block.labels.subarray(0, count), first);
  });
  const classes = ['background', 'signal'];
  return validateDataset({ name: 'higgs', size, dimension, features, labels, classes, featureNames });
}
