/** Whether one of the values is NaN. */
export function hasNaN(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) return true;
  return false;
}

/** Ranks 1 … length in ascending order; equal values share the mean of their ranks. All NaN where one of the values is. */
export function ranks(values: ArrayLike<number>): Float64Array {
  // Nothing is above or below NaN: sorting would put the numbers around it in some order or other.
  if (hasNaN(values)) return new Float64Array(values.length).fill(NaN);
  const order = Array.from({ length: values.length }, (_, i) => i).sort((i, j) => values[i] - values[j]);
  const result = new Float64Array(values.length);
  for (let first = 0; first < order.length;) {
    let last = first;
    while (last + 1 < order.length && values[order[last + 1]] === values[order[first]]) last++;
    for (let i = first; i <= last; i++) result[order[i]] = (first + last) / 2 + 1;
    first = last + 1;
  }
  return result;
}
