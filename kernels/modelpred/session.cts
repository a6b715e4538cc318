// Runs cells one after another with tslab's compiler and executor. Both doors, Jupyter and the headless executor, use it.
import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Cell, MimeBundle } from '../../src/notebook/cell.js' with { 'resolution-mode': 'import' };
import {
  cellFile,
  type CellError,
  describeDiagnostics,
  describeError,
  INTERRUPTED,
  interruptedError,
} from './cell-error.cjs';
import { mendSource } from './cell-source.cjs';
import { root } from './root.cjs';
import { loadCompiler, loadConverter, loadExecutor } from './tslab.cjs';

type ConvertResult = import('tslab/dist/converter.js').ConvertResult;

/** Where the outputs of one cell go; called at any time, also after the cell has finished. */
export interface CellOutput {
  stream(name: 'stdout' | 'stderr', text: string): void;
  /** An output, or with a known `id` its replacement. */
  display(data: MimeBundle, id?: string): void;
  /** The value of the cell's last expression. */
  result(data: MimeBundle): void;
  /** What failed, and the output of the cell that caused it: an earlier one where a timer or promise it left fails now. */
  error(error: CellError, origin: CellOutput): void;
}

/** A running TypeScript session: variables live from cell to cell. */
export interface Session {
  /** Runs a cell; its first error, if any, is returned and has been sent to the output. Never rejects. */
  execute(code: string, output: CellOutput): Promise<CellError | undefined>;
  /** Stops the running cell, if any: aborts its signal, gives work that listens a moment to stop, then ends the cell. */
  interrupt(): void;
  /** Ends the process, which cells are kept from doing. */
  exit(code: number): never;
  readonly executor: import('tslab/dist/executor.js').Executor;
}

/** How long work that listens to the signal may take to wind up after an interrupt. */
const WIND_UP_MS = 2000;

