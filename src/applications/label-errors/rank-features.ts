import type { Dataset } from '../../data/dataset.js';

/**
 * The data set with every feature replaced by its rank among the points over N, from 0 to 1, equal values sharing their mean
 * rank: the same whatever a rising function has been done to a feature, and not moved by outliers or long tails. Features of at
 * most two values stay as they are.
 */
export function rankFeatures(dataset: Dataset): Dataset {
  const { size, dimension } = dataset;
  const features = dataset.features.slice();
  const column = new Float64Array(size);
  for (let j = 0; j < dimension; j++) {
    for (let i = 0; i < size; i++) column[i] = features[i * dimension + j];
    column.sort();
    if (countBelow(column, column[size - 1]) === countUpTo(column, column[0])) continue;
    for (let at = j; at < features.length; at += dimension)
      features[at] = (countBelow(column, features[at]) + countUpTo(column, features[at])) / 2 / size;
  }
  return { ...dataset, features };
}

/** How many numbers of an ascending list are smaller than a value. */
function countBelow(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many numbers of an ascending list are at most a value. */
function countUpTo(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
