import type { Profile } from '../../src/experiments/common/profile.js';

/** Seconds of one notebook on two cores where it has never run; nobody knows of the full profile. */
export const typicalSeconds: Readonly<Record<Profile, number | undefined>> = { quick: 55, smoke: 12, full: undefined };

/**
 * Wall time of tasks that are begun in this order, several at a time.
 *
 * @param seconds of each task; undefined where it is not known
 * @returns undefined where one is not known
 */
export function estimateSeconds(seconds: readonly (number | undefined)[], jobs: number): number | undefined {
  if (seconds.includes(undefined)) return undefined;
  const lanes = new Array<number>(jobs).fill(0);
  for (const each of seconds as readonly number[]) lanes[lanes.indexOf(Math.min(...lanes))] += each;
  return Math.max(...lanes);
}
