import { buildBank } from '../../src/retraining/retrain-bank.js';
import { failAt } from './failing-writes.js';
import { smallBankOptions } from './stored-bank.js';

/** A process that builds a small bank in a folder and is killed in its n-th write; it says how many there were if it survives. */
const [, , store, n] = process.argv;
const { count } = failAt(Number(n), 'kill');
await buildBank({ ...smallBankOptions, store });
console.log(count());
