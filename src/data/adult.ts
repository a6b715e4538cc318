import { basename } from 'node:path';
import type { RunControl } from '../control.js';
import { InputError } from '../errors.js';
import type { Dataset } from './dataset.js';
import { encodeRecords, missingCategory, type ColumnEncoding } from './encode.js';
import { csvRecords } from './tables/csv-records.js';
import type { CsvRecord } from './tables/delimited-text.js';
import { handleMissing } from './tables/missing.js';
import { checkWidth, placeOf } from './tables/table.js';
import type { Table } from './tables/text-table.js';
import { validateDataset } from './validate.js';

/** The 14 attributes of `adult.names`, in its order: the categories, or `number`. */
const attributes: readonly (readonly [string, 'number' | readonly string[]])[] = [
  ['age', 'number'],
  [
    'workclass',
    words('Private Self-emp-not-inc Self-emp-inc Federal-gov Local-gov State-gov Without-pay Never-worked'),
  ],
  ['fnlwgt', 'number'],
  [
    'education',
    words(
      'Bachelors Some-college 11th HS-grad Prof-school Assoc-acdm Assoc-voc 9th 7th-8th 12th Masters 1st-4th 10th ' +
        'Doctorate 5th-6th Preschool',
    ),
  ],
  ['education-num', 'number'],
  [
    'marital-status',
    words('Married-civ-spouse Divorced Never-married Separated Widowed Married-spouse-absent Married-AF-spouse'),
  ],
  [
    'occupation',
    words(
      'Tech-support Craft-repair Other-service Sales Exec-managerial Prof-specialty Handlers-cleaners Machine-op-inspct ' +
        'Adm-clerical Farming-fishing Transport-moving Priv-house-serv Protective-serv Armed-Forces',
    ),
  ],
  ['relationship', words('Wife Own-child Husband Not-in-family Other-relative Unmarried')],
  ['race', words('White Asian-Pac-Islander Amer-Indian-Eskimo Other Black')],
  ['sex', words('Female Male')],
  ['capital-gain', 'number'],
  ['capital-loss', 'number'],
  ['hours-per-week', 'number'],
  [
    'native-country',
    words(
      'United-States Cambodia England Puerto-Rico Canada Germany Outlying-US(Guam-USVI-etc) India Japan Greece South China ' +
        'Cuba Iran Honduras Philippines Italy Poland Jamaica Vietnam Mexico Portugal Ireland France Dominican-Republic Laos ' +
        'Ecuador Taiwan Haiti Columbia Hungary Guatemala Nicaragua Scotland Thailand Yugoslavia El-Salvador ' +
        'Trinadad&Tobago Peru Hong Holand-Netherlands',
    ),
  ],
];
const classes = ['<=50K', '>50K'];
/** The only attributes with missing values. */
const withMissing: readonly string[] = ['workclass', 'occupation', 'native-country'];

export interface AdultOptions extends RunControl {
  /** `category` (default): missing is a category of its own, 108 features; `drop`: rows with a missing value, 105 features. */
  readonly missing?: 'category' | 'drop';
}

/**
 * Reads `adult.data` or `adult.test` of the UCI repository (Becker & Kohavi 1996,
 * https://archive.ics.uci.edu/dataset/2/adult): no header, fields separated by comma and space, `?` for missing, in
 * `adult.test` a first line `|1x3 Cross validator` and a full stop after each label. Categories are one-hot encoded in the
 * order of `adult.names`, so that both files give the same features.
 *
 * @throws InputError if the file cannot be read, or a line has not 15 fields of these attributes' values.
 */
export async function readAdult(
  file: string,
  { missing = 'category', ...control }: AdultOptions = {},
): Promise<Dataset> {
  const source = basename(file);
  const width = attributes.length + 1;
  const rows: CsvRecord[] = [];
  for await (const record of csvRecords(file, { ...control, delimiter: ',', comment: '|' })) {
    checkWidth(source, record, width);
    const { fields } = record;
    rows.push({ ...record, fields: [...fields.slice(0, -1), fields[width - 1].replace(/\.$/, '')] });
  }
  if (rows.length === 0) throw new InputError(`${source} is empty; download it again.`);
  const header = [...attributes.map(([name]) => name), 'income'];
  const table: Table = { source, format: 'CSV', header, rows };
  const { table: complete } = handleMissing(table, {
    policy: missing,
    columns: Array.from(header.keys()),
    isCategory: (column) => withMissing.includes(header[column]),
    isMissing: (_, text) => text === '?',
  });
  const columns = attributes.map(([name, values], index): ColumnEncoding => {
    if (values === 'number') return { name, index, type: 'number' };
    const extra = missing === 'category' && withMissing.includes(name) ? [missingCategory] : [];
    return { name, index, type: 'category', categories: [...values, ...extra] };
  });
  return validateDataset(
    encodeRecords(complete.rows, {
      name: 'adult',
      place: (line) => placeOf(table, line),
      columns,
      labelIndex: width - 1,
      classes,
    }),
  );
}

function words(text: string): string[] {
  return text.split(' ');
}
