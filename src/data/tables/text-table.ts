import type { CsvRecord } from './delimited-text.js';

/** A table as text, as many fields in every row as in the header; what a field means is found out later. */
export interface Table {
  /** File name, for messages. */
  readonly source: string;
  readonly format: 'CSV' | 'JSON lines' | 'Parquet' | 'data frame';
  /** Of text. */
  readonly encoding?: string;
  /** Of delimited text. */
  readonly delimiter?: string;
  /** Column names; empty where a column has none. */
  readonly header: readonly string[];
  readonly rows: readonly CsvRecord[];
  /** Lines of rows without any value, which were left out. */
  readonly blank?: readonly number[];
}
