import { InputError } from '../../errors.js';
import { listNearest } from '../../nearest-names.js';
import { looksLikeData } from './header.js';
import { placeOf } from './table.js';
import type { Table } from './text-table.js';
import type { ColumnName, TableDatasetOptions } from './table-dataset-options.js';

/** What the options say about columns, as positions from 0. */
export interface ColumnRoles {
  readonly label: number;
  readonly identifier?: number;
  readonly ignored: ReadonlySet<number>;
  readonly categorical: ReadonlySet<number>;
  readonly numeric: ReadonlySet<number>;
}

/**
 * Finds the columns that the options name.
 *
 * @throws InputError if a column does not exist, has two roles, has no name and no role, or the first line is no header.
 */
export function resolveColumns(table: Table, options: TableDatasetOptions): ColumnRoles {
  const { source, header } = table;
  if (options.label === undefined || options.label === '')
    throw new InputError(`Say which column of ${source} holds the class, with label; ${listNearest('', header)}.`);
  const position = (name: ColumnName): number => positionOf(table, name);
  const positions = (names: readonly ColumnName[] = []): Set<number> => new Set(names.map(position));
  const roles: ColumnRoles = {
    label: position(options.label),
    ...(options.identifier === undefined ? {} : { identifier: position(options.identifier) }),
    ignored: positions(options.ignore),
    categorical: positions(options.categorical),
    numeric: positions(options.numeric),
  };
  refuseTwoRoles(table, roles);
  const known =
    typeof options.label === 'string' && table.rows.every(({ fields }) => fields[roles.label] !== options.label);
  if (table.format === 'CSV' && !known && looksLikeData(table))
    throw new InputError(
      `${placeOf(table, 1)} looks like data rather than names of columns (${header.slice(0, 4).join(', ')}); add a header line, or say ` +
        'header: false to name the columns column1, column2, … or header: [names].',
    );
  refuseUnnamed(table, roles);
  return roles;
}

function positionOf(table: Table, name: ColumnName): number {
  const { source, header } = table;
  if (typeof name === 'number') {
    if (Number.isInteger(name) && name >= 1 && name <= header.length) return name - 1;
    throw new InputError(`${source} has no column ${name}; its columns are 1 to ${header.length}.`);
  }
  if (typeof name !== 'string')
    throw new InputError(
      `Columns of ${source} are named by text or by position from 1, not by ${String(name)}; correct it.`,
    );
  const index = header.indexOf(name.trim().normalize('NFC'));
  if (index >= 0 && name.trim() !== '') return index;
  if (table.format === 'CSV' && looksLikeData(table))
    throw new InputError(
      `${source} has no column "${name}": its first line looks like data (${header.slice(0, 4).join(', ')}); add a header line, or ` +
        'say header: false to name the columns column1, column2, … or header: [names].',
    );
  throw new InputError(`${source} has no column "${name}"; ${listNearest(name, header)}.`);
}

function refuseTwoRoles({ header }: Table, { label, identifier, ignored, categorical, numeric }: ColumnRoles): void {
  const clash = (column: number, one: string, other: string): InputError =>
    new InputError(`Column ${header[column] || column + 1} is named as ${one} and in ${other}; name it once.`);
  if (ignored.has(label)) throw clash(label, 'label', 'ignore');
  if (identifier === label) throw clash(label, 'label', 'identifier');
  if (identifier !== undefined && ignored.has(identifier)) throw clash(identifier, 'identifier', 'ignore');
  for (const column of numeric) {
    if (categorical.has(column)) throw clash(column, 'numeric', 'categorical');
    if (ignored.has(column)) throw clash(column, 'numeric', 'ignore');
    if (column === label) throw clash(column, 'label', 'numeric');
  }
  for (const column of categorical) if (ignored.has(column)) throw clash(column, 'categorical', 'ignore');
}

/** A column without a name is an index that a program wrote more often than a feature; empty ones are left out later. */
function refuseUnnamed(table: Table, { label, identifier, ignored, categorical, numeric }: ColumnRoles): void {
  const { source, header, rows } = table;
  const named = new Set([label, identifier, ...ignored, ...categorical, ...numeric]);
  const index = header.findIndex(
    (name, c) =>
      !named.has(c) && (name === '' || /^Unnamed: \d+$/.test(name)) && rows.some(({ fields }) => fields[c] !== ''),
  );
  if (index < 0) return;
  const values = rows.map(({ fields }) => fields[index]);
  const counts = values.every((value, i) => Number(value) === Number(values[0]) + i)
    ? ' and counts the rows, as an index does'
    : '';
  throw new InputError(
    `Column ${index + 1} of ${source} has no name${header[index] === '' ? '' : ` but "${header[index]}"`}${counts}; leave it out with ` +
      `ignore: [${index + 1}], keep it with identifier: ${index + 1}, or give it a name in the header.`,
  );
}
