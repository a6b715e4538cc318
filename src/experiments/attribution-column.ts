/** The `N` entries of parameter j in `N×p` attributions. */
export function attributionColumn(values: Float64Array, p: number, j: number): Float64Array {
  const column = new Float64Array(values.length / p);
  for (let i = 0; i < column.length; i++) column[i] = values[i * p + j];
  return column;
}
