import { threadId } from 'node:worker_threads';
import type { BlockOutcome, JobBlock } from '../../src/retraining/worker.js';

/** A worker that writes its thread's number where iterations belong. */
export default async function namingWorker({ job, first, count }: JobBlock): Promise<BlockOutcome> {
  job.iterations.fill(threadId, first, first + count);
  return await Promise.resolve({});
}
