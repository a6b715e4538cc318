/** Where fewer labels than this are expected to be wrong, none is suspected: it rounds to none. */
const leastExpected = 0.5;

/**
 * Which labels to suspect, `N` zeros and ones: those with scores below the threshold or, without one, the lowest scores whose expected F1
 * score 2·Σ_suspects(1 − score) / (suspects + Σ_all(1 − score)) is the largest. Equal scores are suspected together.
 *
 * @param scores `N` probabilities that a label is right
 */
export function flagSuspects(scores: Float64Array, threshold?: number): Uint8Array {
  if (threshold !== undefined) return Uint8Array.from(scores, (score) => Number(score < threshold));
  const ascending = scores.slice().sort();
  const expected = ascending.reduce((sum, score) => sum + 1 - score, 0);
  if (expected < leastExpected) return new Uint8Array(scores.length);
  let [found, best, highest] = [0, 0, -Infinity];
  ascending.forEach((score, k) => {
    found += 1 - score;
    if (score === ascending[k + 1]) return;
    const f1 = (2 * found) / (k + 1 + expected);
    if (f1 > best) [best, highest] = [f1, score];
  });
  return Uint8Array.from(scores, (score) => Number(score <= highest));
}
