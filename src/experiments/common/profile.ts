import { InputError } from '../../errors.js';

/** How much an experiment computes: minutes for the committed figures, all of it, or seconds to see that it works. */
export const profiles = ['quick', 'full', 'smoke'] as const;
export type Profile = (typeof profiles)[number];

/** @throws InputError for anything but a {@link Profile}. */
export function parseProfile(text: string): Profile {
  const profile = profiles.find((candidate) => candidate === text);
  if (profile === undefined)
    throw new InputError(`There is no profile "${text}": choose one of ${profiles.join(', ')}.`);
  return profile;
}
