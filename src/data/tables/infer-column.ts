import { InputError } from '../../errors.js';
import { looksLikeCompactDate, looksLikeDate } from './dates.js';
import { ambiguousMissingTexts } from './missing.js';
import {
  hasLeadingZero,
  looksLikeCode,
  losesDigits,
  notationsOf,
  plainNumber,
  type NumberNotation,
} from './numbers.js';
import { looseKey } from './spellings.js';
import { placeOf } from './table.js';
import type { Table } from './text-table.js';

/** The different texts of a column, without those that mean "missing", in the order of the table. */
export interface ColumnTexts {
  readonly table: Table;
  /** Position among the fields, from 0. */
  readonly index: number;
  /** How the column is called in messages: its name, or its position. */
  readonly name: string;
  /** Rows of every text. */
  readonly counts: ReadonlyMap<string, number>;
  /** Line of the first row with every text. */
  readonly firstLine: ReadonlyMap<string, number>;
  /** Rows with a value. */
  readonly present: number;
  readonly missing: number;
}

/** What a column is, if no option says so. `unique`: text that is different in every row. */
export type ColumnKind =
  { readonly type: 'empty' | 'number' | 'date' } | { readonly type: 'unique' | 'text'; readonly why: string };

/** Collects the texts of a column. */
export function textsOf(table: Table, index: number, isMissing: (text: string) => boolean): ColumnTexts {
  const counts = new Map<string, number>();
  const firstLine = new Map<string, number>();
  for (const { line, fields } of table.rows) {
    const text = fields[index];
    const known = counts.get(text);
    counts.set(text, (known ?? 0) + 1);
    if (known === undefined) firstLine.set(text, line);
  }
  let missing = 0;
  for (const [text, count] of counts) {
    if (!isMissing(text)) continue;
    missing += count;
    counts.delete(text);
  }
  const name = table.header[index] === '' ? String(index + 1) : table.header[index];
  return { table, index, name, counts, firstLine, present: table.rows.length - missing, missing };
}

/** `Line 3 of x.csv has "." in column size`. */
export function quoteOf({ table, name, firstLine }: ColumnTexts, text: string): string {
  return `${placeOf(table, firstLine.get(text) ?? 0)} has "${text}" in column ${name}`;
}

/**
 * Infers what the values of a column are.
 *
 * @param allowed notations that numbers may be in.
 * @throws InputError for a column that is neither numbers nor text.
 */
export function inferKind(texts: ColumnTexts, allowed: readonly NumberNotation[]): ColumnKind {
  const { counts, present } = texts;
  if (present === 0) return { type: 'empty' };
  const others = [...counts.keys()].filter((text) => notationsOf(text, allowed).length === 0);
  if (others.length === 0) return numbersOrCodes(texts);
  const otherRows = others.reduce((sum, text) => sum + (counts.get(text) ?? 0), 0);
  if (others.length < counts.size) {
    if (others.length <= 2 || otherRows * 2 < present) throw mixed(texts, others);
    return textKind(texts, 'text, with numbers among it');
  }
  if (others.every(looksLikeDate)) return { type: 'date' };
  refuseOddNumbers(texts, others);
  return textKind(texts, 'text');
}

function numbersOrCodes(texts: ColumnTexts): ColumnKind {
  const { counts, firstLine } = texts;
  const all = [...counts.keys()];
  const long = all.find((text) => losesDigits(text.replaceAll('\u2212', '-')));
  if (long !== undefined)
    return textKind(texts, `whole numbers too long for a double (${long} on line ${firstLine.get(long)})`);
  const padded = all.find(hasLeadingZero);
  if (padded !== undefined)
    return textKind(texts, `codes with leading zeros (${padded} on line ${firstLine.get(padded)})`);
  return { type: 'number' };
}

/** Text that is different in every row tells nothing about new rows. */
function textKind({ counts, present }: ColumnTexts, why: string): ColumnKind {
  const different =
    present > 2 && counts.size === present && new Set([...counts.keys()].map(looseKey)).size === present;
  return { type: different ? 'unique' : 'text', why };
}

