/** The given rows of a matrix with rows of `width` numbers. */
export function gatherRows(matrix: Float64Array, rows: readonly number[], width: number): Float64Array {
  const gathered = new Float64Array(rows.length * width);
  rows.forEach((row, at) => gathered.set(matrix.subarray(row * width, (row + 1) * width), at * width));
  return gathered;
}
