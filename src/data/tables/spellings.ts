import { InputError } from '../../errors.js';

/**
 * What to do with texts that differ only in how they are spelled. `same`: those that differ by white space, Unicode form,
 * trailing zeros of a number (`1`, `1.0`), or the case of a truth value (`TRUE`, `True`) are one category; texts that differ by
 * case otherwise are refused. `merge`: those are one too. `keep`: every text is a category.
 */
export type SpellingPolicy = 'same' | 'merge' | 'keep';

export const spellingPolicies: readonly SpellingPolicy[] = ['same', 'merge', 'keep'];

/** Texts that were read as one. */
export interface MergedSpelling {
  readonly text: string;
  readonly spellings: readonly string[];
}

/** How the texts of a column are to be read. */
export interface Spellings {
  /** The category of every text that is not its own. */
  readonly rename: ReadonlyMap<string, string>;
  readonly merged: readonly MergedSpelling[];
}

/** Words whose case says nothing. */
const truthValues = new Set(['true', 'false', 'yes', 'no']);

/**
 * Finds texts that are one category spelled in several ways; the most frequent spelling (then the first) stands for them.
 *
 * @param counts rows of each text, in the order of the table.
 * @param column named in errors, e.g. `Column sex of loans.csv`.
 * @throws InputError naming the spellings that the policy leaves to the caller.
 */
export function resolveSpellings(
  counts: ReadonlyMap<string, number>,
  policy: SpellingPolicy,
  column: string,
): Spellings {
  if (policy === 'keep') return { rename: new Map(), merged: [] };
  const groups = groupBy(counts.keys(), sameKey);
  const words = groupBy(
    [...groups.values()].map(([first]) => first),
    (text) => looseKey(text),
  );
  const merged: MergedSpelling[] = [];
  const rename = new Map<string, string>();
  for (const alike of words.values()) {
    if (alike.length > 1 && policy === 'same')
      throw new InputError(
        `${column} spells one value in ${alike.length} ways (${alike
          .slice(0, 5)
          .map((text) => `"${text}"`)
          .join(', ')}); correct it, or say ` + "spellings: 'merge' to read them as one, or 'keep' to tell them apart.",
      );
    const spellings = alike.flatMap((text) => groups.get(sameKey(text)) ?? []);
    if (spellings.length === 1) continue;
    const text = spellings.reduce((best, next) => ((counts.get(next) ?? 0) > (counts.get(best) ?? 0) ? next : best));
    merged.push({ text: tidy(text), spellings });
    for (const spelling of spellings) rename.set(spelling, tidy(text));
  }
  return { rename, merged };
}

/** Equal for texts that are the same to a reader. */
function sameKey(text: string): string {
  const clean = tidy(text);
  const word = clean.toLowerCase();
  if (truthValues.has(word)) return word;
  const number = /^\+?(-?)(\d+)(?:\.(\d*?)0*)?$/.exec(clean);
  if (number === null) return clean;
  const [, sign, whole, fraction = ''] = number;
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Equal for texts that are likely to be the same: case, compatibility forms, leading zeros, punctuation of quotes and dashes. */
export function looseKey(text: string): string {
  const word = sameKey(text).normalize('NFKC').toLowerCase().normalize('NFC');
  return word
    .replace(/[‐‑‒–—−]/g, '-')
    .replace(/[‘’`´]/g, "'")
    .replace(/[\u200c\u200d]/g, '')
    .replace(/^(-?)0+(?=\d+$)/, '$1');
}

/** Composed (NFC), without invisible characters, and with single ordinary spaces. */
function tidy(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\u200b\u2060\ufeff\u00ad]/g, '')
    .replace(/[^\S\n\r]+/g, ' ')
    .trim();
}

function groupBy(texts: Iterable<string>, keyOf: (text: string) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const text of texts) {
    const key = keyOf(text);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [text]);
    else known.push(text);
  }
  return groups;
}
