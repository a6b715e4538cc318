import { InputError } from '../errors.js';
import { padding } from './input-shape.js';

/** Turns texts into token numbers. */
export interface Tokeniser {
  /** What each number stands for: `[unknown]` where there is such a token, then pieces of text. */
  readonly vocabulary: readonly string[];
  /** At most `most` tokens. */
  readonly encode: (text: string, most: number) => number[];
}

const unknownName = '[unknown]';
const endingMark = '##';
/** Endings of words take so much of a vocabulary of word pieces. */
const endingShare = 0.25;
const longestEnding = 6;

/** One token per character; characters that are not among these become `[unknown]` where there are any such. */
export function characterTokens(characters: readonly string[], { unknown }: { unknown: boolean }): Tokeniser {
  const vocabulary = [...(unknown ? [unknownName] : []), ...characters];
  const numbers = numbersOf(vocabulary);
  return {
    vocabulary,
    encode: (text, most) =>
      Array.from(text.slice(0, most), (character) => {
        const number = numbers.get(character) ?? numbers.get(unknownName);
        if (number === undefined)
          throw new InputError(`The character "${character}" of "${text}" is not in the vocabulary; correct it.`);
        return number;
      }),
  };
}

/** The characters that at least so many texts have, the most widespread first. */
export function widespreadCharacters(texts: readonly string[], minimumTexts: number): string[] {
  return ranked(sums(texts.map((text) => [[...new Set(text)], 1])), minimumTexts);
}

/**
 * Word pieces: single characters, whole words that most texts have, and endings of other words (`##ing`). A word counts once
 * for every text that has it, a character or ending once for every word and text; what counts less than `minimumTexts` is no
 * piece. A word without a number of its own is cut into the longest pieces that have one, from its start on, as WordPiece
 * does (Schuster & Nakajima 2012); what even then is left over is `[unknown]`. Words are separated by spaces; a word in
 * brackets (`[url]`) is never cut.
 */
export function wordPieceTokens(
  texts: readonly string[],
  { size, minimumTexts }: { readonly size: number; readonly minimumTexts: number },
): Tokeniser {
  const textsOfWords = sums(texts.map((text) => [[...new Set(wordsOf(text))], 1]));
  const cutWords = [...textsOfWords].filter(([word]) => isCut(word));
  const characters = ranked(sums(cutWords.map(([word, count]) => [[...new Set(word)], count])), minimumTexts);
  const room = size - 1 - 2 * characters.length;
  if (room < 1)
    throw new InputError(
      `A vocabulary of ${size} word pieces is too small: single characters alone take ${size - room}; ask for more.`,
    );
  const words = ranked(textsOfWords, minimumTexts)
    .filter((word) => word.length > 1)
    .slice(0, Math.ceil((1 - endingShare) * room));
  const known = new Set(words);
  const otherWords = cutWords.filter(([word]) => !known.has(word));
  const endings = ranked(sums(otherWords.map(([word, count]) => [endingsOf(word), count])), minimumTexts);
  const single = [...characters, ...characters.map((character) => endingMark + character)];
  return pieceTokeniser([unknownName, ...single, ...words, ...endings.slice(0, Math.max(0, room - words.length))]);
}

function pieceTokeniser(vocabulary: readonly string[]): Tokeniser {
  const numbers = numbersOf(vocabulary);
  const longest = vocabulary.reduce((length, piece) => Math.max(length, piece.length), 0);
  const unknown = 0;
  const cut = (word: string): number[] => {
    const pieces: number[] = [];
    for (let start = 0, end; start < word.length; start = end) {
      const mark = start === 0 ? '' : endingMark;
      end = Math.min(word.length, start + longest);
      while (end > start + 1 && !numbers.has(mark + word.slice(start, end))) end--;
      pieces.push(numbers.get(mark + word.slice(start, end)) ?? unknown);
    }
    return pieces;
  };
  return {
    vocabulary,
    encode: (text, most) =>
      wordsOf(text)
        .slice(0, most)
        .flatMap((word) => {
          const number = numbers.get(word);
          if (number !== undefined) return [number];
          return isCut(word) ? cut(word) : [unknown];
        })
        .slice(0, most),
  };
}

/**
 * Texts as rows of a data set: cut at `length` tokens, filled up with padding.
 *
 * @returns `N×length`
 */
export function tokenRows(texts: readonly string[], { encode }: Tokeniser, length: number): Float64Array {
  const rows = new Float64Array(texts.length * length).fill(padding);
  texts.forEach((text, row) => rows.set(encode(text, length), row * length));
  return rows;
}

/** `token 1`, `token 2`, …: names of the features of sequences. */
export function tokenNames(length: number): string[] {
  return Array.from({ length }, (_, k) => `token ${k + 1}`);
}

function wordsOf(text: string): string[] {
  return text.split(' ').filter((word) => word !== '');
}

function isCut(word: string): boolean {
  return !word.startsWith('[') || word.length === 1;
}

function endingsOf(word: string): string[] {
  const shortest = 2;
  const most = Math.min(longestEnding, word.length - 1);
  return Array.from({ length: Math.max(0, most - shortest + 1) }, (_, k) => endingMark + word.slice(-(k + shortest)));
}

function numbersOf(vocabulary: readonly string[]): Map<string, number> {
  return new Map(vocabulary.map((piece, number) => [piece, number]));
}

/** Sum of the weights of what has each item. */
function sums(weighted: readonly (readonly [items: readonly string[], weight: number])[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [items, weight] of weighted) for (const item of items) counts.set(item, (counts.get(item) ?? 0) + weight);
  return counts;
}

/** Items that count at least so much, the largest first, ties in the order of their characters. */
function ranked(counts: ReadonlyMap<string, number>, minimum: number): string[] {
  return [...counts]
    .filter(([, count]) => count >= minimum)
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .map(([item]) => item);
}
