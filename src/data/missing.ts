import { InputError } from '../errors.js';
import type { CsvTable } from './csv-table.js';
import { missingCategory } from './encode.js';

/**
 * What to do with missing values. `refuse`: an error that names the first. `drop`: leave out rows that have one.
 * `category`: in a categorical column, missing becomes a category of its own; a missing number or label is refused.
 * Nothing is ever imputed, which would let test rows leak into training rows.
 */
export type MissingPolicy = 'refuse' | 'drop' | 'category';

/** Texts that mean "missing", compared after white space is trimmed. */
export const defaultMissingTexts: readonly string[] = ['', '?', 'NA', 'N/A', 'NaN', 'nan', 'null', 'NULL'];

/**
 * Applies the policy to some columns of a table.
 *
 * @param columns the columns used; a missing value elsewhere does not count.
 * @param isCategory whether a column is categorical.
 * @throws InputError naming line and column of a missing value that the policy refuses, or if no row is left.
 */
export function handleMissing(
  table: CsvTable,
  policy: MissingPolicy,
  columns: readonly number[],
  isCategory: (column: number) => boolean,
  missingTexts: readonly string[] = defaultMissingTexts,
): CsvTable {
  const { source, header } = table;
  const missing = new Set(missingTexts);
  if (policy === 'drop') {
    const rows = table.rows.filter(({ fields }) => columns.every((column) => !missing.has(fields[column])));
    if (rows.length === 0)
      throw new InputError(`Every row of ${source} has a missing value; ignore the columns that are mostly missing.`);
    return { ...table, rows };
  }
  const refused = (column: number): boolean => policy === 'refuse' || !isCategory(column);
  const rows = table.rows.map((row) => {
    const absent = columns.filter((column) => missing.has(row.fields[column]));
    if (absent.length === 0) return row;
    const first = absent.find(refused);
    if (first !== undefined)
      throw new InputError(
        `Line ${row.line} of ${source} has no value in column ${header[first]} ("${row.fields[first]}"); fill it in, ` +
          "or leave out rows with missing values with { missing: 'drop' }.",
      );
    return { ...row, fields: row.fields.map((text, c) => (absent.includes(c) ? missingCategory : text)) };
  });
  return { ...table, rows };
}
