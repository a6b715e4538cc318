import type { RunControl } from '../../control.js';
import type { Profile } from './profile.js';

export interface ExperimentOptions extends RunControl {
  readonly profile: Profile;
  /** First of the seeds. Every seed has its own bank, network and draws; what is held out is shared. */
  readonly seed: number;
}

/** How much is computed in every profile, data set by data set. */
export type Efforts<E> = Readonly<Record<Profile, readonly E[]>>;

/** An experiment of one result for every entry of its efforts, measured one after the other. */
export function experiment<E, R>(
  efforts: Efforts<E>,
  measure: (effort: E, seed: number, control: RunControl) => Promise<R>,
): (options: ExperimentOptions) => Promise<R[]> {
  return async ({ profile, seed, ...control }) => {
    const results: R[] = [];
    for (const effort of efforts[profile]) results.push(await measure(effort, seed, control));
    return results;
  };
}

/** As many numbers from the first one up: seeds of an experiment, rows of a bank. */
export const range = (count: number, first = 0): number[] => Array.from({ length: count }, (_, i) => first + i);
