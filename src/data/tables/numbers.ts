/** How numbers are written: the decimal mark and what groups thousands. */
export interface NumberNotation {
  readonly decimal: '.' | ',';
  /** Empty: nothing. A space stands for any space, an apostrophe for both of its forms. */
  readonly thousands: '' | ',' | '.' | ' ' | "'";
}

/** Notations that are looked for, by how common they are. */
export const notations: readonly NumberNotation[] = [
  { decimal: '.', thousands: '' },
  { decimal: ',', thousands: '' },
  { decimal: '.', thousands: ',' },
  { decimal: ',', thousands: '.' },
  { decimal: '.', thousands: ' ' },
  { decimal: ',', thousands: ' ' },
  { decimal: '.', thousands: "'" },
  { decimal: ',', thousands: "'" },
];

export const plainNotation = notations[0];

const groupMarks: Record<string, string> = { ',': ',', '.': '\\.', ' ': '[ \\u00a0\\u2009\\u202f]', "'": "['’]" };

const patterns = new Map(
  notations.map((notation) => {
    const decimal = notation.decimal === '.' ? '\\.' : ',';
    const mark = groupMarks[notation.thousands];
    // The first group has no leading zero, so that 0,123 is a decimal.
    const whole = mark === undefined ? '\\d+' : `(?:[1-9]\\d{0,2}(?:${mark}\\d{3})+|\\d+)`;
    return [
      keyOf(notation),
      new RegExp(`^[+\\-\u2212]?(?:${whole}(?:${decimal}\\d*)?|${decimal}\\d+)(?:[eE][+\\-\u2212]?\\d+)?$`),
    ];
  }),
);

function keyOf({ decimal, thousands }: NumberNotation): string {
  return decimal + thousands;
}

/**
 * A number of this notation as JavaScript writes it (`1.234,5` as `1234.5`); undefined for other text, and for hexadecimal
 * and the empty string, which JavaScript would also turn into numbers.
 */
export function plainNumber(text: string, notation: NumberNotation = plainNotation): string | undefined {
  if (patterns.get(keyOf(notation))?.test(text) !== true) return undefined;
  if (notation === plainNotation) return text.replaceAll('\u2212', '-');
  const { decimal, thousands } = notation;
  const digits = thousands === '' ? text : text.replace(new RegExp(groupMarks[thousands], 'g'), '');
  return (decimal === ',' ? digits.replace(',', '.') : digits).replaceAll('\u2212', '-');
}

/** The value of a decimal number such as `-1.5e3`; undefined for other text. */
export function parseNumber(text: string, notation: NumberNotation = plainNotation): number | undefined {
  const plain = plainNumber(text, notation);
  return plain === undefined ? undefined : Number(plain);
}

/** The notations a text is a number in. */
export function notationsOf(text: string, among: readonly NumberNotation[] = notations): NumberNotation[] {
  return /\d/.test(text) ? among.filter((notation) => plainNumber(text, notation) !== undefined) : [];
}

/** Whether a whole number is so large that a double does not give its digits back. */
export function losesDigits(plain: string): boolean {
  if (!/^[+-]?\d{16,}$/.test(plain)) return false;
  const digits = plain.replace('+', '');
  return String(Number(digits)) !== digits && BigInt(digits) !== BigInt(Number(digits));
}

/** Whether a number is written as a code often is: digits, E, digits. Programs that write doubles put a sign after the e. */
export function looksLikeCode(text: string): boolean {
  return /^\d+[eE]\d+$/.test(text);
}

/** Whether a text is a whole number that begins with a zero, which a number would lose. */
export function hasLeadingZero(text: string): boolean {
  return /^[+-]?0\d+$/.test(text);
}

/** What the texts of a column say about how its numbers are written. */
export type NotationEvidence =
  | {
      readonly kind: 'sure';
      readonly notation: NumberNotation;
      /** The decimal mark, where the texts leave no choice. */
      readonly decimal?: '.' | ',';
    }
  /** A text that has two values, by notation. */
  | { readonly kind: 'ambiguous'; readonly text: string; readonly choices: readonly NumberNotation[] }
  /** Two texts that no one notation covers. */
  | { readonly kind: 'contradictory'; readonly texts: readonly [string, string] };

/** @param texts numbers, each in one of the notations at least. */
export function notationEvidence(
  texts: Iterable<string>,
  among: readonly NumberNotation[] = notations,
): NotationEvidence {
  let feasible = among;
  let narrowing: string | undefined;
  let ambiguous: string | undefined;
  const all = [...texts];
  for (const text of all) {
    if (/^[+-]?\d+$/.test(text)) continue;
    const fitting = notationsOf(text, feasible);
    if (fitting.length === 0) return { kind: 'contradictory', texts: [narrowing ?? text, text] };
    if (fitting.length < feasible.length) narrowing ??= text;
    feasible = fitting;
  }
  for (const text of all) {
    const values = new Set(feasible.map((notation) => parseNumber(text, notation)));
    if (values.size > 1) ambiguous ??= text;
  }
  if (ambiguous !== undefined) return { kind: 'ambiguous', text: ambiguous, choices: feasible };
  const decimals = new Set(feasible.map(({ decimal }) => decimal));
  const [notation] = feasible;
  return { kind: 'sure', notation, ...(decimals.size === 1 ? { decimal: notation.decimal } : {}) };
}
