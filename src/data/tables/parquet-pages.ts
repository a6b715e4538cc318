import type { AsyncBuffer, ColumnMetaData, FileMetaData, PageHeader } from 'hyparquet';

/** A page may be this long unpacked. */
const longestPage = 2 ** 30;

/** A column of a row group may have so many values. */
const mostValues = 2n ** 27n;

/**
 * Checks that the pages of every column follow one another within the column and hold its rows: hyparquet trusts the lengths
 * and counts of pages, so a damaged one sends it round for ever or reserves any amount of memory.
 *
 * @throws RangeError naming the column.
 */
export async function checkPages(file: AsyncBuffer, { row_groups: groups }: FileMetaData): Promise<void> {
  const { parquetHeader } = await import('hyparquet/src/column.js');
  for (const { columns, num_rows: rows } of groups) {
    for (const { meta_data: column } of columns) {
      if (column === undefined) throw new RangeError('a column has no description');
      const start = Number(column.dictionary_page_offset ?? column.data_page_offset);
      const length = Number(column.total_compressed_size);
      const path = column.path_in_schema.join('.');
      if (!(start >= 4 && length > 0 && start + length <= file.byteLength))
        throw new RangeError(`column ${path} lies outside the file`);
      if (!(rows >= 0n && column.num_values <= mostValues))
        throw new RangeError(`column ${path} has ${column.num_values} values`);
      if (!(column.num_values >= rows)) throw new RangeError(`column ${path} lacks values`);
      const reader = { view: new DataView(await file.slice(start, start + length)), offset: 0 };
      while (reader.offset < length - 1) {
        const header = parquetHeader(reader);
        const problem = problemOf(header, column, length - reader.offset);
        if (problem !== undefined) throw new RangeError(`a page of column ${path} ${problem}`);
        reader.offset += header.compressed_page_size;
      }
    }
  }
}

/** What is wrong with a page, if anything. */
function problemOf(header: PageHeader, { num_values: most }: ColumnMetaData, left: number): string | undefined {
  const { type, compressed_page_size: packed, uncompressed_page_size: unpacked } = header;
  if (!(packed >= 0 && packed <= left)) return `has the length ${packed}`;
  if (!(unpacked >= 0 && unpacked <= longestPage)) return `has the length ${unpacked} unpacked`;
  const second = header.data_page_header_v2;
  switch (type) {
    case 'DATA_PAGE':
      return isCount(header.data_page_header?.num_values, most) ? undefined : 'has no count of its values';
    case 'DICTIONARY_PAGE':
      return isCount(header.dictionary_page_header?.num_values, most) ? undefined : 'has no count of its values';
    case 'DATA_PAGE_V2': {
      const counts = [second?.num_values, second?.num_nulls, second?.num_rows];
      const levels = [second?.definition_levels_byte_length, second?.repetition_levels_byte_length];
      const sound =
        counts.every((count) => isCount(count, most)) && levels.every((bytes) => isCount(bytes, BigInt(packed)));
      return sound ? undefined : 'has no count of its values';
    }
    default:
      return 'is of no known type';
  }
}

function isCount(value: number | undefined, most: bigint): boolean {
  return Number.isInteger(value) && (value ?? -1) >= 0 && (value ?? 0) <= most;
}
