// Executes a notebook without Jupyter: in a kernel process of its own, strictly.
import type { ICodeCell, INotebookContent, IOutput } from '@jupyterlab/nbformat';
import { setTimeout as delay } from 'node:timers/promises';
import type { Progress } from '../../src/control.js';
import { InterruptedError } from '../../src/errors.js';
import type { Claim } from '../../src/evaluation/claim.js';
import { CLAIMS_MIME, PROGRESS_MIME } from '../../src/notebook/index.js';
import { CLEAN_END, startCells } from './cells/child.cjs';
import type { ChildEvent } from './cells/messages.cjs';
import { firstLine, isCodeCell, sourceOf, withoutVolatile } from './notebook-file.cjs';
import { type Parameters, withParameters } from './parameters.cjs';

export { formatNotebook, parseNotebook, readNotebook, writeNotebook } from './notebook-file.cjs';
export type { Parameters, ParameterValue } from './parameters.cjs';
export { InputError, InterruptedError } from '../../src/errors.js';

/** Seconds that a cell may take where nothing else is said. */
export const DEFAULT_CELL_TIMEOUT = 1800;

/** What happens to a cell. */
export interface CellEvent {
  readonly state: 'started' | 'running' | 'finished' | 'failed';
  /** Number among the code cells, from 1, and how many there are. */
  readonly number: number;
  readonly total: number;
  /** First line of its source. */
  readonly line: string;
  /** Seconds since the cell was started. */
  readonly seconds: number;
  /** What the cell's progress bar says, if it shows one. */
  readonly progress?: Progress;
}

export interface ExecuteOptions {
  /** Values for names that the notebook's parameters cell declares. */
  readonly parameters?: Parameters;
  /** Where the cells run: the notebook's own folder, from which files and relative imports are found. Default: the current one. */
  readonly folder?: string;
  /** Seconds that each cell may take; {@link DEFAULT_CELL_TIMEOUT} if left out. */
  readonly cellTimeout?: number;
  /** Told when a cell starts, about once a second while it runs, and when it ends. */
  readonly onCell?: (event: CellEvent) => void;
  /** Aborting it stops the run. */
  readonly signal?: AbortSignal;
}

/** Why a run failed. */
export interface Failure {
  /** Index among all cells of the executed notebook, from 0. */
  readonly cellIndex: number;
  /** Number among the code cells, from 1. */
  readonly cellNumber: number;
  readonly cellId: string;
  /** First line of the cell's source. */
  readonly line: string;
  /** What went wrong, in a sentence. */
  readonly message: string;
  /** Lines for reading, where an error was thrown. */
  readonly traceback?: readonly string[];
}

export interface Execution {
  /** The notebook with the outputs of this run, without what changes from run to run. */
  readonly notebook: INotebookContent;
  readonly ok: boolean;
  readonly failure?: Failure;
}

/** How long a stopped run may take to end by itself. */
const STOP_MS = 3000;
const TICK_MS = 1000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface NumberedCell {
  readonly cell: ICodeCell;
  readonly index: number;
  readonly number: number;
}

type CellOutputEvent = Extract<ChildEvent, { type: 'stream' | 'display' | 'result' | 'error' | 'clear' }>;
const isOutput = (event: ChildEvent): event is CellOutputEvent =>
  ['stream', 'display', 'result', 'error', 'clear'].includes(event.type);

/** Puts what a cell sends into its outputs, as a Jupyter client does. */
function outputRecorder(cells: readonly NumberedCell[]): (event: CellOutputEvent) => void {
  const displays = new Map<string, IOutput>();
  const display = (data: object): IOutput => ({ output_type: 'display_data', data: { ...data }, metadata: {} });
  const toClear = new Set<number>();
  return (event) => {
    const { outputs, execution_count } = cells[event.cell - 1].cell;
    if (event.type === 'clear') {
      if (event.wait) toClear.add(event.cell);
      else outputs.length = 0;
      return;
    }
    if (toClear.delete(event.cell)) outputs.length = 0;
    const last = outputs[outputs.length - 1];
    switch (event.type) {
      case 'stream':
        if (last?.output_type === 'stream' && last.name === event.name)
          last.text = `${last.text as string}${event.text}`;
        else outputs.push({ output_type: 'stream', name: event.name, text: event.text });
        break;
      case 'display': {
        const shown = event.id === undefined ? undefined : displays.get(event.id);
        if (shown) Object.assign(shown, display(event.data));
        else {
          const output = display(event.data);
          outputs.push(output);
          if (event.id !== undefined) displays.set(event.id, output);
        }
        break;
      }
      case 'result':
        outputs.push({ ...display(event.data), output_type: 'execute_result', execution_count });
        break;
      case 'error':
        outputs.push({ output_type: 'error', ...event.error });
    }
  };
}

/** The first guarded claim among a cell's outputs that does not hold, or cannot be tested, as a sentence. */
function brokenClaim(cell: ICodeCell): string | undefined {
  const claims = cell.outputs.flatMap((output) => {
    const data = output.data as Record<string, unknown> | undefined;
    return (data?.[CLAIMS_MIME] as { claims: Claim[] } | undefined)?.claims ?? [];
  });
  const broken = claims.find(({ guarded, verdict }) => guarded && verdict !== 'holds' && verdict !== 'undecided');
  return broken && `the guarded claim ${broken.id} is not met (${broken.verdict}): ${broken.statement}`;
}

