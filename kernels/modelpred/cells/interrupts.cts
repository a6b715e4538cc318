// Ends what runs on the main thread when it does not end by itself. A thread of its own waits for interrupts, for nothing on
// the main thread hears of one while a loop runs there: no signal handler, no message.
import { Session } from 'node:inspector';
import { Socket } from 'node:net';
import path from 'node:path';
import { Worker, isMainThread, workerData } from 'node:worker_threads';

/** How long the main thread may take to notice an interrupt by itself, and then to come to a statement where it is paused. */
const NOTICE_MS = 150;
const PAUSE_MS = 600;
const LONGEST_ENABLE_MS = 1500;
/** Steps until code stands outside Node's own bookkeeping of asynchronous calls, which must not be cut short. */
const MOST_STEPS = 5000;

/** Where the worker finds what to call before code is ended. */
export const FORGET_CONTEXTS = Symbol.for('modelpred.kernel.forgetAsyncContexts');

/** Starts the thread; call the result when the main thread has heard of an interrupt. */
export function watchInterrupts(descriptor: number): () => void {
  const heard = new Int32Array(new SharedArrayBuffer(4));
  // Node checks, after each turn, that every asynchronous context that was entered has been left; code that is ended leaves
  // none, so they are forgotten first. There is no public way; without this one the process would abort.
  const { forget } = bookkeeping();
  Object.defineProperty(globalThis, FORGET_CONTEXTS, { value: forget });
  const worker = new Worker(path.join(__dirname, 'interrupts.cjs'), {
    workerData: { descriptor, heard },
    stdin: false,
    execArgv: [],
  });
  worker.unref();
  return () => void Atomics.add(heard, 0, 1);
}

function bookkeeping(): { readonly forget: () => void } {
  const quiet = process.noDeprecation;
  process.noDeprecation = true;
  const binding = (process as unknown as { binding(name: string): { clearAsyncIdStack?: () => void } }).binding(
    'async_wrap',
  );
  process.noDeprecation = quiet;
  return { forget: () => binding.clearAsyncIdStack?.() };
}

interface Paused {
  readonly callFrames: readonly { readonly callFrameId: string; readonly location: { readonly scriptId: string } }[];
}

/** Whether code is a person's or a library's: not Node's, and not the kernel's, which hears of interrupts itself. */
const mayBeEnded = (url: string): boolean => url !== '' && !url.startsWith('node:') && !url.includes(__dirname);
/** The compiler keeps what it knows from cell to cell, and is done soon. */
const isCompiler = (url: string): boolean => url.includes(path.join('typescript', 'lib'));

/**
 * Pauses the main thread in code that may be ended, and ends it; lets it run on if it has heard of the interrupt meanwhile, or
 * runs nothing but the kernel's own code.
 */
function endByPause(unheard: () => boolean): void {
  const session = new Session();
  session.connectToMainThread();
  const sources = new Map<string, string>();
  let steps = 0;
  const leave = (terminateOnResume: boolean): void => {
    session.post('Debugger.resume', { terminateOnResume });
    session.post('Debugger.disable', () => session.disconnect());
  };
  session.on('Debugger.scriptParsed', ({ params }) => sources.set(params.scriptId, params.url));
  // What waits without running code, e.g. in `Atomics.wait`, comes to no statement.
  let late = setTimeout(endAtOnce, LONGEST_ENABLE_MS);
  session.on('Debugger.paused', ({ params }: { params: Paused }) => {
    clearTimeout(late);
    const urls = params.callFrames.map(({ location }) => sources.get(location.scriptId) ?? '');
    if (!unheard() || urls.some(isCompiler)) return leave(false);
    if (!mayBeEnded(urls[0])) {
      if (steps++ < MOST_STEPS) session.post(urls.some(mayBeEnded) ? 'Debugger.stepOut' : 'Debugger.stepInto');
      else leave(false);
      return;
    }
    const forget = `globalThis[Symbol.for(${JSON.stringify(FORGET_CONTEXTS.description)})]()`;
    const expression = { callFrameId: params.callFrames[0].callFrameId, expression: forget };
    session.post('Debugger.evaluateOnCallFrame', expression, () => leave(true));
  });
  session.post('Debugger.enable', () => {
    clearTimeout(late);
    // Heard meanwhile: a pause that is still to come would hold up the next cell.
    late = setTimeout(() => (unheard() ? endAtOnce() : leave(false)), PAUSE_MS);
    session.post('Debugger.pause');
  });
}

/** The second way: no statement is waited for, so that Node's bookkeeping is left as it is, and most likely ends the process. */
function endAtOnce(): void {
  const session = new Session();
  session.connectToMainThread();
  session.post('Runtime.terminateExecution', () => session.disconnect());
}

if (!isMainThread) {
  const { descriptor, heard } = workerData as { descriptor: number; heard: Int32Array };
  const socket = new Socket({ fd: descriptor, readable: true, writable: false });
  socket.on('data', () => {
    const before = Atomics.load(heard, 0);
    const unheard = (): boolean => Atomics.load(heard, 0) === before;
    setTimeout(() => unheard() && endByPause(unheard), NOTICE_MS);
  });
  socket.on('error', () => undefined);
}
