import { looksLikeDate } from './dates.js';
import { notationsOf } from './numbers.js';
import type { Table } from './text-table.js';

/**
 * Whether the first line of a table is likely to be a row: every column of numbers has a number there, and every column of
 * text that repeats itself one of its texts.
 */
export function looksLikeData({ header, rows }: Table): boolean {
  let evidence = 0;
  for (const [c, name] of header.entries()) {
    if (name === '') continue;
    const texts = rows.map(({ fields }) => fields[c]).filter((text) => text !== '');
    const numbers = texts.filter((text) => notationsOf(text).length > 0).length;
    const number = notationsOf(name).length > 0;
    if (numbers * 2 > texts.length) {
      if (!number) return false;
      evidence++;
    } else if (texts.includes(name)) evidence++;
    else if (new Set(texts).size * 2 <= texts.length && !number) return false;
    else if (texts.length > 0 && texts.every(looksLikeDate) && !looksLikeDate(name)) return false;
  }
  return evidence > 0;
}
