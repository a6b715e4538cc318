// What a worker thread loads. It is a CommonJS module that imports the worker's ES module when the first block comes, because
// Node.js 20 ends the whole process when a thread is stopped while `require` is loading an ES module.
import type { BlockOutcome, JobBlock } from './worker.js' with { 'resolution-mode': 'import' };

export = async function retrainBlock(block: JobBlock): Promise<BlockOutcome> {
  const worker = await import('./worker.js');
  return worker.default(block);
};
