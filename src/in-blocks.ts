import { safePoint, type RunControl } from './control.js';

/** Rows of the first block, before it is known how long one takes. */
const firstRows = 16;
/** Milliseconds that a block should take: an abort is obeyed between blocks. */
const blockMilliseconds = 250;
const mostRows = 1024;
/** A block may be so many times as large as the one before it. */
const largestGrowth = 8;
/** Numbers that the rows of a block may hold (of one byte each: 8 MB). */
const blockNumbers = 2 ** 23;

export interface InBlocksOptions {
  readonly rows: number;
  /** Numbers that one row holds. */
  readonly width: number;
  /** What this is, for progress and the message of an interruption. */
  readonly label: string;
  readonly control?: RunControl;
  /** Handles rows `first` … `first + count − 1`; what comes of a row must not depend on its block. */
  readonly evaluate: (first: number, count: number) => void | Promise<void>;
}

/**
 * Handles rows in blocks of about a quarter of a second, as many as have proved to take that long, with progress from the start and
 * a safe point before each.
 *
 * @throws InterruptedError if the signal is aborted.
 */
export async function inBlocks({ rows, width, label, control, evaluate }: InBlocksOptions): Promise<void> {
  const most = Math.max(1, Math.min(mostRows, Math.floor(blockNumbers / Math.max(1, width))));
  let block = Math.min(firstRows, most);
  control?.onProgress?.({ label, done: 0, total: rows });
  for (let first = 0; first < rows;) {
    if (first > 0) await safePoint(control, label);
    const count = Math.min(block, rows - first);
    const since = performance.now();
    await evaluate(first, count);
    const each = Math.max((performance.now() - since) / count, 1e-6);
    first += count;
    block = Math.max(1, Math.min(most, largestGrowth * block, Math.floor(blockMilliseconds / each)));
    control?.onProgress?.({ label, done: first, total: rows });
  }
}
