// The process that runs cells, the same for Jupyter and for headless execution: requests come as messages from the parent,
// outputs leave through a file descriptor, written at once so that nothing is lost or late when a cell hangs.
import { randomUUID } from 'node:crypto';
import { readSync, writeSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { CommChannel, CommMessage } from '../../../src/notebook/cell.js' with { 'resolution-mode': 'import' };
import { judge } from './compiler.cjs';
import { watchInterrupts } from './interrupts.cjs';
import { type ChildEvent, type CommWire, DESCRIPTORS, endOfCell, type Question, type Request } from './messages.cjs';
import { type CellOutput, startSession } from './session.cjs';

/** How long timers and other work that cells left behind may take after the last cell: errors in them count. */
const LEFTOVERS_MS = 2000;
const RETRY_MS = 5;

const pause = (): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
const isBusy = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EAGAIN';

function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let sent = 0; sent < bytes.length;) {
    try {
      sent += writeSync(descriptor, bytes, sent);
    } catch (error) {
      // The parent reads slower than this writes.
      if (!isBusy(error)) throw error;
      pause();
    }
  }
}

// Half a surrogate pair cannot be saved as UTF-8; JSON writes it as an escape, and a backslash as two.
const wellFormed = (json: string): string =>
  json.includes('\\ud')
    ? json.replace(/\\(?:u(d[89a-f][0-9a-f]{2})|.)/g, (whole, half) => (half ? '\ufffd' : whole))
    : json;

const emit = (event: ChildEvent): void => writeAll(DESCRIPTORS.events, `${wellFormed(JSON.stringify(event))}\n`);

/** Waits for a line from the parent. */
function readLine(): string {
  const bytes: Buffer[] = [];
  const byte = Buffer.alloc(1);
  for (;;) {
    try {
      if (readSync(DESCRIPTORS.answers, byte) === 0 || byte[0] === 10) return Buffer.concat(bytes).toString();
      bytes.push(Buffer.from(byte));
    } catch (error) {
      if (!isBusy(error)) throw error;
      pause();
    }
  }
}

/** The cell whose turn it is, and whether it may ask for input. */
let current: { cell: number; input: boolean } = { cell: 0, input: false };

function ask(prompt: string, password: boolean): string {
  if (!current.input)
    throw new Error('This front end takes no input: run the cell where someone can type, or set the value in code.');
  emit({ type: 'input', cell: current.cell, prompt, password });
  const { text } = JSON.parse(readLine()) as { text?: string };
  if (text === undefined) throw Object.assign(new Error('The cell was interrupted.'), { name: 'InterruptedError' });
  return text;
}

/** `process.stdin` of cells: every read asks the person at the notebook, unless the reader has paused or closed it meanwhile. */
function standardInput(): Readable {
  let wanted = false;
  const askSoon = (): void => {
    // Later: the reader prints its question first, or is done with reading.
    setImmediate(() => {
      if (!wanted || input.isPaused() || input.destroyed) return;
      wanted = false;
      try {
        input.push(`${ask('', false)}\n`);
      } catch (error) {
        input.destroy(error as Error);
      }
    });
  };
  const input = new Readable({
    read() {
      wanted = true;
      askSoon();
    },
  });
  input.on('resume', askSoon);
  return Object.assign(input, { fd: 0, isTTY: false });
}
let standardIn: Readable | undefined;
Object.defineProperty(process, 'stdin', {
  get: () => (standardIn = standardIn && !standardIn.destroyed ? standardIn : standardInput()),
  configurable: true,
});

type Opened = { onMessage?: (message: CommMessage) => void; onClose?: (message: CommMessage) => void };
const opened = new Map<string, Opened>();
const targets = new Map<string, Parameters<CommChannel['register']>[1]>();
const toWire = (buffers: readonly Uint8Array[] | undefined): string[] =>
  (buffers ?? []).map((buffer) => Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength).toString('base64'));

