import { setImmediate as nextTurn } from 'node:timers/promises';
import { InterruptedError } from './errors.js';

/** How far a long computation has come. */
export interface Progress {
  /** What is being done, e.g. `retraining 3,000 subsets`. */
  readonly label: string;
  /** Units of work finished. */
  readonly done: number;
  /** Units of work in all. */
  readonly total: number;
  /** A short figure worth watching, e.g. `loss 0.012`. */
  readonly detail?: string;
}

/** What every long computation accepts: someone to tell, and a signal that stops it. */
export interface RunControl {
  /** Called as work is finished; must be cheap. */
  readonly onProgress?: (progress: Progress) => void;
  /** Aborting it stops the computation with an {@link InterruptedError} at the next safe point. */
  readonly signal?: AbortSignal;
}

/**
 * Safe point of a long computation: lets timers, interrupts and displays run, then stops if that was asked for.
 *
 * @throws InterruptedError if the signal is aborted.
 */
export async function safePoint(control: RunControl | undefined, label: string): Promise<void> {
  await nextTurn();
  if (control?.signal?.aborted) throw new InterruptedError(`Stopped on request during ${label}.`);
}
