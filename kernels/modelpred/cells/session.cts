// Runs cells one after another. Both doors, Jupyter and the headless executor, use it, in a process of its own.
import { AsyncLocalStorage } from 'node:async_hooks';
import { Session as Inspector } from 'node:inspector';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Cell, CommChannel, MimeBundle } from '../../../src/notebook/cell.js' with { 'resolution-mode': 'import' };
import {
  cellFile,
  type CellError,
  describeDiagnostics,
  describeError,
  INTERRUPTED,
  interruptedError,
  TYPE_CHECK_ERROR,
} from './cell-error.cjs';
import { type CellCompiler, createCompiler } from './compiler.cjs';
import { createModules } from './modules.cjs';
import { type CellRuntime, RUNTIME } from './transform.cjs';
import { tslabDisplays } from './tslab-displays.cjs';

/** Where the outputs of one cell go; called at any time, also after the cell has finished. */
export interface CellOutput {
  stream(name: 'stdout' | 'stderr', text: string): void;
  /** An output, or with a known `id` its replacement. */
  display(data: MimeBundle, id?: string): void;
  /** The value of the cell's last expression. */
  result(data: MimeBundle): void;
  /** What failed, and the output of the cell that caused it: an earlier one where a timer or promise it left fails now. */
  error(error: CellError, origin: CellOutput): void;
  /** Removes what the cell has shown, at once or when the next output comes. */
  clear(wait: boolean): void;
}

/** What the process around a session does for cells beside showing their outputs. */
export interface Host {
  /** Told when compiled code begins to run. */
  readonly onStart: () => void;
  /** A line from the person at the notebook; waits for it. */
  readonly ask: (prompt: string, password: boolean) => string;
  readonly comms: CommChannel;
}

export interface CellRequest {
  readonly code: string;
  /** Expressions to evaluate after the cell, by name. */
  readonly expressions?: Readonly<Record<string, string>>;
}

export type ExpressionResult =
  | { readonly status: 'ok'; readonly data: MimeBundle; readonly metadata: Record<string, never> }
  | ({ readonly status: 'error' } & CellError);

/** What a cell came to: its first error, if any, which has been sent to its output too. */
export interface CellOutcome {
  readonly failure?: CellError;
  readonly expressions: Readonly<Record<string, ExpressionResult>>;
}

/** A running TypeScript session: variables live from cell to cell. */
export interface Session {
  /** Runs a cell. Never rejects. */
  execute(request: CellRequest, output: CellOutput): Promise<CellOutcome>;
  /** Stops the running cell, if any: aborts its signal, gives work that listens a moment to stop, then ends the cell. */
  interrupt(): void;
  /** Ends the process, which cells are kept from doing. */
  exit(code: number): never;
  readonly compiler: CellCompiler;
}

/** How long work that listens to the signal may take to wind up after an interrupt. */
const WIND_UP_MS = 1500;

interface RunningCell {
  /** In the order in which outputs were begun. */
  readonly output: CellOutput;
  /** As it was given: what others know the cell by. */
  readonly given: CellOutput;
  readonly controller: AbortController;
  /** Someone asked for the signal, so the cell can stop by itself. */
  listens: boolean;
  /** It was interrupted and has ended: what it still waits for never comes. */
  dead: boolean;
  readonly tasks: (() => void | Promise<void>)[];
  failure?: CellError;
  /** Rejects when the cell must end now. */
  readonly ended: Promise<never>;
  readonly end: (reason: Error) => void;
}

const interruption = (): Error => Object.assign(new Error(interruptedError.evalue), { name: INTERRUPTED });

/** Until signals, timers and messages that have arrived were handled. */
async function nextPoll(): Promise<void> {
  await nextTurn();
  await nextTurn();
}

/** A property of a value that may do anything when it is looked at. */
function safely<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

/**
 * The outputs of a cell in the order in which they were begun: one that is still being made holds back those after it.
 */
