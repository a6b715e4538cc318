import { threadId } from 'node:worker_threads';
import retrainBlock, { type BlockOutcome, type JobBlock } from '../../src/retraining/worker.js';

/**
 * A worker that ends in the middle of the second block. `iterations` of the block's first row, shared among workers, counts
 * the deaths: once, or every time for the tolerance 1e-5.
 */
export default async function dyingWorker(block: JobBlock): Promise<BlockOutcome> {
  const { job, first } = block;
  if (first > 0 && first < 2 * block.count && (job.tolerance === 1e-5 || job.iterations[first] === 0)) {
    job.iterations[first] = 1 + (threadId & 1);
    process.exit(1);
  }
  return await retrainBlock(block);
}
