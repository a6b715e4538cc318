/** Binary features of words. */
export interface NgramFeatures {
  /** Feature names, the n-grams: the most widespread first. */
  readonly ngrams: readonly string[];
  /** `N×d`, row-major: 1 where the word has the n-gram. */
  readonly features: Float64Array;
}

/**
 * Which single characters and pairs of adjacent characters a word has, in lower case, with `^` before its first and `$`
 * after its last, so that `a$` means "ends in a". Only those that at least `minimumWords` of the words have are kept.
 */
export function characterNgrams(words: readonly string[], minimumWords: number): NgramFeatures {
  const ngramsOfWords = words.map(ngramsOf);
  const counts = new Map<string, number>();
  for (const ngrams of ngramsOfWords) for (const ngram of ngrams) counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  const kept = [...counts]
    .filter(([, count]) => count >= minimumWords)
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .map(([ngram]) => ngram);

  const position = new Map(kept.map((ngram, k) => [ngram, k]));
  const features = new Float64Array(words.length * kept.length);
  ngramsOfWords.forEach((ngrams, row) => {
    for (const ngram of ngrams) {
      const k = position.get(ngram);
      if (k !== undefined) features[row * kept.length + k] = 1;
    }
  });
  return { ngrams: kept, features };
}

function ngramsOf(word: string): Set<string> {
  const characters = [...word.toLowerCase()];
  const marked = ['^', ...characters, '$'];
  return new Set([...characters, ...marked.slice(1).map((character, i) => marked[i] + character)]);
}
