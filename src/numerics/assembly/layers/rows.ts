// Rows of matrices: added to all, summed over all, taken from and added to tables.

import { multiplyAdd32 } from '../kernels/multiply-add';
import { bytes, clear } from './scratch';

/** y[r] += row. */
export function addRow(rows: i32, columns: i32, row: u32, y: u32): void {
  const from = bytes(row);
  const width = bytes(columns);
  let to = bytes(y);
  for (let r = 0; r < rows; r++, to += width) addTo(to, from, columns);
}

/** y[r] = x[r]∘row, or y[r] += x[r]∘row. */
export function multiplyRow(rows: i32, columns: i32, x: u32, row: u32, y: u32, accumulate: i32): void {
  let xAt = bytes(x);
  let to = bytes(y);
  const width = bytes(columns);
  const whole = bytes(columns & ~3);
  const factors = bytes(row);
  for (let r = 0; r < rows; r++, xAt += width, to += width) {
    let c: usize = 0;
    if (accumulate) {
      for (; c < whole; c += 16) {
        const sum = multiplyAdd32(v128.load(xAt + c), v128.load(factors + c), v128.load(to + c));
        v128.store(to + c, sum);
      }
    } else {
      for (; c < whole; c += 16) v128.store(to + c, f32x4.mul(v128.load(xAt + c), v128.load(factors + c)));
    }
    for (; c < width; c += 4) {
      const product = load<f32>(xAt + c) * load<f32>(factors + c);
      store<f32>(to + c, accumulate ? load<f32>(to + c) + product : product);
    }
  }
}

/** out += Σ_r x[r], columns in registers sixteen or four at a time. */
export function addColumnSums(rows: i32, columns: i32, x: u32, out: u32): void {
  const width = bytes(columns);
  const from = bytes(x);
  const to = bytes(out);
  const end = from + <usize>rows * width;
  let c: usize = 0;
  for (; c + 64 <= width; c += 64) {
    let s0 = v128.load(to + c);
    let s1 = v128.load(to + c, 16);
    let s2 = v128.load(to + c, 32);
    let s3 = v128.load(to + c, 48);
    for (let at = from + c; at < end; at += width) {
      s0 = f32x4.add(s0, v128.load(at));
      s1 = f32x4.add(s1, v128.load(at, 16));
      s2 = f32x4.add(s2, v128.load(at, 32));
      s3 = f32x4.add(s3, v128.load(at, 48));
    }
    v128.store(to + c, s0);
    v128.store(to + c, s1, 16);
    v128.store(to + c, s2, 32);
    v128.store(to + c, s3, 48);
  }
  for (; c + 16 <= width; c += 16) {
    let sum = v128.load(to + c);
    for (let at = from + c; at < end; at += width) sum = f32x4.add(sum, v128.load(at));
    v128.store(to + c, sum);
  }
  for (; c < width; c += 4) {
    let sum = load<f32>(to + c);
    for (let at = from + c; at < end; at += width) sum += load<f32>(at);
    store<f32>(to + c, sum);
  }
}

/** out += Σ_r x[r]∘y[r]. */
export function addColumnProducts(rows: i32, columns: i32, x: u32, y: u32, out: u32): void {
  const width = bytes(columns);
  const from = bytes(x);
  const to = bytes(out);
  const other = bytes(y) - from;
  const end = from + <usize>rows * width;
  let c: usize = 0;
  for (; c + 32 <= width; c += 32) {
    let s0 = v128.load(to + c);
    let s1 = v128.load(to + c, 16);
    for (let at = from + c; at < end; at += width) {
      s0 = multiplyAdd32(v128.load(at), v128.load(at + other), s0);
      s1 = multiplyAdd32(v128.load(at, 16), v128.load(at + other, 16), s1);
    }
    v128.store(to + c, s0);
    v128.store(to + c, s1, 16);
  }
  for (; c + 16 <= width; c += 16) {
    let sum = v128.load(to + c);
    for (let at = from + c; at < end; at += width) sum = multiplyAdd32(v128.load(at), v128.load(at + other), sum);
    v128.store(to + c, sum);
  }
  for (; c < width; c += 4) {
    let sum = load<f32>(to + c);
    for (let at = from + c; at < end; at += width) sum += load<f32>(at) * load<f32>(at + other);
    store<f32>(to + c, sum);
  }
}

/** y[r] = table[indices[r]]; zeros for an index below 0. */
export function takeRows(rows: i32, columns: i32, indices: u32, table: u32, y: u32): void {
  const width = bytes(columns);
  const whole = bytes(columns & ~3);
  let to = bytes(y);
  for (let r = 0; r < rows; r++, to += width) {
    const index = <i32>load<f32>(bytes(indices + r));
    if (index < 0) {
      clear(to, width);
      continue;
    }
    const from = bytes(table) + <usize>index * width;
    let c: usize = 0;
    for (; c < whole; c += 16) v128.store(to + c, v128.load(from + c));
    for (; c < width; c += 4) store<f32>(to + c, load<f32>(from + c));
  }
}

/** table[indices[r]] += y[r] in the order of r; nothing for an index below 0. */
export function addRows(rows: i32, columns: i32, indices: u32, y: u32, table: u32): void {
  const width = bytes(columns);
  let from = bytes(y);
  for (let r = 0; r < rows; r++, from += width) {
    const index = <i32>load<f32>(bytes(indices + r));
    if (index >= 0) addTo(bytes(table) + <usize>index * width, from, columns);
  }
}

/** Adds `length` numbers at `from` to those at `to`. */
// @ts-ignore: decorator
@inline
function addTo(to: usize, from: usize, length: i32): void {
  const end = to + bytes(length);
  for (const whole = to + bytes(length & ~3); to < whole; to += 16, from += 16) {
    v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
  }
  for (; to < end; to += 4, from += 4) store<f32>(to, load<f32>(to) + load<f32>(from));
}
