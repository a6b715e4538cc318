/** A tidy table: one observation a row, the same plain columns in every row. Experiments return them, plots and displays take them. */
export type Row = Readonly<Record<string, string | number | boolean | null>>;
export type Table = readonly Row[];
