import { InputError } from '../../errors.js';

/** Separators that are looked for, by how common they are. */
export const separators = [',', ';', '\t', '|'] as const;

/** How a separator is written in a message. */
export function nameSeparator(separator: string): string {
  return separator === '\t' ? "'\\t'" : `'${separator}'`;
}

/** What the first lines of a text are under one separator. */
interface Candidate {
  readonly separator: string;
  /** Fields of the first line. */
  readonly width: number;
  /** Share of the other lines that have as many fields. */
  readonly agreement: number;
}

/**
 * The separator under which the first line has two or more fields and the other lines as many.
 *
 * @param head the start of a text; its last line may be cut.
 * @returns `,` where there is only one column.
 * @throws InputError if two separators fit equally well.
 */
export function detectSeparator(head: string, source: string, quote = '"'): string {
  const candidates = candidatesOf(head, quote).filter(({ width }) => width > 1);
  if (candidates.length === 0) return ',';
  const best = Math.max(...candidates.map(({ agreement }) => agreement));
  const fitting = candidates.filter(({ agreement }) => agreement === best);
  if (fitting.length > 1 && best > 0.5)
    throw new InputError(
      `The fields of ${source} may be separated by ${fitting.map(({ separator }) => nameSeparator(separator)).join(' or ')}; ` +
        `say which, e.g. delimiter: ${nameSeparator(fitting[0].separator)}.`,
    );
  return fitting[0].separator;
}

/**
 * Another separator that would split every line of the head into the same number of fields, two or more.
 *
 * @param separator the one that was named, which finds one column.
 */
export function betterSeparator(head: string, separator: string, quote = '"'): Candidate | undefined {
  return candidatesOf(head, quote).find(
    (candidate) => candidate.separator !== separator && candidate.width > 1 && candidate.agreement === 1,
  );
}

function candidatesOf(head: string, quote: string): Candidate[] {
  const lines = head.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '');
  // The last line may be cut, and lines with an odd number of quotes are parts of records.
  const whole = (lines.length > 2 ? lines.slice(0, -1) : lines).filter((line) => evenQuotes(line, quote)).slice(0, 200);
  const counts = (separator: string): number[] => whole.map((line) => fieldsIn(line, separator, quote));
  return separators.map((separator) => {
    const [width = 0, ...others] = counts(separator);
    const same = others.filter((count) => count === width).length;
    return { separator, width, agreement: others.length === 0 ? 1 : same / others.length };
  });
}

function evenQuotes(line: string, quote: string): boolean {
  return quote === '' || line.split(quote).length % 2 === 1;
}

/** Fields of a line: separators outside quotes, and one. */
function fieldsIn(line: string, separator: string, quote: string): number {
  const outside = quote === '' ? [line] : line.split(quote).filter((_, part) => part % 2 === 0);
  return 1 + outside.reduce((count, part) => count + part.split(separator).length - 1, 0);
}
