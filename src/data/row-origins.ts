/** Where the points of a data set come from, so that results can be joined back to a file. */
export interface RowOrigins {
  /** Names of the files. */
  readonly files: readonly string[];
  /** `N` indices into `files`. */
  readonly fileIndex: Uint16Array;
  /** `N` lines of the file, from 1, that the points' records begin on (in Parquet files and data frames: rows). */
  readonly lines: Int32Array;
  /** `N` identifiers, where the reader was told which column holds them. */
  readonly identifiers?: readonly string[];
}

/** The origins of some of the points, in the order given. */
export function takeOrigins(origins: RowOrigins, rows: ArrayLike<number>): RowOrigins {
  const { files, fileIndex, lines, identifiers } = origins;
  return {
    files,
    fileIndex: Uint16Array.from(rows, (row) => fileIndex[row]),
    lines: Int32Array.from(rows, (row) => lines[row]),
    ...(identifiers === undefined ? {} : { identifiers: Array.from(rows, (row) => identifiers[row]) }),
  };
}

/** The origins of the points of one data set, then those of another; undefined unless both have them. */
export function joinOrigins(first: RowOrigins | undefined, second: RowOrigins | undefined): RowOrigins | undefined {
  if (first === undefined || second === undefined) return undefined;
  const files = [...new Set([...first.files, ...second.files])];
  const index = ({ files: own, fileIndex }: RowOrigins): number[] =>
    Array.from(fileIndex, (f) => files.indexOf(own[f]));
  const identifiers = [first, second].map((one) => one.identifiers ?? Array.from(one.lines, () => ''));
  return {
    files,
    fileIndex: Uint16Array.from([...index(first), ...index(second)]),
    lines: Int32Array.from([...first.lines, ...second.lines]),
    ...(first.identifiers === undefined && second.identifiers === undefined ? {} : { identifiers: identifiers.flat() }),
  };
}

/**
 * Where a point comes from, for people: `line 17 of loans.csv (customer 42)`; its row in the data set where that is not known.
 *
 * @param row of the data set, from 0.
 */
export function describeOrigin(dataset: { readonly rows?: RowOrigins }, row: number): string {
  const { rows } = dataset;
  if (rows === undefined) return `row ${row}`;
  const identifier = rows.identifiers?.[row] ?? '';
  return `line ${rows.lines[row]} of ${rows.files[rows.fileIndex[row]]}${identifier === '' ? '' : ` (${identifier})`}`;
}
