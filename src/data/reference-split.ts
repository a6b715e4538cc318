import { z } from 'zod';
import { InputError } from '../errors.js';
import { dataPath, readBytes } from './files.js';
import { loadDataset } from './load-dataset.js';
import { listNearest } from '../nearest-names.js';
import { selectClasses } from './rows.js';
import { datasetNames, parseJson, readSidecar } from './sidecar.js';
import { partsOf, type Split } from './split.js';

/** Names of the recorded splits that published numbers were measured on. */
export const referenceSplitNames = [
  'iris_authors',
  'iris_1_2',
  'breast_cancer_300',
  'spambase_300',
  'spambase_1000',
  'digits_500',
  'iris_3',
  'german_credit_300',
  'fashion_2000',
] as const;
/** Name of a recorded split. */
export type ReferenceSplitName = (typeof referenceSplitNames)[number];

const rows = z.array(z.int().nonnegative()).min(1);
const schema = z.object({
  name: z.enum(referenceSplitNames),
  dataset: z.enum(datasetNames),
  datasetSha256: z.string(),
  classes: z.array(z.string()),
  purpose: z.string(),
  madeBy: z.string(),
  versions: z.record(z.string(), z.string()),
  trainRows: rows,
  testRows: rows,
});

/** A recorded split, its rows in the order of the data set's file (from 0, header excluded), and how it was made. */
export interface ReferenceSplit extends Split {
  readonly name: ReferenceSplitName;
  readonly purpose: string;
  /** The script and the scikit-learn call that drew it. */
  readonly madeBy: string;
}

/**
 * A recorded split of a carried data set, features as in the file (scale them with fitScaling):
 *
 * | name | classes | train / test | drawn |
 * |-|-|-|-|
 * | `iris_authors` | setosa, versicolor | 67 / 33 | as in the code published with ModelPred: not stratified |
 * | `iris_1_2` | versicolor, virginica | 67 / 33 | stratified |
 * | `breast_cancer_300` | both | 300 / 269 | stratified |
 * | `spambase_300` | both | 300 / 1000 | stratified |
 * | `spambase_1000` | both | 1000 / 1000 | stratified |
 * | `digits_500` | all ten | 500 / 1000 | stratified |
 * | `iris_3` | all three | 100 / 50 | stratified |
 * | `german_credit_300` | both | 300 / 700 | stratified |
 * | `fashion_2000` | all ten, of `fashion_train5k` | 2000 / 2000 | stratified |
 *
 * All were drawn by scikit-learn's train_test_split with random_state 33 (`scripts/reference/make_splits.py`).
 *
 * @throws InputError if there is no such split, its file is damaged, or it was made for other data.
 */
export async function referenceSplit(name: ReferenceSplitName): Promise<ReferenceSplit> {
  if (!referenceSplitNames.includes(name))
    throw new InputError(
      `There is no reference split "${String(name)}"; ${listNearest(String(name), referenceSplitNames)}.`,
    );
  const file = `splits/${name}.json`;
  const record = parseJson(schema, (await readBytes(dataPath(file))).toString('utf8'), `data/${file}`);
  const sidecar = await readSidecar(record.dataset);
  const files = 'files' in sidecar ? sidecar.files : [sidecar];
  if (files.map(({ sha256 }) => sha256).join('+') !== record.datasetSha256)
    throw new InputError(
      `data/${file} was made for another version of ${record.dataset}; draw it again with scripts/reference/make_splits.py.`,
    );
  const parts = partsOf(
    await loadDataset(record.dataset),
    Int32Array.from(record.trainRows),
    Int32Array.from(record.testRows),
  );
  return {
    ...parts,
    name,
    purpose: record.purpose,
    madeBy: record.madeBy,
    train: selectClasses(parts.train, record.classes),
    test: selectClasses(parts.test, record.classes),
  };
}
