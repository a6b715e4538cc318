import type { Dataset } from './dataset.js';
import { loadDataset } from './load-dataset.js';
import { takeRows } from './rows.js';
import type { DatasetName } from './sidecar.js';

/** Points of a data set of which some are wrong, for a reason that does not depend on any model. */
export interface KnownError {
  readonly kind: 'conflicting labels' | 'wrong features';
  /** Rows of the data set, from 0. */
  readonly rows: readonly number[];
  /** At least so many of them are wrong. */
  readonly wrong: number;
  /** Who says so. */
  readonly source: string;
}

/** A data set with the errors that are known of it. */
export interface DatasetWithErrors {
  readonly dataset: Dataset;
  readonly errors: readonly KnownError[];
}

/** Rows of `iris` (samples 35 and 38) with their features in the UCI file, which Fisher (1936) gives otherwise. */
const irisInUci: ReadonlyMap<number, readonly number[]> = new Map([
  [34, [4.9, 3.1, 1.5, 0.1]],
  [37, [4.9, 3.1, 1.5, 0.1]],
]);

/**
 * Groups of rows that have the same features and not all the same label, found in the data: whatever the truth is, in each
 * group all but the most frequent label's rows are wrong for any model that sees only these features.
 *
 * @returns groups of ascending rows, in the order of their first one
 */
export function conflictingLabels(dataset: Dataset): number[][] {
  const { size, dimension, features, labels } = dataset;
  const groups = new Map<string, number[]>();
  for (let row = 0; row < size; row++) {
    const key = features.subarray(row * dimension, (row + 1) * dimension).join(' ');
    const known = groups.get(key);
    if (known) known.push(row);
    else groups.set(key, [row]);
  }
  return [...groups.values()].filter((rows) => rows.some((row) => labels[row] !== labels[rows[0]]));
}

/**
 * A carried data set with the real errors known of it, to judge the cleaning of data on more than flipped labels:
 *
 * | data set | errors |
 * |-|-|
 * | `spambase` | 3 pairs of e-mails with the same features, one labelled spam and one not |
 * | `first_names` | names that are given to girls and boys, and names that share all their features |
 * | `iris` | the two wrong rows of the UCI file, written back into the data set: its own are Fisher's |
 *
 * The other sets have neither conflicting labels nor documented wrong rows. Missing values are dropped.
 */
export async function knownErrors(name: DatasetName): Promise<DatasetWithErrors> {
  const dataset = await loadDataset(name, { missing: 'drop' });
  const conflicts = conflictingLabels(dataset).map((rows): KnownError => {
    const counts = dataset.classes.map((_, label) => rows.filter((row) => dataset.labels[row] === label).length);
    return {
      kind: 'conflicting labels',
      rows,
      wrong: rows.length - Math.max(...counts),
      source: `${name}: rows with the same features and different labels`,
    };
  });
  if (name !== 'iris') return { dataset, errors: conflicts };
  const changed = takeRows(dataset, Array.from(dataset.labels.keys()));
  const wrongRows = [...irisInUci].map(([row, values]): KnownError => {
    changed.features.set(values, row * dataset.dimension);
    return {
      kind: 'wrong features',
      rows: [row],
      wrong: 1,
      source: 'iris.names of the UCI repository: the row differs from Fisher (1936)',
    };
  });
  return { dataset: changed, errors: [...conflicts, ...wrongRows] };
}
