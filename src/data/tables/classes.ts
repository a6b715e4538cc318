import { InputError } from '../../errors.js';
import { maxClasses } from '../validate.js';
import type { ColumnRoles } from './column-names.js';
import { notationsOf, parseNumber } from './numbers.js';
import { placeOf } from './table.js';
import type { Table } from './text-table.js';

/** More different numbers than this are no classes, unless the caller says so. */
const mostNumericClasses = 20;

/** Alphabetical by code unit, so the order is the same in every locale. */
export function distinctTexts({ rows }: Table, column: number): string[] {
  return [...new Set(rows.map(({ fields }) => fields[column]))].sort();
}

/**
 * The classes of a label, in alphabetical order, or ascending where all are numbers.
 *
 * @param dropped rows that were left out, for the message.
 * @throws InputError if there is one class only, or the label is a number to predict or an identifier.
 */
export function classesOf(table: Table, { label, categorical }: ColumnRoles, dropped: number): string[] {
  const { source, rows } = table;
  const values = distinctTexts(table, label);
  const column = `Column ${table.header[label] === '' ? label + 1 : table.header[label]} of ${source}`;
  if (values.length < 2)
    throw new InputError(
      `${column} has only the class "${values[0]}"${dropped > 0 ? ` after ${dropped} rows with missing values were left out` : ''}; a ` +
        'classification needs two or more.',
    );
  if (values.length > maxClasses)
    throw new InputError(
      `${column} has ${values.length} different values, more than ${maxClasses} classes; is it a number to predict, or an ` +
        'identifier? Name the column that holds the class.',
    );
  const numeric = values.every((value) => notationsOf(value).length > 0);
  const fraction = numeric ? values.find((value) => !/^[+-]?\d+(\.0*)?$/.test(value)) : undefined;
  const likelyNumber =
    numeric && (values.length > mostNumericClasses || (fraction !== undefined && values.length * 3 > rows.length));
  const likelyIdentifier = rows.length >= 10 && values.length * 2 > rows.length;
  if (!categorical.has(label) && (likelyNumber || likelyIdentifier)) {
    const example = rows.find(({ fields }) => fields[label] === (fraction ?? fields[label]));
    throw new InputError(
      `${column} has ${values.length} different ${numeric ? 'numbers' : 'texts'} in ${rows.length} rows, e.g. "${example?.fields[label]}" ` +
        `(${placeOf(table, example?.line ?? 0)
          .split(' of ')[0]
          .toLowerCase()}), more than classes have; name the column that holds the class, ` +
        'make classes of it, or, if they are classes, name it in categorical too.',
    );
  }
  return values.every((value) => parseNumber(value) !== undefined)
    ? values.sort((a, b) => Number(a) - Number(b))
    : values;
}

/** A sentence on classes with a single row, which are spelling mistakes more often than classes. */
export function rareClasses({ header, rows }: Table, label: number): string[] {
  if (rows.length < 20) return [];
  const counts = new Map<string, number>();
  for (const { fields } of rows) counts.set(fields[label], (counts.get(fields[label]) ?? 0) + 1);
  const single = rows.filter(({ fields }) => counts.get(fields[label]) === 1);
  if (single.length === 0) return [];
  const shown = single.slice(0, 5).map(({ line, fields }) => `"${fields[label]}" (line ${line})`);
  return [
    `Column ${header[label]} has classes with a single row: ${shown.join(', ')}${single.length > 5 ? ', …' : ''}; is that a spelling mistake?`,
  ];
}