/** What a cell wrote to stderr, its first line with words in a sentence. */
function complaint(cell: ICodeCell): string | undefined {
  const output = cell.outputs.find(({ output_type, name }) => output_type === 'stream' && name === 'stderr');
  const lines = (output?.text as string | undefined)?.split('\n') ?? [];
  return output && `it wrote to stderr: ${lines.find((line) => /\w/.test(line))?.trim() ?? '(blank)'}`;
}

/**
 * Executes a notebook from top to bottom in a fresh kernel and returns it with its outputs. The run fails, at the first
 * cell that throws, has a type error, leaves a rejection or an error in a timer unhandled (at once, during a later cell
 * or at the end), writes to stderr, takes too long, ends the process, or shows a guarded claim that does not hold. The
 * given notebook is not changed. Several can run at the same time.
 *
 * @throws InputError for parameters that the notebook does not declare.
 * @throws InterruptedError when the signal is aborted.
 */
export async function executeNotebook(notebook: INotebookContent, options: ExecuteOptions = {}): Promise<Execution> {
  const { parameters = {}, folder = process.cwd(), cellTimeout = DEFAULT_CELL_TIMEOUT, onCell, signal } = options;
  const stopped = (): InterruptedError => new InterruptedError('The run was stopped on request.');
  if (signal?.aborted) throw stopped();

  const executed = structuredClone(await withParameters(notebook, parameters));
  const cells: NumberedCell[] = [];
  executed.cells.forEach((cell, index) => {
    if (!isCodeCell(cell)) return;
    cell.outputs = [];
    cell.execution_count = null;
    cells.push({ cell, index, number: cells.length + 1 });
  });

  let failure: Failure | undefined;
  const fail = ({ cell, index, number }: NumberedCell, message: string, traceback?: readonly string[]): void => {
    const cellId = typeof cell.id === 'string' ? cell.id : '';
    failure ??= {
      cellIndex: index,
      cellNumber: number,
      cellId,
      line: firstLine(cell),
      message,
      ...(traceback && { traceback }),
    };
  };
  const failByOutputs = (numbered: NumberedCell): void => {
    const message = complaint(numbered.cell) ?? brokenClaim(numbered.cell);
    if (message) fail(numbered, message);
  };

  const record = outputRecorder(cells);
  let current = cells[0];
  let progress: Progress | undefined;
  let done: () => void = () => undefined;
  const onEvent = (event: ChildEvent): void => {
    if (event.type === 'done' || event.type === 'ready') return done();
    if (!isOutput(event)) return;
    record(event);
    if (event.type === 'error') {
      const later = event.origin === event.cell ? '' : ` (it surfaced while cell ${event.cell} ran)`;
      fail(cells[event.origin - 1], `${event.error.ename}: ${event.error.evalue}${later}`, event.error.traceback);
    }
    if (event.type === 'display' && PROGRESS_MIME in event.data)
      progress = event.data[PROGRESS_MIME] as unknown as Progress;
  };
  const ready = new Promise<void>((resolve) => (done = resolve));
  const kernel = startCells(folder, onEvent, (name, text) => {
    if (current) record({ type: 'stream', cell: current.number, name, text });
  });

  let stop: (reason: InterruptedError) => void = () => undefined;
  const stopping = new Promise<never>((_, reject) => (stop = reject));
  stopping.catch(() => undefined);
  const onAbort = (): void => stop(stopped());
  signal?.addEventListener('abort', onAbort);

  async function run(numbered: NumberedCell): Promise<void> {
    const { cell, number } = numbered;
    const started = performance.now();
    const tell = (state: CellEvent['state']): void =>
      onCell?.({
        state,
        number,
        total: cells.length,
        line: firstLine(cell),
        seconds: (performance.now() - started) / 1000,
        ...(progress && { progress }),
      });
    current = numbered;
    progress = undefined;
    cell.execution_count = number;
    tell('started');
    const ticking = setInterval(() => tell('running'), TICK_MS);
    const late = new AbortController();
    try {
      const finished = new Promise<void>((resolve) => (done = resolve));
      kernel.request({ type: 'execute', cell: number, code: sourceOf(cell) });
      const problem = await Promise.race([
        finished.then(() => undefined),
        stopping,
        kernel.ended.then((how) => `it ended the kernel process (${how})`),
        delay(Math.min(cellTimeout * 1000, LONGEST_TIMER_MS), undefined, { signal: late.signal }).then(
          () => `it took longer than the ${cellTimeout} seconds a cell may take`,
          () => undefined,
        ),
      ]);
      if (problem !== undefined) fail(numbered, problem);
    } finally {
      clearInterval(ticking);
      late.abort();
    }
    failByOutputs(numbered);
    tell(failure ? 'failed' : 'finished');
  }

  try {
    await Promise.race([
      ready,
      stopping,
      kernel.ended.then((how) => Promise.reject(new Error(`The kernel could not be started: it ended with ${how}.`))),
    ]);
    for (const numbered of cells) {
      await run(numbered);
      if (failure) break;
    }
    if (!failure) {
      kernel.request({ type: 'finish' });
      const how = await Promise.race([kernel.ended, stopping]);
      cells.forEach(failByOutputs);
      if (how !== CLEAN_END && cells.length > 0) fail(cells[cells.length - 1], `the kernel process ended with ${how}`);
    }
  } catch (error) {
    // Gives the running cell's work the chance to stop in order.
    kernel.interrupt();
    await Promise.race([kernel.ended, new Promise<void>((resolve) => (done = resolve)), delay(STOP_MS)]);
    throw error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    kernel.kill();
  }
  return { notebook: withoutVolatile(executed), ok: !failure, ...(failure && { failure }) };
}
