import { readFileSync } from 'node:fs';
import type { RunControl } from '../../src/control.js';
import { InputError } from '../../src/errors.js';
import {
  largestBlock,
  logisticRegression,
  retrainInBlocks,
  retrainingBytes,
  RetrainStatus,
  subsetSizes,
  takeSubsets,
  uniformSizeSubsets,
  type RetrainingShape,
} from '../../src/index.js';
import { formatDuration } from '../../src/notebook/format.js';
import type { ScaleArguments } from './arguments.js';
import { largePool } from './pool.js';

/** What was foretold and what came of it. */
export interface ScaleResult {
  readonly estimatedSeconds: number;
  readonly seconds: number;
  readonly estimatedBytes: number;
  /** Largest resident memory of the process. */
  readonly peakBytes: number;
  readonly blockSubsets: number;
  readonly largestResidual: number;
}

/** More subsets at a time gain nothing at this size, and this thread can be interrupted only between rounds of a block. */
const mostAtATime = 32;
/** Subsets that the estimate is measured on, of sizes spread over all. */
const sampled = 4;

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;

/**
 * Retrains subsets of a large pool, with an estimate of time and memory before it starts: memory by formula, time from a few
 * of the subsets.
 *
 * @throws InputError if not even one subset at a time fits the memory.
 */
export async function runScale(
  options: ScaleArguments,
  say: (text: string) => void,
  control: RunControl = {},
): Promise<ScaleResult> {
  const { points, features, classes, subsets: count, workers, tolerance, seed, memory, store } = options;
  const smallest = Math.ceil(points / 10);
  const shape: RetrainingShape = { points, features, logits: classes === 2 ? 1 : classes, subsets: count, smallest };
  const blockSubsets = Math.min(
    mostAtATime,
    memory === undefined ? mostAtATime : largestBlock({ shape, bytes: memory, workers }),
  );
  if (blockSubsets === 0) {
    throw new InputError(
      `--memory is ${gigabytes(memory ?? 0)}, but one subset at a time takes ${gigabytes(retrainingBytes({ shape, block: 1, workers }))}; ` +
        'allow that much, or use fewer workers or points.',
    );
  }
  const estimatedBytes = retrainingBytes({ shape, block: blockSubsets, workers });
  say(
    `Pool of ${points} points, ${features} features, ${classes} classes; ${count} subsets of at least ${smallest} points`,
  );
  say(`Memory: at most ${gigabytes(estimatedBytes)}, ${blockSubsets} subsets at a time in ${workers} threads`);

  const learner = logisticRegression();
  const pool = largePool(points, features, classes, seed);
  const subsets = uniformSizeSubsets({ poolSize: points, count, minimumSize: smallest, seed, labels: pool.labels });
  const sizes = subsetSizes(subsets);
  const bySize = [...sizes.keys()].sort((a, b) => sizes[a] - sizes[b]);
  const few = Math.min(sampled, count);
  const sample = takeSubsets(
    subsets,
    Array.from({ length: few }, (_, k) => bySize[Math.floor(((k + 0.5) * count) / few)]),
  );
  const timed = async (): Promise<number> => {
    const since = performance.now();
    await learner.retrain(pool, sample, { tolerance, signal: control.signal });
    return (performance.now() - since) / 1000;
  };
  say(`Measuring ${few} of the subsets …`);
  const first = await timed();
  const again = await timed();
  // Another thread follows the size path anew; this one has done it.
  const path = workers === 1 ? 0 : first - again;
  const estimatedSeconds = path + ((again / few) * count) / workers;
  say(`Time: about ${formatDuration(estimatedSeconds)} (size path ${formatDuration(first - again)}, once per thread)`);

  const since = performance.now();
  const { residuals, status } = await retrainInBlocks({
    pool,
    learner,
    subsets,
    tolerance,
    workers,
    blockSubsets: blockSubsets * workers,
    store,
    ...control,
  });
  const seconds = (performance.now() - since) / 1000;
  const unfinished = status.reduce((sum, one) => sum + Number(one !== RetrainStatus.converged), 0);
  if (unfinished > 0) throw new Error(`${unfinished} of ${count} models did not converge.`);
  const largestResidual = residuals.reduce((max, one) => Math.max(max, one), 0);
  const peakBytes = peakMemory();
  say(`Done in ${formatDuration(seconds)}: ${(seconds / estimatedSeconds).toFixed(2)} of the estimate`);
  say(`Peak memory ${gigabytes(peakBytes)}: ${(peakBytes / estimatedBytes).toFixed(2)} of the formula`);
  say(`Largest residual ${largestResidual.toExponential(1)} of ${count} models`);
  return { estimatedSeconds, seconds, estimatedBytes, peakBytes, blockSubsets, largestResidual };
}

/**
 * Largest resident memory of this process in bytes. On Linux what `resourceUsage` tells also counts the process that started this
 * one, so the kernel's own record of this program goes first.
 */
function peakMemory(): number {
  try {
    const record = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    if (record) return Number(record[1]) * 1024;
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
}
