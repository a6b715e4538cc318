// One notebook's kernel, in a process of its own: cells come as messages from the parent, outputs leave through file
// descriptor 3, written at once so that nothing is lost when a cell hangs or takes the process down.
import { writeSync } from 'node:fs';
import type { MimeBundle } from '../../src/notebook/cell.js' with { 'resolution-mode': 'import' };
import type { CellError } from './cell-error.cjs';
import { type CellOutput, startSession } from './session.cjs';

/** What the parent asks for. */
export type Request =
  { readonly type: 'execute'; readonly cell: number; readonly code: string } | { readonly type: 'finish' };

/** What the process sends: that it can take cells, then what a cell, by number, puts out. */
export type ChildEvent =
  | { readonly type: 'ready' }
  | { readonly type: 'stream'; readonly cell: number; readonly name: 'stdout' | 'stderr'; readonly text: string }
  | { readonly type: 'display'; readonly cell: number; readonly data: MimeBundle; readonly id?: string }
  | { readonly type: 'result'; readonly cell: number; readonly data: MimeBundle }
  | { readonly type: 'error'; readonly cell: number; readonly origin: number; readonly error: CellError }
  | { readonly type: 'done'; readonly cell: number };

const EVENTS = 3;
/** How long timers and other work that cells left behind may take after the last cell: errors in them count. */
const LEFTOVERS_MS = 2000;

function emit(event: ChildEvent): void {
  const bytes = Buffer.from(`${JSON.stringify(event)}\n`);
  for (let sent = 0; sent < bytes.length;) {
    try {
      sent += writeSync(EVENTS, bytes, sent);
    } catch (error) {
      // The parent reads slower than this writes.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

const session = startSession();
const numbers = new Map<CellOutput, number>();

function outputOf(cell: number): CellOutput {
  const output: CellOutput = {
    stream: (name, text) => emit({ type: 'stream', cell, name, text }),
    display: (data, id) => emit({ type: 'display', cell, data, ...(id === undefined ? {} : { id }) }),
    result: (data) => emit({ type: 'result', cell, data }),
    error: (error, origin) => emit({ type: 'error', cell, origin: numbers.get(origin) ?? cell, error }),
  };
  numbers.set(output, cell);
  return output;
}

process.on('message', (request: Request) => {
  if (request.type === 'execute') {
    void session.execute(request.code, outputOf(request.cell)).then(() => emit({ type: 'done', cell: request.cell }));
    return;
  }
  // Nothing but what cells left behind keeps the process alive from here on.
  process.off('disconnect', leave);
  process.disconnect();
  session.executor.close();
  process.on('beforeExit', leave);
  setTimeout(leave, LEFTOVERS_MS).unref();
});

function leave(): void {
  session.exit(0);
}

process.on('disconnect', leave);
process.on('SIGINT', () => session.interrupt());
emit({ type: 'ready' });
