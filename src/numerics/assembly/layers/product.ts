// Products of matrices at any strides. Every sum of C is taken in an order that depends on the inner size alone, so a row of C
// has the same bytes whatever rows are computed beside it.

import { multiplyAdd32 } from '../kernels/multiply-add';
import { columnsBlock, rowsBlock } from './block';
import { bytes, clear, scratch } from './scratch';

/** Rows and columns of C whose sums are kept in registers. */
const blockRows: i32 = 4;
const panelColumns: i32 = 8;
/** Bytes of a tile of C at the beginning of the scratch. */
const tileBytes: usize = 128;
/** Inner indices that are summed at a time, so that eight columns of B stay in the first cache. */
const partLength: i32 = 512;
/** From so many inner indices on A·Bᵀ is computed as inner products of rows, below them with B transposed first. */
const dotLength: i32 = 128;
/** A matrix B of so many bytes is read where it lies, a larger one copied eight columns at a time. */
const cachedBytes: usize = 16384;

/** C = A·B, AᵀB or A·Bᵀ, see `LayerKernels`. */
export function multiply(
  transposed: i32,
  m: i32,
  n: i32,
  k: i32,
  a: u32,
  aRow: u32,
  b: u32,
  bRow: u32,
  c: u32,
  cRow: u32,
  accumulate: i32,
  count: i32,
  aStep: u32,
  bStep: u32,
  cStep: u32,
): void {
  for (let each = 0; each < count; each++, a += aStep, b += bStep, c += cStep) {
    product(transposed, m, n, k, bytes(a), bytes(aRow), bytes(b), bytes(bRow), bytes(c), bytes(cRow), accumulate);
  }
}

/** One product; addresses and distances of rows in bytes. */
export function product(
  transposed: i32,
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRow: usize,
  b: usize,
  bRow: usize,
  c: usize,
  cRow: usize,
  accumulate: i32,
): void {
  if (k === 0 && !accumulate) for (let i = 0; i < m; i++) clear(c + <usize>i * cRow, bytes(n));
  if (transposed === 2 && k >= dotLength) {
    innerProducts(m, n, k, a, aRow, b, bRow, c, cRow, accumulate);
    return;
  }
  const aInner: usize = transposed === 1 ? aRow : 4;
  const bInner: usize = transposed === 2 ? 4 : bRow;
  for (let first = 0; first < k; first += partLength) {
    const length = min(partLength, k - first);
    const from = <usize>first;
    panels(transposed, m, n, length, a + from * aInner, aRow, b + from * bInner, bRow, c, cRow, accumulate);
    accumulate = 1;
  }
}

/** C eight columns at a time. The panel of B lies behind a tile of C in the scratch unless it is read where it is. */
function panels(
  transposed: i32,
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRow: usize,
  b: usize,
  bRow: usize,
  c: usize,
  cRow: usize,
  accumulate: i32,
): void {
  const inPlace = transposed !== 2 && (m <= blockRows << 1 || <usize>k * bRow <= cachedBytes);
  const packed = scratch + tileBytes;
  for (let j = 0; j < n; j += panelColumns) {
    const width = min(panelColumns, n - j);
    let panel = packed;
    let step: usize = 32;
    if (transposed === 2) packRows(k, b + <usize>j * bRow, bRow, width, packed);
    else if (!inPlace || width < panelColumns) packColumns(k, b + bytes(j), bRow, width, packed);
    else {
      panel = b + bytes(j);
      step = bRow;
    }
    columnsOfC(transposed, m, k, a, aRow, panel, step, c + bytes(j), cRow, width, accumulate);
  }
}

/** Up to eight columns of C, four rows at a time. */
// @ts-ignore: decorator
@inline
function columnsOfC(
  transposed: i32,
  m: i32,
  k: i32,
  a: usize,
  aRow: usize,
  panel: usize,
  step: usize,
  c: usize,
  cRow: usize,
  width: i32,
  accumulate: i32,
): void {
  const aBlock: usize = transposed === 1 ? 16 : aRow << 2;
  for (let i = 0; i < m; i += blockRows, a += aBlock, c += cRow << 2) {
    const rows = min(blockRows, m - i);
    // Rows and columns that are not there are summed too, but into the tile.
    const inTile = width < panelColumns;
    if (inTile && accumulate) copyCorner(rows, width, c, cRow, scratch, 32);
    const o0 = inTile ? scratch : c;
    const o1 = inTile || rows < 2 ? scratch + 32 : c + cRow;
    const o2 = inTile || rows < 3 ? scratch + 64 : c + (cRow << 1);
    const o3 = inTile || rows < 4 ? scratch + 96 : c + cRow * 3;
    if (transposed === 1) columnsBlock(1, k, a, aRow, 0, panel, step, o0, o1, o2, o3, accumulate);
    else {
      const a1 = rows > 1 ? a + aRow : a;
      const a2 = rows > 2 ? a + (aRow << 1) : a;
      const a3 = rows > 3 ? a + aRow * 3 : a;
      rowsBlock(1, k, 0, a, a1, a2, a3, panel, step, o0, o1, o2, o3, accumulate);
    }
    if (inTile) copyCorner(rows, width, scratch, 32, c, cRow);
  }
}

/** Copies `rows` rows of `width` numbers, fewer than eight. */
export function copyCorner(rows: i32, width: i32, from: usize, fromRow: usize, to: usize, toRow: usize): void {
  for (let i = 0; i < rows; i++, from += fromRow, to += toRow) {
    for (let j: usize = 0; j < bytes(width); j += 4) store<f32>(to + j, load<f32>(from + j));
  }
}