const send = (message: CommWire): void => emit({ type: 'comm', cell: current.cell, message });
const comms: CommChannel = {
  open(target, { data = {}, metadata, buffers } = {}) {
    const id = randomUUID();
    opened.set(id, {});
    send({ kind: 'open', id, target, data, metadata, buffers: toWire(buffers) });
    return commOf(id);
  },
  register(name, onOpen) {
    targets.set(name, onOpen);
    emit({ type: 'target', name });
  },
};
function commOf(id: string): ReturnType<CommChannel['open']> {
  return {
    id,
    send: (data, { metadata, buffers } = {}) => send({ kind: 'message', id, data, metadata, buffers: toWire(buffers) }),
    close: (data = {}) => {
      opened.delete(id);
      send({ kind: 'close', id, data });
    },
    onMessage: (handler) => void Object.assign(opened.get(id) ?? {}, { onMessage: handler }),
    onClose: (handler) => void Object.assign(opened.get(id) ?? {}, { onClose: handler }),
  };
}

function receive({ kind, id, target = '', data, metadata = {}, buffers = [] }: CommWire): void {
  const message: CommMessage = { data, metadata, buffers: buffers.map((text) => Buffer.from(text, 'base64')) };
  if (kind === 'open') {
    opened.set(id, {});
    targets.get(target)?.(commOf(id), message);
  }
  const comm = opened.get(id);
  if (kind === 'message') comm?.onMessage?.(message);
  if (kind === 'close') {
    opened.delete(id);
    comm?.onClose?.(message);
  }
}

const session = startSession({
  ask,
  comms,
  onStart: () => emit({ type: 'started', cell: current.cell }),
});
const heard = watchInterrupts(DESCRIPTORS.interrupts);
const numbers = new Map<CellOutput, number>();

function outputOf(cell: number): CellOutput {
  const output: CellOutput = {
    stream: (name, text) => emit({ type: 'stream', cell, name, text }),
    display: (data, id) => emit({ type: 'display', cell, data, ...(id === undefined ? {} : { id }) }),
    result: (data) => emit({ type: 'result', cell, data }),
    error: (error, origin) => emit({ type: 'error', cell, origin: numbers.get(origin) ?? cell, error }),
    clear: (wait) => emit({ type: 'clear', cell, wait }),
  };
  numbers.set(output, cell);
  return output;
}

function answerTo(question: Question): unknown {
  if (question.about === 'completeness') return judge(question.code);
  const { code, position } = question;
  return question.about === 'complete'
    ? session.compiler.complete(code, position)
    : (session.compiler.inspect(code, position, question.detailed) ?? null);
}

async function execute({
  cell,
  code,
  expressions,
  input = false,
}: Extract<Request, { type: 'execute' }>): Promise<void> {
  current = { cell, input };
  const { failure, expressions: results } = await session.execute({ code, expressions }, outputOf(cell));
  for (const descriptor of [1, 2]) writeAll(descriptor, endOfCell(cell));
  emit({ type: 'done', cell, ...(failure && { failure }), expressions: results });
}

process.on('message', (request: Request) => {
  if (request.type === 'execute') void execute(request);
  else if (request.type === 'comm') receive(request.message);
  else if (request.type === 'interrupt') {
    heard();
    session.interrupt();
  } else if (request.type === 'ask') {
    let answer: unknown = null;
    try {
      answer = answerTo(request.question);
    } catch {
      // The compiler cannot make sense of the code: there is nothing to say about it.
    }
    emit({ type: 'answer', id: request.id, answer });
  } else if (request.type === 'finish') {
    // Nothing but what cells left behind keeps the process alive from here on.
    process.off('disconnect', leave);
    process.disconnect();
    process.on('beforeExit', leave);
    setTimeout(leave, LEFTOVERS_MS).unref();
  }
});

function leave(): void {
  session.exit(0);
}

process.on('disconnect', leave);
// For child processes of cells, which a terminal or the parent interrupts together with this one.
process.on('SIGINT', () => undefined);
// The first check of a cell reads all of Node's types: done before anybody asks, and not on a cell's time.
session.compiler.compile('0', 'start');
emit({ type: 'ready' });
