import type { MissingPolicy } from './missing.js';
import type { NumberNotation } from './numbers.js';
import type { SpellingPolicy } from './spellings.js';

/** A column by its name, or by its position from 1. */
export type ColumnName = string | number;

/** What a table means: every inference from its values can be overridden here. Columns are named, or counted from 1. */
export interface TableDatasetOptions {
  /** Column that holds the class of each point. */
  readonly label: ColumnName;
  /** Name of the data set. Default: the file's name without its ending. */
  readonly name?: string;
  /** Columns to leave out, e.g. a row number. */
  readonly ignore?: readonly ColumnName[];
  /** Column that identifies the rows: no feature, but kept in `rows.identifiers`. */
  readonly identifier?: ColumnName;
  /** Columns to be one-hot encoded as text is: numeric codes, dates; as the label: numbers that are classes. */
  readonly categorical?: readonly ColumnName[];
  /** Columns that are numbers, whatever they look like (leading zeros, digits beyond 2^53). */
  readonly numeric?: readonly ColumnName[];
  /** What to do with missing values. Default `refuse`. */
  readonly missing?: MissingPolicy;
  /**
   * Texts that mean "missing" beside the empty field, everywhere or by column. Default: ?, NA, N/A, NaN, null, `.`, `-` and
   * others (`defaultMissingTexts`).
   */
  readonly missingTexts?: readonly string[] | Readonly<Record<string, readonly string[]>>;
  /** Decimal mark. Default: found in the values. */
  readonly decimal?: NumberNotation['decimal'];
  /** What groups the thousands of numbers. Default: found in the values. */
  readonly thousands?: NumberNotation['thousands'];
  /** What to do with texts that differ only in spelling. Default `same`. */
  readonly spellings?: SpellingPolicy;
  /** Most categories of a column that are one-hot encoded. Default 50. */
  readonly maxCategories?: number;
  /** Told every sentence of `reading.notices`. Default: they are written to stderr. */
  readonly onNotice?: (notice: string) => void;
}
