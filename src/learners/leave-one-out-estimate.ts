import type { Dataset } from '../data/dataset.js';
import type { Learner } from './learner.js';
import { retrainingBytes } from './retraining-memory.js';

/** Rows of subsets that are made at once; see `inBlocks`. */
const mostRows = 1024;
const blockNumbers = 2 ** 23;
/** Share of the parameters' length that the next step of a model trained to a residual of 1e-8 has about. */
const stepShare = 1e-6;

/** What leaving out every point of a pool once takes. */
export interface LeaveOneOutEstimate {
  /** Models to train, N + 1. */
  readonly models: number;
  /** Bytes held at most, the process itself included. */
  readonly bytes: number;
  /** Processor seconds of exact retraining; NaN where the learner has no estimate. */
  readonly seconds: number;
}

/**
 * An estimate of leave-one-out values or attributions by exact retraining, before it is begun. Subsets are made in blocks of
 * B = min(1024, 2²³/N), so memory is that of retraining B subsets of N points (`retrainingBytes`) and 8·N·p bytes of results, not
 * N² of anything. Seconds are N + 1 times a model's (`Learner.estimatedCosts`).
 */
export function leaveOneOutEstimate(pool: Dataset, learner: Learner): LeaveOneOutEstimate {
  const { size, dimension } = pool;
  const p = learner.parameterCount(pool);
  const block = Math.max(1, Math.min(mostRows, Math.floor(blockNumbers / size)));
  const shape = {
    points: size,
    features: dimension,
    logits: Math.max(1, Math.round(p / (dimension + 1))),
    subsets: block,
    smallest: Math.max(1, size - 1),
  };
  const costs = learner.kind === 'convex' ? learner.estimatedCosts?.(pool) : undefined;
  const nanoseconds = costs?.retraining(stepShare) ?? NaN;
  return {
    models: size + 1,
    bytes: retrainingBytes({ shape, block: Math.min(256, block) }) + 8 * size * p,
    seconds: ((size + 1) * nanoseconds) / 1e9,
  };
}
