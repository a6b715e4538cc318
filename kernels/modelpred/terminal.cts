// What a run of a notebook prints on a terminal.
import type { CellEvent, Failure } from './execute.cjs';

const LINE_CHARACTERS = 60;
const NARROW = 80;

/** The part of a writable stream that is used. */
export interface Terminal {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const shorten = (text: string, room: number): string => (text.length > room ? `${text.slice(0, room - 1)}…` : text);

function percent({ progress }: CellEvent): string {
  if (!progress || progress.total <= 0) return '';
  return ` · ${progress.label} ${Math.floor((100 * progress.done) / progress.total)} %`;
}

/** Prints a line for each cell that ends; on a terminal the running cell's line is redrawn in place. */
export function cellReporter(terminal: Terminal): (event: CellEvent) => void {
  return (event) => {
    const { state, number, total, line, seconds } = event;
    const mark = { started: '…', running: '…', finished: '✓', failed: '✗' }[state];
    const head = `[${String(number).padStart(String(total).length)}/${total}] ${mark} ${shorten(line, LINE_CHARACTERS)}`;
    const ended = state === 'finished' || state === 'failed';
    const text = `${head} · ${seconds.toFixed(1)} s${ended ? '' : percent(event)}`;
    if (terminal.isTTY) {
      terminal.write(`\r\x1b[2K${ended ? `${text}\n` : shorten(text, (terminal.columns ?? NARROW) - 1)}`);
    } else if (ended) {
      terminal.write(`${text}\n`);
    }
  };
}

/** Why a notebook failed: which cell, by number, id and first line, and what went wrong. */
export function describeFailure(name: string, { cellNumber, cellId, line, message, traceback = [] }: Failure): string {
  const head = `${name} failed in cell ${cellNumber}${cellId ? ` (id ${cellId})` : ''}: ${line}\n${message}`;
  return [head, ...traceback.map((text) => `  ${text}`)].join('\n');
}
