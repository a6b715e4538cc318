// The parent's side of the process that runs cells.
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { type ChildEvent, DESCRIPTORS, endOfCell, type Request } from './messages.cjs';

export interface CellProcess {
  request(request: Request): void;
  /** Answers the input that a cell waits for; without a text, ends the waiting. */
  answer(text?: string): void;
  /** Interrupts the running cell and the processes that it has started. */
  interrupt(): void;
  kill(): void;
  readonly pid: number | undefined;
  /** How the process ended and its last words, once all its output has arrived. */
  readonly ended: Promise<string>;
}

export const CLEAN_END = 'exit code 0';

/** Space for short-lived objects, of which checking a cell makes many: collecting them takes a third of the time it does by default. */
const YOUNG_SPACE_MB = 64;
/** How long the rest of what a cell wrote past the kernel may take to arrive. */
const LONGEST_REST_MS = 200;

/** Hands on complete lines of a stream. */
function onLines(stream: Readable, handle: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let pieces: string[] = [];
  stream.on('data', (chunk: Buffer) => {
    const lines = decoder.write(chunk).split('\n');
    pieces.push(lines[0]);
    if (lines.length === 1) return;
    handle(pieces.join(''));
    for (const line of lines.slice(1, -1)) handle(line);
    pieces = [lines[lines.length - 1]];
  });
}

/**
 * Follows one of the two usual output streams, where what native code and child processes of cells print arrives, and tells
 * when all of a cell's has.
 */
function followStream(stream: Readable, onText: (text: string) => void): (cell: number) => Promise<void> {
  let held = '';
  const waiting = new Map<string, () => void>();
  const seen = new Set<string>();
  const start = endOfCell(0).slice(0, -2);
  stream.setEncoding('utf8').on('data', (text: string) => {
    held += text;
    for (let at = held.indexOf(start); at >= 0; at = held.indexOf(start)) {
      const end = held.indexOf('\u0000', at + 1);
      if (end < 0) break;
      const mark = held.slice(at, end + 1);
      if (at > 0) onText(held.slice(0, at));
      held = held.slice(end + 1);
      const found = waiting.get(mark);
      if (found) found();
      else seen.add(mark);
    }
    const open = held.lastIndexOf('\u0000');
    const complete = open >= 0 && start.startsWith(held.slice(open, open + start.length)) ? open : held.length;
    if (complete > 0) onText(held.slice(0, complete));
    held = held.slice(complete);
  });
  return (cell) =>
    new Promise((resolve) => {
      const mark = endOfCell(cell);
      if (seen.delete(mark)) return resolve();
      const timer = setTimeout(() => waiting.get(mark)?.(), LONGEST_REST_MS);
      waiting.set(mark, () => {
        clearTimeout(timer);
        waiting.delete(mark);
        resolve();
      });
    });
}

/**
 * Starts a process for cells.
 *
 * @param folder its working folder: the notebook's
 * @param onEvent what it sends; the end of a cell after all of the cell's output
 * @param onStray what native code and child processes print, past the kernel
 */
export function startCells(
  folder: string,
  onEvent: (event: ChildEvent) => void,
  onStray: (name: 'stdout' | 'stderr', text: string) => void,
): CellProcess {
  const program = path.join(__dirname, 'process.cjs');
  // A process group of its own: Ctrl-C in a terminal reaches this process alone, which then stops the other in order.
  const child: ChildProcess = spawn(process.execPath, [`--max-semi-space-size=${YOUNG_SPACE_MB}`, program], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
  const streams = child.stdio as unknown as readonly (Readable & Writable)[];
  let fatal = '';
  const rests = [
    followStream(streams[1], (text) => onStray('stdout', text)),
    followStream(streams[2], (text) => {
      fatal ||= /^(FATAL ERROR|\w*Error): .*$/m.exec(text)?.[0] ?? '';
      onStray('stderr', text);
    }),
  ];
  // Events keep their order although the end of a cell waits for the rest of its output.
  let last: Promise<void> | undefined;
  onLines(streams[DESCRIPTORS.events], (line) => {
    const event = JSON.parse(line) as ChildEvent;
    if (event.type === 'done') {
      last = Promise.all(rests.map((rest) => rest(event.cell))).then(() => {
        last = undefined;
        onEvent(event);
      });
    } else if (last) last = last.then(() => onEvent(event));
    else onEvent(event);
  });
  for (const descriptor of [DESCRIPTORS.interrupts, DESCRIPTORS.answers])
    streams[descriptor].on('error', () => undefined);

  const signal = (name: 'SIGKILL' | 'SIGINT'): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // It has ended already.
    }
  };
  const kill = (): void => signal('SIGKILL');
  // Not one orphan, however this process ends.
  process.once('exit', kill);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, name) => {
      process.off('exit', kill);
      const how = name ? `signal ${name}` : code === 0 ? CLEAN_END : `exit code ${code}`;
      resolve(`${how}${fatal ? `, ${fatal}` : ''}`);
    });
  });
  const answer = (text?: string): void => void streams[DESCRIPTORS.answers].write(`${JSON.stringify({ text })}\n`);
  return {
    request: (request) => void (child.connected && child.send(request, () => undefined)),
    answer,
    interrupt: () => {
      if (child.connected) child.send({ type: 'interrupt' } satisfies Request, () => undefined);
      streams[DESCRIPTORS.interrupts].write('!');
      signal('SIGINT');
    },
    kill,
    pid: child.pid,
    ended,
  };
}
