import type { JsonValue } from './json.js';

/** One output in several representations, keyed by MIME type; clients show the richest they know. */
export type MimeBundle = Readonly<Record<string, JsonValue>>;

/** What came with a message of a comm. */
export interface CommMessage {
  readonly data: unknown;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly buffers: readonly Uint8Array[];
}

/** What may be sent beside the data of a message. */
export interface CommExtras {
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly buffers?: readonly Uint8Array[];
}

/** A two-way channel between a cell and the notebook's front end, in Jupyter's terms a comm. */
export interface Comm {
  readonly id: string;
  send(data: unknown, extras?: CommExtras): void;
  close(data?: unknown): void;
  onMessage(handler: (message: CommMessage) => void): void;
  onClose(handler: (message: CommMessage) => void): void;
}

/** Makes comms: opened from here, or by the front end under a name that is registered here. */
export interface CommChannel {
  open(target: string, opening?: CommExtras & { readonly data?: unknown }): Comm;
  register(target: string, onOpen: (comm: Comm, message: CommMessage) => void): void;
}

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
  /** Keeps the place of an output that is still being made; outputs begun later wait until it is filled, or given up by no data. */
  place(): (data?: MimeBundle, id?: string) => void;
  /** Removes what the cell has shown, at once or when the next output comes. */
  clear(wait: boolean): void;
  /** A line that the person at the notebook types. @throws Error where the front end takes no input. */
  ask(prompt: string, password: boolean): string;
  readonly comms: CommChannel;
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
