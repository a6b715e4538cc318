import { labelOf, type MethodId } from '../../evaluation/methods.js';

/** What one method measured: one entry for each seed, a single one where nothing is drawn. */
export interface MethodTrials<T> {
  readonly method: MethodId;
  readonly trials: readonly T[];
}

/** The entry of a method; undefined where it is not compared. */
export function find<T extends { readonly method: MethodId }>(all: readonly T[], method: MethodId): T | undefined {
  return all.find((entry) => entry.method === method);
}

/**
 * The entry of a method that an experiment always has.
 *
 * @throws Error where it has none.
 */
export function entryOf<T extends { readonly method: MethodId }>(all: readonly T[], method: MethodId): T {
  const found = find(all, method);
  if (found === undefined) throw new Error(`There is nothing measured of ${labelOf(method)}.`);
  return found;
}

/** The entries of some methods, in their own order; of all where none are named. */
export function among<T extends { readonly method: MethodId }>(all: readonly T[], methods?: readonly MethodId[]): T[] {
  return all.filter(({ method }) => methods?.includes(method) ?? true);
}
