// What went wrong in a cell, in the form of Jupyter's `error` outputs.
import path from 'node:path';
import { inspect } from 'node:util';
import { root } from '../root.cjs';
import type { Diagnostic } from './compiler.cjs';

/** Content of a Jupyter `error` output. */
export interface CellError {
  /** Kind, e.g. `RangeError`. */
  readonly ename: string;
  /** Message. */
  readonly evalue: string;
  /** Lines for reading: kind and message, then where. */
  readonly traceback: string[];
}

/** Name of an error that a check of types found before the cell ran. */
export const TYPE_CHECK_ERROR = 'TypeCheckError';
/** Name of the error of an interrupted cell; the library's own errors on request carry it too. */
export const INTERRUPTED = 'InterruptedError';

export const interruptedError: CellError = {
  ename: INTERRUPTED,
  evalue: 'The cell was interrupted.',
  traceback: [`${INTERRUPTED}: The cell was interrupted.`],
};

/** The name a cell's code has in stack traces. */
export const cellFile = (number: number): string => `cell-${number}.js`;

// Frames of the kernel and of Node say nothing to the author of a cell.
const foreign = new RegExp(
  `node:(internal|vm|async_hooks|inspector)|new Promise \\(<anonymous>\\)|${escape(__dirname)}`,
);

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** What a look at a value gives, or something else where the value does not stand being looked at. */
function attempt<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : attempt(() => inspect(value), '(a value that cannot be shown)');

/**
 * A thrown value as a cell error, whatever it is: values that throw when they are looked at are described as far as they let.
 *
 * @param sourceLine the text of a line of a cell, by the number of the cell and the line of the script it was compiled to.
 */
export function describeError(
  thrown: unknown,
  sourceLine: (cell: number, line: number) => string | undefined,
): CellError {
  if (!attempt(() => thrown instanceof Error, false)) {
    const evalue = textOf(thrown);
    return { ename: 'Thrown', evalue, traceback: [`Thrown: ${evalue}`] };
  }
  const error = thrown as Error;
  const ename = attempt(() => (error.name ? String(error.name) : 'Error'), 'Error');
  const evalue = attempt(() => String(error.message), '(a message that cannot be read)');
  const lines = attempt(() => inspect(error), `${ename}: ${evalue}`).split('\n');
  // Node puts the place in the compiled code before what was thrown.
  const first = /^\S+:\d+$/.test(lines[0]) ? lines.indexOf('') + 1 : 0;
  const traceback = lines.slice(first).flatMap((line) => {
    if (!/^\s+at /.test(line)) return [line];
    if (foreign.test(line)) return [];
    const place = /\(?cell-(\d+)\.js:(\d+):\d+\)?/.exec(line);
    if (!place) return [line.replaceAll(`file://${root}${path.sep}`, '').replaceAll(root + path.sep, '')];
    // The line itself says more than its number in a script nobody sees.
    const text = sourceLine(Number(place[1]), Number(place[2]))?.trim();
    return text ? [line.replace(place[0], `(cell ${place[1]}: ${text})`)] : [];
  });
  return { ename, evalue, traceback };
}

/** Problems that the check of types found as one cell error, each with the line of the cell it is about. */
export function describeDiagnostics(diagnostics: readonly Diagnostic[], code: string): CellError {
  const lines = code.split('\n');
  const texts = diagnostics.map(
    ({ file, line, column, message }) => `${file ? `${file}:` : ''}${line + 1}:${column + 1} - ${message}`,
  );
  const traceback = diagnostics.flatMap(({ line, column, file }, i) => {
    const text = file ? undefined : lines[line];
    const pointed = text === undefined ? [] : [`    ${text}`, `    ${' '.repeat(column)}^`];
    return [i === 0 ? `${TYPE_CHECK_ERROR}: ${texts[i]}` : texts[i], ...pointed];
  });
  return { ename: TYPE_CHECK_ERROR, evalue: texts[0], traceback };
}
