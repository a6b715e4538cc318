import type { JsonValue } from './json.js';

/** One output in several representations, keyed by MIME type; clients show the richest they know. */
export type MimeBundle = Readonly<Record<string, JsonValue>>;

/**
 * What the kernel offers to the cell that is running: the one contract between this library and the kernel. Kept as plain
 * functions behind a well-known symbol, so that the library needs no kernel package and cells, workers' results and
 * imported modules all reach the same kernel.
 */
export interface Cell {
  /** Aborted with an `InterruptedError` when the person interrupts the cell. */
  readonly signal: AbortSignal;
  /** Adds an output; with an `id` seen before it replaces that output in place. */
  display(data: MimeBundle, id?: string): void;
  /** Runs (or waits for) a task before the cell counts as finished; its rejection fails the cell. */
  onEnd(task: () => void | Promise<void>): void;
}

/** Where the kernel puts its function that returns the cell on whose behalf code is running. */
export const CURRENT_CELL = Symbol.for('modelpred.notebook.currentCell');

type Kernel = { readonly [CURRENT_CELL]?: () => Cell | undefined };

/** The cell this code runs for; undefined outside a kernel. */
export function currentCell(): Cell | undefined {
  return (globalThis as Kernel)[CURRENT_CELL]?.();
}

/** True inside the project's kernel or its headless executor. */
export const inNotebook = (): boolean => currentCell() !== undefined;

/** Adds an output to the running cell; outside a kernel its plain text, if any, is printed. */
export function displayBundle(data: MimeBundle): void {
  const cell = currentCell();
  if (cell) cell.display(data);
  else if (typeof data['text/plain'] === 'string') console.log(data['text/plain']);
}
