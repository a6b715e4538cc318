// Products of matrices. Both operands are copied into the order in which they are read: four rows of A together, eight
// columns of B together, so that a block of 4×8 sums stays in registers and memory is read without gaps. Each sum runs over
// the inner index in order, whatever the number of rows, so a row of C has the same bytes in whatever batch it is computed.

import { multiplyAdd32 } from '../kernels/multiply-add';

/** Rows of A that are computed together. */
const blockRows: i32 = 4;
/** Columns of B that are computed together; numbers of columns of C are multiples of it. */
const panelColumns: i32 = 8;
/** Numbers of A that are copied at a time: what stays in the second cache. The caller's scratch counts on it. */
const partNumbers: i32 = 32768;

/** C = A·B for A `m×k`, B `k×n`, C `m×n`; n is a multiple of 8. `scratch`: see `productScratch` of network-kernels.ts. */
export function multiply(m: i32, k: i32, n: i32, a: usize, b: usize, c: usize, scratch: usize): void {
  product(m, k, n, a, false, b, false, c, scratch);
}

/** C = Aᵀ·B for A `k×m`, B `k×n`, C `m×n`; n is a multiple of 8. */
export function multiplyFirstTransposed(m: i32, k: i32, n: i32, a: usize, b: usize, c: usize, scratch: usize): void {
  product(m, k, n, a, true, b, false, c, scratch);
}

/** C = A·Bᵀ for A `m×k`, B `n×k`, C `m×n`; n is a multiple of 8. */
export function multiplySecondTransposed(m: i32, k: i32, n: i32, a: usize, b: usize, c: usize, scratch: usize): void {
  product(m, k, n, a, false, b, true, c, scratch);
}

function product(
  m: i32,
  k: i32,
  n: i32,
  a: usize,
  aTransposed: bool,
  b: usize,
  bTransposed: bool,
  c: usize,
  scratch: usize,
): void {
  const cRow = (<usize>n) << 2;
  const blockBytes = (<usize>k) << 4;
  const tile = scratch;
  const panel = tile + ((<usize>(blockRows * panelColumns)) << 2);
  const panelEnd = panel + (blockBytes << 1);
  const part = max(16, (partNumbers / max(k, 1)) & ~3);
  for (let first = 0; first < m; first += part) {
    const rows = min(part, m - first);
    const packed = panelEnd;
    for (let i = 0; i < rows; i += blockRows) {
      const to = packed + <usize>(i / blockRows) * blockBytes;
      const count = min(blockRows, rows - i);
      if (aTransposed) packColumns(k, m, a + ((<usize>(first + i)) << 2), count, to);
      else packRows(k, a + (<usize>(first + i) * <usize>k << 2), count, to, 16);
    }
    for (let j = 0; j < n; j += panelColumns) {
      const column = (<usize>j) << 2;
      if (bTransposed) {
        const from = b + (<usize>j * <usize>k << 2);
        packRows(k, from, 4, panel, 32);
        packRows(k, from + blockBytes, 4, panel + 16, 32);
      } else {
        let from = b + column;
        for (let to = panel; to < panelEnd; to += 32, from += cRow) {
          v128.store(to, v128.load(from));
          v128.store(to, v128.load(from, 16), 16);
        }
      }
      let block = packed;
      let out = c + <usize>first * cRow + column;
      let i = 0;
      for (; i + blockRows <= rows; i += blockRows) {
        multiplyBlock(block, panel, panelEnd, out, cRow);
        block += blockBytes;
        out += cRow << 2;
      }
      if (i < rows) {
        multiplyBlock(block, panel, panelEnd, tile, 32);
        for (let from = tile; i < rows; i++, from += 32, out += cRow) {
          v128.store(out, v128.load(from));
          v128.store(out, v128.load(from, 16), 16);
        }
      }
    }
  }
}

/** The 4×8 sums of one block of A with one panel of B. */
function multiplyBlock(a: usize, b: usize, bEnd: usize, c: usize, cRow: usize): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  for (; b < bEnd; a += 16, b += 32) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = multiplyAdd32(x, b0, c00);
    c01 = multiplyAdd32(x, b1, c01);
    x = v128.load32_splat(a, 4);
    c10 = multiplyAdd32(x, b0, c10);
    c11 = multiplyAdd32(x, b1, c11);
    x = v128.load32_splat(a, 8);
    c20 = multiplyAdd32(x, b0, c20);
    c21 = multiplyAdd32(x, b1, c21);
    x = v128.load32_splat(a, 12);
    c30 = multiplyAdd32(x, b0, c30);
    c31 = multiplyAdd32(x, b1, c31);
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  c += cRow;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  c += cRow;
  v128.store(c, c20);
  v128.store(c, c21, 16);
  c += cRow;
  v128.store(c, c30);
  v128.store(c, c31, 16);
}

/** Transposes up to four rows of k numbers: number p of each goes to `to + p·stride`; of missing rows, zeros. */
function packRows(k: i32, from: usize, count: i32, to: usize, stride: usize): void {
  const row = (<usize>k) << 2;
  let p = 0;
  if (count === 4) {
    const row2 = row << 1;
    const row3 = row2 + row;
    for (; p + 4 <= k; p += 4, from += 16) {
      const r0 = v128.load(from);
      const r1 = v128.load(from + row);
      const r2 = v128.load(from + row2);
      const r3 = v128.load(from + row3);
      const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
      to += stride;
      v128.store(to, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
      to += stride;
      v128.store(to, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
      to += stride;
      v128.store(to, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
      to += stride;
    }
  }
  for (; p < k; p++, from += 4, to += stride) {
    for (let i = 0; i < 4; i++) {
      store<f32>(to + ((<usize>i) << 2), i < count ? load<f32>(from + <usize>i * row) : 0);
    }
  }
}

/** Copies up to four neighbouring columns of a `k×m` matrix row by row; of missing columns, zeros. */
function packColumns(k: i32, m: i32, from: usize, count: i32, to: usize): void {
  const row = (<usize>m) << 2;
  const end = to + ((<usize>k) << 4);
  if (count === 4) {
    for (; to < end; to += 16, from += row) v128.store(to, v128.load(from));
    return;
  }
  for (; to < end; to += 16, from += row) {
    for (let i = 0; i < 4; i++) {
      store<f32>(to + ((<usize>i) << 2), i < count ? load<f32>(from + ((<usize>i) << 2)) : 0);
    }
  }
}