interface RunningCell {
  readonly output: CellOutput;
  readonly controller: AbortController;
  /** Someone asked for the signal, so the cell can stop by itself. */
  listens: boolean;
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

/** Starts the session of this process; there can be one. The working folder becomes the repository's root. */
export function startSession(): Session {
  process.chdir(root);
  // Deprecations inside dependencies are not the cell author's to mend, and stderr fails headless execution.
  process.noDeprecation = true;

  const ts = loadCompiler();
  const { createConverter } = loadConverter();
  const converter = createConverter({ isJS: false, isBrowser: false });
  const compiled: string[][] = [];
  let captured: { value?: unknown; thrown?: unknown } = {};

  function compile(declarations: string, source: string): ConvertResult {
    const { text, originalOffset } = mendSource(ts, source);
    const result = converter.convert(declarations, text);
    for (const { start, fileName } of result.diagnostics) {
      if (fileName) continue;
      const before = source.slice(0, originalOffset(start.offset));
      start.character = before.length - (before.lastIndexOf('\n') + 1);
    }
    compiled.push((result.output ?? '').split('\n'));
    // Names the code in stack traces.
    return result.output
      ? { ...result, output: `${result.output}\n//# sourceURL=${cellFile(compiled.length)}` }
      : result;
  }
  /** Whether the cell ends with an assignment, whose value is not shown: it has been given a name. */
  function endsWithAssignment(code: string): boolean {
    const last = ts.createSourceFile('cell.ts', code, ts.ScriptTarget.Latest).statements.at(-1);
    if (!last || !ts.isExpressionStatement(last) || !ts.isBinaryExpression(last.expression)) return false;
    const operator = last.expression.operatorToken.kind;
    return operator >= ts.SyntaxKind.FirstAssignment && operator <= ts.SyntaxKind.LastAssignment;
  }

  // The executor compiles and runs in one go. Compiling first, apart, leaves room for an interrupt in between: one that
  // arrives while code is compiled is lost if running it follows at once, for that takes over the signal.
  let declared = '';
  let prepared: ConvertResult | undefined;
  const convert: typeof converter.convert = (declarations, source) => prepared ?? compile(declarations, source);
  const node = { ...converter, convert };
  const executor = loadExecutor().createExecutor(
    root,
    { node, browser: node, close: () => converter.close() },
    {
      log: (value: unknown) => (captured.value = value),
      error: (thrown: unknown) => (captured.thrown = thrown),
    },
  );

  const context = new AsyncLocalStorage<RunningCell>();
  let running: RunningCell | undefined;
  let last: RunningCell | undefined;
  const currentCell = (): RunningCell | undefined => context.getStore() ?? running ?? last;

  const sourceLine = (cell: number, line: number): string | undefined => compiled[cell - 1]?.[line - 1];

  function fail(cell: RunningCell, error: CellError, origin = cell): void {
    cell.failure ??= error;
    cell.output.error(error, origin.output);
  }

  /** An error that nobody handles: shown at the running cell, where it cannot be missed, else at the cell that left it. */
  function stray(thrown: unknown): void {
    const origin = currentCell();
    if (!origin) throw thrown;
    if (origin.controller.signal.aborted && (thrown as Error | undefined)?.name === INTERRUPTED) return;
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

  const hook = (name: 'stdout' | 'stderr'): void => {
    const decoder = new TextDecoder();
    process[name].write = (chunk: string | Uint8Array, encoding?: unknown, done?: unknown) => {
      const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
      const cell = currentCell();
      if (cell) cell.output.stream(name, text);
      const callback = typeof encoding === 'function' ? encoding : done;
      if (typeof callback === 'function') process.nextTick(callback);
      return true;
    };
  };
  hook('stdout');
  hook('stderr');

  const toLibrary = (cell: RunningCell): Cell => ({
    get signal() {
      cell.listens = true;
      return cell.controller.signal;
    },
    display: (data, id) => cell.output.display(data, id),
    onEnd: (task) => void cell.tasks.push(task),
  });
  Object.defineProperty(globalThis, Symbol.for('modelpred.notebook.currentCell'), {
    value: () => {
      const cell = currentCell();
      return cell && toLibrary(cell);
    },
  });

  /** Runs the code and what it left to be done, and shows the value of its last expression. */
  async function run(cell: RunningCell, code: string): Promise<void> {
    prepared = compile(declared, code);
    if (prepared.diagnostics.length > 0) return fail(cell, describeDiagnostics(prepared.diagnostics, code));
    await nextPoll();
    if (cell.controller.signal.aborted) throw interruption();
    captured = {};
    const ok = await executor.execute(code);
    const { thrown, value: last } = captured;
    captured = {};
    if (!ok) throw thrown;
    declared = prepared.declOutput ?? '';
    const untilEnd = <T,>(work: T): Promise<Awaited<T>> => Promise.race([work, cell.ended]);
    const value = await untilEnd(last);
    if (value !== undefined && value !== null && !endsWithAssignment(code)) {
      const { present } = await import('../../src/notebook/index.js');
      cell.output.result(await untilEnd(present(value)));
    }
    while (cell.tasks.length > 0) await untilEnd(cell.tasks.shift()?.());
  }

  const isInterruption = (thrown: unknown): boolean =>
    thrown instanceof Error &&
    (thrown.name === INTERRUPTED ||
      thrown.message === 'Interrupted asynchronously' ||
      (thrown as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED');

  async function execute(code: string, output: CellOutput): Promise<CellError | undefined> {
    let end: (reason: Error) => void = () => undefined;
    const ended = new Promise<never>((_, reject) => (end = reject));
    ended.catch(() => undefined);
    const cell: RunningCell = { output, controller: new AbortController(), listens: false, tasks: [], ended, end };
    running = last = cell;
    await context.run(cell, async () => {
      try {
        await run(cell, code);
      } catch (thrown) {
        if (isInterruption(thrown)) {
          // A synchronous loop was ended by the signal itself: nobody has aborted the cell's work yet.
          cell.controller.abort(interruption());
          fail(cell, interruptedError);
        } else {
          fail(cell, describeError(thrown, sourceLine));
        }
        // Progress is drawn as it ended; what fails now fails for the same reason.
        await Promise.allSettled(cell.tasks.map(async (task) => Promise.race([task(), nextTurn()])));
      }
      // Rejections that nobody handles are reported once the microtasks are done.
      await nextTurn();
    });
    running = undefined;
    return cell.failure;
  }

  function interrupt(): void {
    const cell = running;
    if (!cell) return;
    const again = cell.controller.signal.aborted;
    cell.controller.abort(interruption());
    const endNow = (): void => {
      if (running !== cell) return;
      cell.end(interruption());
      executor.interrupt();
    };
    if (cell.listens && !again) setTimeout(endNow, WIND_UP_MS).unref();
    else endNow();
  }

  return { execute, interrupt, exit, executor };
}
