import { characters, unitsPerEm, widths } from './text-widths.js';

/** A text as Vega draws it. */
export interface TextItem {
  /** Pixels; 11 where it is not given, as in Vega. */
  readonly fontSize?: number;
  /** A number, `normal` or `bold`. */
  readonly fontWeight?: number | string;
  /** Pixels after which Vega cuts the text off; 0 or absent: never. */
  readonly limit?: number;
}

const places = new Map([...characters].map((character, place) => [character, place]));
const other = places.get('n') as number;
const named: Readonly<Record<string, number>> = { normal: 400, bold: 700 };

/** Widths of the weight that is nearest, of two as near the bolder. */
function widthsOf(weight: number | string = 400): readonly number[] {
  const wanted = named[weight] ?? Number(weight);
  const [nearest] = [...widths].sort(([a], [b]) => Math.abs(a - wanted) - Math.abs(b - wanted) || b - a);
  return nearest[1];
}

/**
 * Width in pixels of a text in Roboto, the font of all figures, from the font's own table, without kerning. Vega without a
 * canvas would take 0.8 of the font's size for every letter, which is half too much and leaves figures with empty margins.
 * A character that is not in the table counts as an "n", a combining mark as nothing.
 */
export function textWidth({ fontSize = 11, fontWeight, limit = 0 }: TextItem, text: string | number | null): number {
  const advances = widthsOf(fontWeight);
  let units = 0;
  for (const character of String(text ?? '').trim())
    if (!/\p{M}/u.test(character)) units += advances[places.get(character) ?? other];
  const width = (units / unitsPerEm) * fontSize;
  return limit > 0 ? Math.min(width, limit) : width;
}
