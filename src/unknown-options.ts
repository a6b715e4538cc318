import { InputError } from './errors.js';
import { listNearest } from './nearest-names.js';

/**
 * Refuses options of other names, which would be silently without effect.
 *
 * @param known every option, by name.
 * @param what whose options, e.g. `readDataset`.
 * @throws InputError naming the first unknown option and the nearest known ones.
 */
export function refuseUnknownOptions(options: object, known: readonly string[], what: string): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new InputError(`${what} has no option "${unknown}"; ${listNearest(unknown, known)}.`);
}
