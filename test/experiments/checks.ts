import { strict as assert } from 'node:assert';
import type { Claim } from '../../src/evaluation/index.js';

/** Where a value holds something that is not plain data: a function, or an object of a class. */
function notPlain(value: unknown, path: string): string[] {
  if (typeof value === 'function') return [path];
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [];
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return [path];
  return Object.entries(value).flatMap(([key, own]) => notPlain(own, `${path}.${key}`));
}

/** Results of an experiment outlive the run: nothing in them computes, and a copy is as good. */
export function checkPlainData(results: readonly unknown[]): void {
  assert.deepEqual(notPlain(results, 'results'), []);
  assert.deepEqual(structuredClone(results), results);
}

/** The verdict on an interval that has to be above a bound. */
export const verdictAbove = (interval: { readonly low: number; readonly high: number } | undefined, bound: number) =>
  interval && (interval.low > bound ? 'holds' : interval.high <= bound ? 'does not hold' : 'undecided');

/** Every claim has a name of its own, and a number inside its interval. */
export function checkClaims(claims: readonly Claim[]): void {
  assert.equal(new Set(claims.map(({ id }) => id)).size, claims.length, 'ids are unique');
  for (const { id, measured, interval, verdict } of claims) {
    assert.equal(measured === null, verdict === 'not testable here', id);
    if (measured === null) continue;
    assert.ok(Number.isFinite(measured), id);
    if (interval) assert.ok(interval.low <= measured && measured <= interval.high, `${id} lies in its interval`);
  }
  assert.equal(claims.find(({ id }) => id.startsWith('exact-retraining'))?.verdict, 'holds');
}
