// What went wrong in a cell, in the form of Jupyter's `error` outputs.
import path from 'node:path';
import { inspect } from 'node:util';
import { root } from './root.cjs';

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

// Frames of the kernel, of tslab and of Node say nothing to the author of a cell.
const foreign = new RegExp(
  `node:(internal|vm|async_hooks)|${[__dirname, path.join('node_modules', 'tslab')].map(escape).join('|')}`,
);

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/**
 * A thrown value as a cell error.
 *
 * @param sourceLine the text of a line of the JavaScript a cell was compiled to, by cell number and line number.
 */
export function describeError(
  thrown: unknown,
  sourceLine: (cell: number, line: number) => string | undefined,
): CellError {
  if (!(thrown instanceof Error)) {
    const evalue = typeof thrown === 'string' ? thrown : inspect(thrown);
    return { ename: 'Thrown', evalue, traceback: [`Thrown: ${evalue}`] };
  }
  const lines = inspect(thrown).split('\n');
  // Node puts the place in the compiled code before what was thrown.
  const first = /^\S+:\d+$/.test(lines[0]) ? lines.indexOf('') + 1 : 0;
  const traceback = lines.slice(first).flatMap((line) => {
    if (!/^\s+at /.test(line)) return [line];
    if (foreign.test(line)) return [];
    const place = /\(?cell-(\d+)\.js:(\d+):\d+\)?/.exec(line);
    if (!place) return [line.replaceAll(`file://${root}${path.sep}`, '').replaceAll(root + path.sep, '')];
    // Line numbers are those of the compiled code, so the line itself is shown; the wrapper around a cell has none.
    const text = sourceLine(Number(place[1]), Number(place[2]))
      ?.trim()
      .replace(/^exports\.tsLastExpr\d* = /, '')
      .replace(/\bexports\./g, '');
    return text ? [line.replace(place[0], `(cell ${place[1]}: ${text})`)] : [];
  });
  return { ename: thrown.name, evalue: thrown.message, traceback };
}

/** Problems that the check of types found as one cell error, each with the line of the cell it is about. */
export function describeDiagnostics(
  diagnostics: readonly {
    readonly start: { line: number; character: number };
    readonly messageText: string;
    readonly fileName?: string;
  }[],
  code: string,
): CellError {
  const lines = code.split('\n');
  const texts = diagnostics.map(({ start, messageText, fileName }) =>
    fileName
      ? `${fileName}:${start.line + 1}:${start.character + 1} - ${messageText}`
      : `${start.line + 1}:${start.character + 1} - ${messageText}`,
  );
  const traceback = diagnostics.flatMap(({ start, fileName }, i) => {
    const line = fileName ? undefined : lines[start.line];
    const pointed = line === undefined ? [] : [`    ${line}`, `    ${' '.repeat(start.character)}^`];
    return [i === 0 ? `${TYPE_CHECK_ERROR}: ${texts[i]}` : texts[i], ...pointed];
  });
  return { ename: TYPE_CHECK_ERROR, evalue: texts[0], traceback };
}
