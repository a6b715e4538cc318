/**
 * Names by similarity to one that was not found, most similar first, for an error message: at most `limit`, all of them
 * only if there are no more than that. Similarity is the Levenshtein distance, upper and lower case alike.
 */
export function nearestNames(name: string, candidates: readonly string[], limit = 5): string[] {
  return candidates
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}

/** `choose one of a, b` or, where there are many, `the nearest of 57 are a, b, c, d, e`. */
export function listNearest(name: string, candidates: readonly string[], limit = 12): string {
  return candidates.length <= limit
    ? `choose one of ${candidates.join(', ')}`
    : `the nearest of ${candidates.length} are ${nearestNames(name, candidates).join(', ')}`;
}

/** Fewest single-character insertions, deletions and substitutions that turn one string into the other (Levenshtein). */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const current = [i];
    for (let j = 1; j <= to.length; j++)
      current[j] = Math.min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + Number(from[i - 1] !== to[j - 1]));
    previous = current;
  }
  return previous[to.length];
}