function inOrder(output: CellOutput): {
  output: CellOutput;
  place(): (data?: MimeBundle, id?: string) => void;
  flush(): void;
} {
  const waiting: { ready: boolean; send: () => void }[] = [];
  const proceed = (): void => {
    while (waiting[0]?.ready) waiting.shift()!.send();
  };
  const send = (act: () => void): void => {
    if (waiting.length === 0) act();
    else waiting.push({ ready: true, send: act });
  };
  const ordered: CellOutput = {
    stream: (name, text) => send(() => output.stream(name, text)),
    display: (data, id) => send(() => output.display(data, id)),
    result: (data) => send(() => output.result(data)),
    clear: (wait) => send(() => output.clear(wait)),
    error: (error, origin) => send(() => output.error(error, origin)),
  };
  return {
    output: ordered,
    place: () => {
      const entry = { ready: false, send: () => undefined as void };
      waiting.push(entry);
      return (data, id) => {
        if (entry.ready) return;
        entry.ready = true;
        if (data) entry.send = () => output.display(data, id);
        proceed();
      };
    },
    flush: () => {
      for (const entry of waiting) entry.ready = true;
      proceed();
    },
  };
}

/**
 * V8's mode for consoles: variables of all cells are those of one script scope, may be declared again, and `await` stands at
 * the top level.
 */
function createConsole(): (script: string) => Promise<void> {
  const inspector = new Inspector();
  inspector.connect();
  const group = { objectGroup: 'cells' };
  const post = inspector.post.bind(inspector) as (
    method: string,
    parameters: object,
    done?: (error: Error | null, result: unknown) => void,
  ) => void;
  type Remote = { readonly objectId?: string; readonly value?: unknown; readonly unserializableValue?: string };
  return (script) =>
    new Promise((resolve, reject) => {
      // Whatever a cell throws, an error or not.
      const pass: (thrown: unknown) => void = reject;
      const thrown = (exception: Remote): void => {
        if (!exception.objectId) {
          const { unserializableValue: special } = exception;
          // NaN, infinities, -0 and bigints.
          const isBig = special?.endsWith('n') ?? false;
          const value: unknown =
            special === undefined ? exception.value : isBig ? BigInt(special.slice(0, -1)) : Number(special);
          pass(value);
          return;
        }
        const take = `function (value) { globalThis[Symbol.for('modelpred.kernel.thrown')](value); }`;
        Object.assign(globalThis, { [Symbol.for('modelpred.kernel.thrown')]: pass });
        const { objectId } = exception;
        post('Runtime.callFunctionOn', {
          ...group,
          objectId,
          functionDeclaration: take,
          arguments: [{ objectId }],
          silent: true,
        });
      };
      const options = { ...group, expression: script, replMode: true, silent: true };
      post('Runtime.evaluate', options, (error, result) => {
        const { exceptionDetails } = (result ?? {}) as { exceptionDetails?: { exception?: Remote } };
        if (exceptionDetails?.exception) thrown(exceptionDetails.exception);
        // "Execution was terminated": an interrupt, which ends the cell in its own way.
        else if (error) pass(interruption());
        else resolve();
        post('Runtime.releaseObjectGroup', group);
      });
    });
}

