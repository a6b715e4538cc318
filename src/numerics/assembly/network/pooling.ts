// Sums of rows of a matrix over subsets whose weights are 0 or 1. Four points at a time have only 16 possible sums; these are
// tabulated once and each subset adds the one it wants, a fourth of the additions ("method of the four Russians", Arlazarov,
// Dinic, Kronrod and Faradžev 1970). Each sum runs over the points in order, four together, whatever the other rows are, so a
// row has the same bytes in whatever batch it is computed.

/** Points whose sums share one table. */
const groupPoints: i32 = 4;
/** Tables that are in use at a time: what stays in the first cache. Their codes are read together. */
const chunkGroups: i32 = 8;

/** Bytes of codes per row: one for every four points, filled up to whole chunks. */
// @ts-ignore: decorator
@inline
function codeBytes(points: i32): i32 {
  return (points + 31) / 32 * chunkGroups;
}

/**
 * Writes which of each four points a subset has, for weights `rows×points` (bytes), and the subsets' sizes (`rows`, float32),
 * −1 where a weight is above 1. Codes take 8 bytes for every 32 points or part of them.
 */
export function maskCodes(rows: i32, points: i32, weights: usize, codes: usize, sizes: usize): void {
  const bytes = <usize>codeBytes(points);
  for (let b = 0; b < rows; b++, sizes += 4) {
    const end = codes + bytes;
    let left = points;
    let size = 0;
    let every: u32 = 0;
    for (; codes < end; codes++, left -= groupPoints) {
      let four: u32 = 0;
      if (left >= groupPoints) {
        four = load<u32>(weights);
        weights += groupPoints;
      } else {
        for (let i = 0; i < left; i++, weights++) four |= <u32>load<u8>(weights) << (8 * i);
      }
      every |= four;
      // Brings the lowest bits of the four bytes together in the highest byte.
      const code = ((four & 0x01010101) * 0x01020408) >>> 24;
      store<u8>(codes, <u8>code);
      size += popcnt(code);
    }
    store<f32>(sizes, every & 0xfefefefe ? -1 : <f32>size);
  }
}

/**
 * pooled_b = Σ of the rows of `described` (`points×columns`, columns a multiple of 8) that subset b has, for codes and sizes
 * as {@link maskCodes} writes them; divided by the subset's size where `mean` is not 0 and the subset is not empty. Rows of
 * `pooled` are `stride` numbers apart. `tables` has room for 4096 numbers.
 */
export function poolMasks(
  rows: i32,
  points: i32,
  columns: i32,
  codes: usize,
  sizes: usize,
  described: usize,
  pooled: usize,
  stride: i32,
  mean: i32,
  tables: usize,
): void {
  const bytes = <usize>codeBytes(points);
  const row = (<usize>columns) << 2;
  const pooledRow = (<usize>stride) << 2;
  let column = 0;
  while (column < columns) {
    const width = columns - column >= 32 ? 32 : 8;
    const tableBytes = (<usize>width) << 6;
    for (let first = 0; first < points; first += groupPoints * chunkGroups) {
      let table = tables;
      let from = described + <usize>first * row + ((<usize>column) << 2);
      for (let group = first; group < first + groupPoints * chunkGroups; group += groupPoints) {
        tabulate(from, row, max(0, min(groupPoints, points - group)), (<usize>width) << 2, table);
        table += tableBytes;
        from += row << 2;
      }
      let code = codes + ((<usize>first) >> 2);
      let to = pooled + ((<usize>column) << 2);
      for (let b = 0; b < rows; b++, code += bytes, to += pooledRow) {
        if (width === 32) addTables32(load<u64>(code), tables, to, first === 0);
        else addTables8(load<u64>(code), tables, to, first === 0);
      }
    }
    column += width;
  }
  if (mean) divideRows(rows, row, sizes, pooled, pooledRow);
}

/** The 16 sums of `count` ≤ 4 rows that are `row` bytes apart, `width` bytes each: sum number s has the rows of its bits. */
function tabulate(from: usize, row: usize, count: i32, width: usize, table: usize): void {
  memory.fill(table, 0, width);
  for (let bit = 0; bit < groupPoints; bit++, from += row) {
    const half = <usize>(1 << bit) * width;
    for (let sum = table, end = table + half; sum < end; sum += width) {
      for (let at: usize = 0; at < width; at += 16) {
        const less = v128.load(sum + at);
        v128.store(sum + half + at, bit < count ? f32x4.add(less, v128.load(from + at)) : less);
      }
    }
  }
}

function addTables32(code: u64, table: usize, to: usize, first: bool): void {
  const zero = f32x4.splat(0);
  let s0 = first ? zero : v128.load(to);
  let s1 = first ? zero : v128.load(to, 16);
  let s2 = first ? zero : v128.load(to, 32);
  let s3 = first ? zero : v128.load(to, 48);
  let s4 = first ? zero : v128.load(to, 64);
  let s5 = first ? zero : v128.load(to, 80);
  let s6 = first ? zero : v128.load(to, 96);
  let s7 = first ? zero : v128.load(to, 112);
  for (let group = 0; group < chunkGroups; group++, code >>= 8, table += 2048) {
    const sum = table + ((<usize>(code & 15)) << 7);
    s0 = f32x4.add(s0, v128.load(sum));
    s1 = f32x4.add(s1, v128.load(sum, 16));
    s2 = f32x4.add(s2, v128.load(sum, 32));
    s3 = f32x4.add(s3, v128.load(sum, 48));
    s4 = f32x4.add(s4, v128.load(sum, 64));
    s5 = f32x4.add(s5, v128.load(sum, 80));
    s6 = f32x4.add(s6, v128.load(sum, 96));
    s7 = f32x4.add(s7, v128.load(sum, 112));
  }
  v128.store(to, s0);
  v128.store(to, s1, 16);
  v128.store(to, s2, 32);
  v128.store(to, s3, 48);
  v128.store(to, s4, 64);
  v128.store(to, s5, 80);
  v128.store(to, s6, 96);
  v128.store(to, s7, 112);
}

function addTables8(code: u64, table: usize, to: usize, first: bool): void {
  let low = first ? f32x4.splat(0) : v128.load(to);
  let high = first ? f32x4.splat(0) : v128.load(to, 16);
  for (let group = 0; group < chunkGroups; group++, code >>= 8, table += 512) {
    const sum = table + ((<usize>(code & 15)) << 5);
    low = f32x4.add(low, v128.load(sum));
    high = f32x4.add(high, v128.load(sum, 16));
  }
  v128.store(to, low);
  v128.store(to, high, 16);
}

function divideRows(rows: i32, row: usize, sizes: usize, pooled: usize, pooledRow: usize): void {
  for (let b = 0; b < rows; b++, sizes += 4, pooled += pooledRow) {
    const size = load<f32>(sizes);
    if (size <= 0) continue;
    const divisor = f32x4.splat(size);
    for (let at = pooled, end = pooled + row; at < end; at += 16) v128.store(at, f32x4.div(v128.load(at), divisor));
  }
}
