import { multiplyAdd64 } from './multiply-add';

// Products with a sparse N×D matrix in compressed rows: `starts` N+1 int32, `columns` int32 and `values` float64 of its entries. Eight
// rows of the other operand are taken at a time, side by side, so that every entry of the matrix is read once for all of them.
// Every sum is taken over the entries in their order.

/** Eight rows of N numbers at `out`: out[r][i] = Σ_j matrix[i][j]·across[j][r], for `across` D×8. */
export function sparseTimesEight(
  starts: usize,
  columns: usize,
  values: usize,
  points: i32,
  across: usize,
  out: usize,
): void {
  const stride = <usize>points << 3;
  for (let i = 0; i < points; i++, out += 8) {
    let s0 = f64x2.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    const end = load<i32>(starts + (<usize>i << 2), 4);
    for (let e = load<i32>(starts + (<usize>i << 2)); e < end; e++) {
      const at = across + (<usize>load<i32>(columns + (<usize>e << 2)) << 6);
      const value = v128.load64_splat(values + (<usize>e << 3));
      s0 = multiplyAdd64(value, v128.load(at), s0);
      s1 = multiplyAdd64(value, v128.load(at, 16), s1);
      s2 = multiplyAdd64(value, v128.load(at, 32), s2);
      s3 = multiplyAdd64(value, v128.load(at, 48), s3);
    }
    let row = out;
    v128.store64_lane(row, s0, 0);
    v128.store64_lane((row += stride), s0, 1);
    v128.store64_lane((row += stride), s1, 0);
    v128.store64_lane((row += stride), s1, 1);
    v128.store64_lane((row += stride), s2, 0);
    v128.store64_lane((row += stride), s2, 1);
    v128.store64_lane((row += stride), s3, 0);
    v128.store64_lane((row += stride), s3, 1);
  }
}

/** Adds Σ_i rows[r][i]·matrix[i][j] to across[j][r], for eight rows of N numbers and `across` D×8. */
export function addTransposedTimesEight(
  starts: usize,
  columns: usize,
  values: usize,
  points: i32,
  rows: usize,
  across: usize,
): void {
  const stride = <usize>points << 3;
  for (let i = 0; i < points; i++, rows += 8) {
    let row = rows;
    let r0 = v128.load64_zero(row);
    r0 = v128.load64_lane((row += stride), r0, 1);
    let r1 = v128.load64_zero((row += stride));
    r1 = v128.load64_lane((row += stride), r1, 1);
    let r2 = v128.load64_zero((row += stride));
    r2 = v128.load64_lane((row += stride), r2, 1);
    let r3 = v128.load64_zero((row += stride));
    r3 = v128.load64_lane((row += stride), r3, 1);
    const end = load<i32>(starts + (<usize>i << 2), 4);
    for (let e = load<i32>(starts + (<usize>i << 2)); e < end; e++) {
      const at = across + (<usize>load<i32>(columns + (<usize>e << 2)) << 6);
      const value = v128.load64_splat(values + (<usize>e << 3));
      v128.store(at, multiplyAdd64(value, r0, v128.load(at)));
      v128.store(at, multiplyAdd64(value, r1, v128.load(at, 16)), 16);
      v128.store(at, multiplyAdd64(value, r2, v128.load(at, 32)), 32);
      v128.store(at, multiplyAdd64(value, r3, v128.load(at, 48)), 48);
    }
  }
}
