/** The `N` entries of parameter j in `N×p` attributions. */
export function attributionColumn(values: Float64Array, p: number, j: number): Float64Array {
  return values.filter((_, at) => at % p === j);
}
