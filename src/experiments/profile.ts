import { InputError } from '../errors.js';

/** How much an experiment computes: seconds to see that it works, minutes for the committed figures, or all of it. */
export const profiles = ['smoke', 'quick', 'full'] as const;
export type Profile = (typeof profiles)[number];

/** @throws InputError for anything but a {@link Profile}. */
export function parseProfile(text: string): Profile {
  const profile = profiles.find((candidate) => candidate === text);
  if (profile === undefined)
    throw new InputError(`There is no profile "${text}": choose one of ${profiles.join(', ')}.`);
  return profile;
}