function mixed(texts: ColumnTexts, others: readonly string[]): InputError {
  const { counts, firstLine, name } = texts;
  const [first] = others;
  if (/^[+-]?inf(inity)?$/i.test(first))
    return new InputError(
      `${quoteOf(texts, first)}, which is not a finite number; correct it, or list it in missingTexts if it is missing.`,
    );
  const number = [...counts.keys()].find((text) => !others.includes(text)) ?? '';
  return new InputError(
    `${quoteOf(texts, first)}, which has numbers elsewhere (${number} on line ${firstLine.get(number)}); correct it, list it in ` +
      `missingTexts if it means missing, or name ${name} in categorical or ignore.`,
  );
}

/** Numbers in a form that is not read, such as `$1,234` or `12 %`, would become a category each. */
function refuseOddNumbers(texts: ColumnTexts, others: readonly string[]): void {
  if (others.length < 3) return;
  const odd =
    /^(?:[A-Z]{3}\s)?[([]?[+\-\u2212]?\s*\p{Sc}?\s*[+\-\u2212]?[\p{Nd}.,'’\s_]*\p{Nd}[\p{Nd}.,'’\s_]*(?<unit>\s*[%‰°\p{Sc}]|\s*\p{L}{1,3})?[)\]]?-?$/u;
  const units = new Set(others.map((text) => odd.exec(text)?.groups?.unit ?? (odd.test(text) ? '' : undefined)));
  if (units.has(undefined) || units.size > 1) return;
  throw new InputError(
    `${quoteOf(texts, others[0])}, which looks like a number with something beside it; leave only the number in the file, or name ` +
      `${texts.name} in categorical or ignore.`,
  );
}

/** Sentences on what a column of numbers may be instead. */
export function doubtsOfNumbers(texts: ColumnTexts, notation: NumberNotation): string[] {
  const { counts, firstLine, name, present, table } = texts;
  const all = [...counts.keys()];
  const doubts: string[] = [];
  const code = all.find(looksLikeCode);
  if (code !== undefined)
    doubts.push(
      `Column ${name} has values such as ${code} (line ${firstLine.get(code)}), which was read as the number ${Number(code)}; if they are ` +
        `codes, name ${name} in categorical.`,
    );
  if (counts.size === 1 && table.rows.length > 1)
    doubts.push(`Column ${name} is constant (${all[0]}); it can be named in ignore.`);
  const values = all.map((text) => Number(plainNumber(text, notation)));
  if (present > 9 && counts.size === present && values.every((value, i) => value === values[0] + i) && values[0] <= 1)
    doubts.push(`Column ${name} counts the rows; if it is a row number, name it in ignore or as identifier.`);
  else if (present > 2 && all.every(looksLikeCompactDate))
    doubts.push(
      `Column ${name} looks like dates (${all[0]}) and was read as numbers; name it in ignore if it should not be a feature.`,
    );
  const sentinel = sentinelOf(values);
  if (sentinel !== undefined)
    doubts.push(
      `Column ${name} has ${sentinel}, far from its other values; if that means missing, add '${sentinel}' to missingTexts.`,
    );
  return doubts;
}

/** A value such as −999 or 9999 that stands apart from the others, as a mark of missing values does. */
function sentinelOf(values: readonly number[]): number | undefined {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  if (sorted.length < 3) return undefined;
  const [lowest, second] = sorted;
  if (/^-9{2,}$/.test(String(lowest)) && second >= -Math.abs(lowest) / 10) return lowest;
  const [next, highest] = sorted.slice(-2);
  return /^9{3,}$/.test(String(highest)) && next < highest / 10 ? highest : undefined;
}

/** Sentences on what the categories of a column may be instead. */
export function doubtsOfText({ counts, name, firstLine }: ColumnTexts): string[] {
  const word = [...counts.keys()].find((text) => ambiguousMissingTexts.has(text));
  const doubts: string[] = [];
  if (word !== undefined)
    doubts.push(
      `Column ${name} has "${word}" (line ${firstLine.get(word)}) as a category; if it means missing, list it in missingTexts.`,
    );
  const garbled = [...counts.keys()].find((text) => /[ÃÂ][\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€/.test(text));
  if (garbled !== undefined)
    doubts.push(
      `Column ${name} has "${garbled}" (line ${firstLine.get(garbled)}), which looks like UTF-8 read in another encoding; check the option encoding, or the program that wrote the file.`,
    );
  return doubts;
}