/** Copies `width` neighbouring columns of a matrix of k rows as a panel of eight; of missing columns, zeros. */
export function packColumns(k: i32, from: usize, row: usize, width: i32, to: usize): void {
  const end = to + ((<usize>k) << 5);
  if (width === panelColumns) {
    for (; to < end; to += 32, from += row) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
    }
    return;
  }
  for (; to < end; to += 32, from += row) {
    v128.store(to, f32x4.splat(0));
    v128.store(to, f32x4.splat(0), 16);
    for (let j: usize = 0; j < bytes(width); j += 4) store<f32>(to + j, load<f32>(from + j));
  }
}

/** Transposes up to eight rows of k numbers to a panel of eight columns; of missing rows, zeros. */
export function packRows(k: i32, from: usize, row: usize, width: i32, to: usize): void {
  packFourRows(k, from, row, min(4, width), to);
  packFourRows(k, from + (row << 2), row, max(0, width - 4), to + 16);
}

function packFourRows(k: i32, from: usize, row: usize, width: i32, to: usize): void {
  let p = 0;
  if (width === 4) {
    const row2 = row << 1;
    const row3 = row2 + row;
    for (; p + 4 <= k; p += 4, from += 16, to += 128) {
      const r0 = v128.load(from);
      const r1 = v128.load(from + row);
      const r2 = v128.load(from + row2);
      const r3 = v128.load(from + row3);
      const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
      v128.store(to, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), 32);
      v128.store(to, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), 64);
      v128.store(to, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), 96);
    }
  }
  for (; p < k; p++, from += 4, to += 32) {
    v128.store(to, f32x4.splat(0));
    for (let i = 0; i < width; i++) store<f32>(to + bytes(i), load<f32>(from + <usize>i * row));
  }
}

/** C = A·Bᵀ as inner products of rows, four rows of A with two of B at a time. */
function innerProducts(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRow: usize,
  b: usize,
  bRow: usize,
  c: usize,
  cRow: usize,
  accumulate: i32,
): void {
  for (let j = 0; j < n; j += 2) {
    const b0 = b + <usize>j * bRow;
    const b1 = j + 1 < n ? b0 + bRow : b0;
    for (let i = 0; i < m; i += 4) {
      const a0 = a + <usize>i * aRow;
      const a1 = i + 1 < m ? a0 + aRow : a0;
      const a2 = i + 2 < m ? a0 + (aRow << 1) : a0;
      const a3 = i + 3 < m ? a0 + aRow * 3 : a0;
      innerBlock(k, a0, a1, a2, a3, b0, b1, scratch);
      const rows = min(4, m - i);
      const columns = min(2, n - j);
      for (let s = 0; s < columns; s++) {
        let out = c + <usize>i * cRow + bytes(j + s);
        for (let r = 0; r < rows; r++, out += cRow) {
          const sum = load<f32>(scratch + bytes(4 * s + r));
          store<f32>(out, accumulate ? load<f32>(out) + sum : sum);
        }
      }
    }
  }
}

/** Inner products of four rows with each of two, at `out`: those with the first row, then those with the second. */
// @ts-ignore: decorator
@inline
function innerBlock(k: i32, a0: usize, a1: usize, a2: usize, a3: usize, b0: usize, b1: usize, out: usize): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  const end = a0 + bytes(k & ~3);
  for (; a0 < end; a0 += 16, a1 += 16, a2 += 16, a3 += 16, b0 += 16, b1 += 16) {
    const y0 = v128.load(b0);
    const y1 = v128.load(b1);
    let x = v128.load(a0);
    c00 = multiplyAdd32(x, y0, c00);
    c01 = multiplyAdd32(x, y1, c01);
    x = v128.load(a1);
    c10 = multiplyAdd32(x, y0, c10);
    c11 = multiplyAdd32(x, y1, c11);
    x = v128.load(a2);
    c20 = multiplyAdd32(x, y0, c20);
    c21 = multiplyAdd32(x, y1, c21);
    x = v128.load(a3);
    c30 = multiplyAdd32(x, y0, c30);
    c31 = multiplyAdd32(x, y1, c31);
  }
  for (const last = end + bytes(k & 3); a0 < last; a0 += 4, a1 += 4, a2 += 4, a3 += 4, b0 += 4, b1 += 4) {
    const y0 = v128.load32_zero(b0);
    const y1 = v128.load32_zero(b1);
    let x = v128.load32_zero(a0);
    c00 = multiplyAdd32(x, y0, c00);
    c01 = multiplyAdd32(x, y1, c01);
    x = v128.load32_zero(a1);
    c10 = multiplyAdd32(x, y0, c10);
    c11 = multiplyAdd32(x, y1, c11);
    x = v128.load32_zero(a2);
    c20 = multiplyAdd32(x, y0, c20);
    c21 = multiplyAdd32(x, y1, c21);
    x = v128.load32_zero(a3);
    c30 = multiplyAdd32(x, y0, c30);
    c31 = multiplyAdd32(x, y1, c31);
  }
  v128.store(out, laneSums(c00, c10, c20, c30));
  v128.store(out, laneSums(c01, c11, c21, c31), 16);
}

/** The sum of the lanes of each of four vectors. */
// @ts-ignore: decorator
@inline
function laneSums(r0: v128, r1: v128, r2: v128, r3: v128): v128 {
  const s01 = f32x4.add(v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), v128.shuffle<f32>(r0, r1, 2, 6, 3, 7));
  const s23 = f32x4.add(v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), v128.shuffle<f32>(r2, r3, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(s01, s23, 0, 1, 4, 5), v128.shuffle<f32>(s01, s23, 2, 3, 6, 7));
}
