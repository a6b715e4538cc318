// The cells of a kernel: one after another, in a process that may be ended and started again without the kernel ending.
import { setTimeout as delay } from 'node:timers/promises';
import { type CellError, INTERRUPTED } from './cells/cell-error.cjs';
import { type CellProcess, startCells } from './cells/child.cjs';
import type { ChildEvent, Question, Request } from './cells/messages.cjs';

/** After this long an interrupted cell that still runs is ended together with its process; longer while it is compiled. */
const LONGEST_STOP_MS = 2700;
const LONGEST_COMPILATION_MS = 30_000;
/** How long a question about code may take while a cell keeps the process from answering. */
const LONGEST_ANSWER_MS = 2000;

export type Done = Extract<ChildEvent, { type: 'done' }>;

export interface Cells {
  run(request: Omit<Extract<Request, { type: 'execute' }>, 'type'>): Promise<Done>;
  /** An answer, or null where there is none. */
  ask(question: Question): Promise<unknown>;
  /** Stops the running cell: in order, else by force. */
  interrupt(): void;
  input(text: string): void;
  comm(message: Extract<Request, { type: 'comm' }>['message']): void;
  readonly running: boolean;
  kill(): void;
}

const RESTARTED = 'the process that ran it was started again: what earlier cells declared is gone, run them again.';

/** An error of the kernel's own making. */
function endedError(reason: string, interrupted: boolean): CellError {
  const ename = interrupted ? INTERRUPTED : 'CellProcessError';
  const evalue = `${reason}; ${RESTARTED}`;
  return { ename, evalue, traceback: [`${ename}: ${evalue}`] };
}

/**
 * Cells in a process of their own.
 *
 * @param folder their working folder
 * @param onEvent outputs and other things that cells send, by the number of the cell
 * @param onStray what is printed past the kernel, by the cell that runs
 */
export function startCellQueue(
  folder: string,
  onEvent: (event: ChildEvent) => void,
  onStray: (cell: number, name: 'stdout' | 'stderr', text: string) => void,
): Cells {
  let current: { cell: number; finish: (done: Done) => void; interrupted: boolean; started: boolean } | undefined;
  let last = 0;
  let asked = 0;
  let waitsForInput = false;
  const questions = new Map<string, (answer: unknown) => void>();
  let process_: CellProcess;

  const finish = (done: Done): void => {
    const { finish: tell } = current!;
    current = undefined;
    tell(done);
  };
  function start(): void {
    waitsForInput = false;
    const started = startCells(
      folder,
      (event) => {
        if (event.type === 'done') {
          if (current?.cell === event.cell) finish(event);
        } else if (event.type === 'started') {
          if (current?.cell === event.cell) current.started = true;
        } else if (event.type === 'answer') {
          questions.get(event.id)?.(event.answer);
        } else {
          if (event.type === 'input') waitsForInput = true;
          onEvent(event);
        }
      },
      (name, text) => onStray(current?.cell ?? last, name, text),
    );
    process_ = started;
    void started.ended.then((how) => {
      if (process_ !== started || stopped) return;
      const ended = current;
      start();
      for (const tell of questions.values()) tell(null);
      if (!ended) return;
      const reason = ended.interrupted
        ? 'The cell did not stop when it was interrupted'
        : `The cell ended its process (${how})`;
      const failure = endedError(reason, ended.interrupted);
      onEvent({ type: 'error', cell: ended.cell, origin: ended.cell, error: failure });
      finish({ type: 'done', cell: ended.cell, failure, expressions: {} });
    });
  }
  let stopped = false;
  start();

  return {
    get running() {
      return current !== undefined;
    },
    run: (request) =>
      new Promise((resolve) => {
        current = { cell: request.cell, finish: resolve, interrupted: false, started: false };
        last = request.cell;
        process_.request({ type: 'execute', ...request });
      }),
    async ask(question) {
      const id = String(++asked);
      const late = new AbortController();
      const answer = new Promise<unknown>((resolve) => questions.set(id, resolve));
      process_.request({ type: 'ask', id, question });
      const nothing = delay(current ? LONGEST_ANSWER_MS : 10 * LONGEST_ANSWER_MS, null, { signal: late.signal });
      const given = await Promise.race([answer, nothing.catch(() => null)]);
      late.abort();
      questions.delete(id);
      return given;
    },
    interrupt() {
      const interrupted = current;
      if (!interrupted) return;
      interrupted.interrupted = true;
      // Only where it is read: else the next question would be answered by it.
      if (waitsForInput) process_.answer();
      waitsForInput = false;
      process_.interrupt();
      // While it is compiled it cannot hear of the interrupt, and ends by itself when it does.
      const longest = interrupted.started ? LONGEST_STOP_MS : LONGEST_COMPILATION_MS;
      setTimeout(() => current === interrupted && process_.kill(), longest).unref();
    },
    input(text) {
      if (waitsForInput) process_.answer(text);
      waitsForInput = false;
    },
    comm: (message) => process_.request({ type: 'comm', message }),
    kill() {
      stopped = true;
      process_.kill();
    },
  };
}
