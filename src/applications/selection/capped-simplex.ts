/**
 * Scales positive weights to add up to `total` with none above 1: w_i ← min(1, c·w_i), the projection in relative entropy
 * onto {0 ≤ w ≤ 1, Σw = total}. In place.
 *
 * @param weights `N`, positive, N ≥ total
 */
export function scaleToCappedSimplex(weights: Float64Array, total: number): void {
  const order = [...weights.keys()].sort((a, b) => weights[b] - weights[a]);
  let below = weights.reduce((sum, weight) => sum + weight, 0);
  for (let capped = 0; capped <= order.length; capped++) {
    // With the `capped` largest at 1, the others share what is left.
    const scale = capped < order.length ? (total - capped) / below : 1;
    if (capped === order.length || scale * weights[order[capped]] <= 1) {
      order.forEach((i, rank) => (weights[i] = rank < capped ? 1 : scale * weights[i]));
      return;
    }
    below -= weights[order[capped]];
  }
}