/** Starts the session of this process; there can be one. Relative imports and files are those of the working folder. */
export function startSession(host: Host): Session {
  // Deprecations inside dependencies are not the cell author's to mend, and stderr fails headless execution.
  process.noDeprecation = true;
  const folder = process.cwd();
  const compiler = createCompiler(folder);
  const evaluate = createConsole();
  const compiled: { readonly source: string[]; readonly lines: readonly number[] }[] = [];

  const context = new AsyncLocalStorage<RunningCell>();
  let running: RunningCell | undefined;
  let last: RunningCell | undefined;
  const currentCell = (): RunningCell | undefined => context.getStore() ?? running ?? last;

  const sourceLine = (cell: number, line: number): string | undefined => {
    const { source, lines } = compiled[cell - 1] ?? {};
    return source?.[lines?.[line - 1] ?? -1];
  };

  function fail(cell: RunningCell, error: CellError, origin = cell): void {
    cell.failure ??= error;
    cell.output.error(error, origin.given);
  }

  /** An error that nobody handles: shown at the running cell, where it cannot be missed, else at the cell that left it. */
  function stray(thrown: unknown): void {
    const origin = currentCell();
    if (!origin) throw thrown;
    const name = safely(() => (thrown as Error | undefined)?.name);
    if ((origin.controller.signal.aborted && name === INTERRUPTED) || origin.dead) return;
    const error = describeError(thrown, sourceLine);
    const at = running ?? origin;
    if (at === origin) fail(at, error);
    else fail(at, { ...error, traceback: [...error.traceback, '(left behind by an earlier cell)'] }, origin);
  }
  process.on('uncaughtException', stray);
  process.on('unhandledRejection', stray);

  const exit = process.exit.bind(process);
  process.exit = (code) => {
    throw new Error(`process.exit(${code ?? ''}) was called, which would end the kernel: a cell must not do that.`);
  };
  redirectOutput(currentCell);

  const never = new Promise<never>(() => undefined);
  let captured: { value?: unknown } = {};
  const modules = createModules(folder, { tslab: () => tslabDisplays(() => currentCell()?.output) });
  const cellRuntime: CellRuntime = {
    ...modules,
    wait: (value) => {
      const cell = context.getStore();
      if (!cell) return value;
      if (cell.dead) return never;
      return Promise.resolve(value).then(
        (settled) => (cell.dead ? never : settled),
        (reason: unknown) => (cell.dead ? never : Promise.reject(reason as Error)),
      );
    },
    last: (value) => void (captured = { value }),
    meta: { url: pathToFileURL(path.join(folder, 'cell.ts')).href, dirname: folder },
  };
  const globals = {
    [RUNTIME]: cellRuntime,
    require: modules.require,
    __dirname: folder,
    __filename: path.join(folder, 'cell.ts'),
  };
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, enumerable: false, writable: true, configurable: true });
  }
  Object.assign(globalThis, { prompt: (message = '') => host.ask(String(message), false) });

  Object.defineProperty(globalThis, Symbol.for('modelpred.notebook.currentCell'), {
    value: () => {
      const cell = currentCell();
      return cell && toLibrary(cell);
    },
  });
  const places = new WeakMap<RunningCell, ReturnType<typeof inOrder>>();
  function toLibrary(cell: RunningCell): Cell {
    return {
      get signal() {
        cell.listens = true;
        return cell.controller.signal;
      },
      display: (data, id) => cell.output.display(data, id),
      place: () => places.get(cell)!.place(),
      clear: (wait) => cell.output.clear(wait),
      ask: host.ask,
      comms: host.comms,
      onEnd: (task) => void cell.tasks.push(task),
    };
  }

  /** Compiles code and runs it for a cell; the value of its last expression, once it has come. */
  async function evaluateFor(cell: RunningCell, code: string): Promise<unknown> {
    const result = compiler.compile(code, cellFile(compiled.length + 1));
    if ('diagnostics' in result) throw Object.assign(new Error(), describeDiagnostics(result.diagnostics, code));
    compiled.push({ source: code.split('\n'), lines: result.sourceLines });
    // What it declares before it fails, if it does, stays usable.
    compiler.accept();
    await nextPoll();
    if (cell.controller.signal.aborted) throw interruption();
    captured = {};
    host.onStart();
    await Promise.race([evaluate(result.script), cell.ended]);
    const { value } = captured;
    captured = {};
    return Promise.race([value, cell.ended]);
  }
  const bundleOf = async (cell: RunningCell, value: unknown): Promise<MimeBundle> => {
    const { present } = await import('../../../src/notebook/index.js');
    return Promise.race([present(value), cell.ended]);
  };

  /** Runs the code and what it left to be done, and shows the value of its last expression. */
  async function run(cell: RunningCell, code: string): Promise<void> {
    const value = await evaluateFor(cell, code);
    if (value !== undefined && value !== null) cell.output.result(await bundleOf(cell, value));
    while (cell.tasks.length > 0) await Promise.race([cell.tasks.shift()?.(), cell.ended]);
  }

  function describe(thrown: unknown): CellError {
    if (!isCellError(thrown)) return describeError(thrown, sourceLine);
    const { ename, evalue, traceback } = thrown;
    return { ename, evalue, traceback };
  }
  const isInterruption = (thrown: unknown): boolean => safely(() => (thrown as Error).name === INTERRUPTED) ?? false;

  async function evaluateExpressions(
    cell: RunningCell,
    expressions: Readonly<Record<string, string>>,
  ): Promise<Record<string, ExpressionResult>> {
    const results: Record<string, ExpressionResult> = {};
    for (const [name, code] of Object.entries(expressions)) {
      try {
        const data = await bundleOf(cell, await evaluateFor(cell, code));
        results[name] = { status: 'ok', data, metadata: {} };
      } catch (thrown) {
        results[name] = { status: 'error', ...describe(thrown) };
      }
    }
    return results;
  }

  async function execute({ code, expressions = {} }: CellRequest, given: CellOutput): Promise<CellOutcome> {
    let end: (reason: Error) => void = () => undefined;
    const ended = new Promise<never>((_, reject) => (end = reject));
    ended.catch(() => undefined);
    const ordered = inOrder(given);
    const { output } = ordered;
    const cell: RunningCell = {
      output,
      given,
      controller: new AbortController(),
      listens: false,
      dead: false,
      tasks: [],
      ended,
      end,
    };
    places.set(cell, ordered);
    running = last = cell;
    let results: Record<string, ExpressionResult> = {};
    await context.run(cell, async () => {
      try {
        await run(cell, code);
        if (!cell.failure) results = await evaluateExpressions(cell, expressions);
      } catch (thrown) {
        if (isInterruption(thrown)) {
          // A loop that was ended from outside: nobody has aborted the cell's work yet.
          cell.controller.abort(interruption());
          cell.dead = true;
          fail(cell, interruptedError);
        } else {
          fail(cell, describe(thrown));
        }
        // Progress is drawn as it ended; what fails now fails for the same reason.
        await Promise.allSettled(cell.tasks.map(async (task) => Promise.race([task(), nextTurn()])));
      }
      // Rejections that nobody handles are reported once the microtasks are done.
      await nextTurn();
    });
    ordered.flush();
    running = undefined;
    return { ...(cell.failure && { failure: cell.failure }), expressions: results };
  }

  function interrupt(): void {
    const cell = running;
    if (!cell) return;
    const again = cell.controller.signal.aborted;
    cell.controller.abort(interruption());
    const endNow = (): void => {
      if (running === cell) cell.end(interruption());
    };
    if (cell.listens && !again) setTimeout(endNow, WIND_UP_MS).unref();
    else endNow();
  }

  return { execute, interrupt, exit, compiler };
}

const isCellError = (thrown: unknown): thrown is CellError =>
  safely(() => (thrown as Partial<CellError> | null)?.ename === TYPE_CHECK_ERROR) ?? false;

/** Sends what is printed to the cell on whose behalf it is. */
function redirectOutput(currentCell: () => RunningCell | undefined): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const decoder = new TextDecoder();
    process[name].write = (chunk: string | Uint8Array, encoding?: unknown, done?: unknown) => {
      const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
      currentCell()?.output.stream(name, text);
      const callback = typeof encoding === 'function' ? encoding : done;
      if (typeof callback === 'function') process.nextTick(callback);
      return true;
    };
  }
  console.clear = () => currentCell()?.output.clear(false);
}
