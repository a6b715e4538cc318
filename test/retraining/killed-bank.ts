import { buildBank } from '../../src/retraining/retrain-bank.js';
import { storedBankOptions } from './stored-bank.js';

/** A process that retrains into the store it is given, and is killed by itself when a third of the subsets is done. */
await buildBank({
  ...storedBankOptions,
  store: process.argv[2],
  onProgress: ({ done, total }) => {
    if (done > total / 3) process.kill(process.pid, 'SIGKILL');
  },
});
