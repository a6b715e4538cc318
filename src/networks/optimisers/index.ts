import { adam, adamSchema, type AdamOptimiser } from './adam.js';
import type { OptimiserRule } from './optimiser.js';
import { sgd, sgdSchema, type SgdOptimiser } from './sgd.js';
import { z } from 'zod';

/** How a network is trained from gradients, in plain data. */
export type Optimiser = SgdOptimiser | AdamOptimiser;

/** A new optimiser is one line in each of these. */
export const optimiserSchema = z.discriminatedUnion('kind', [sgdSchema, adamSchema]);

export function optimiserRule(optimiser: Optimiser): OptimiserRule {
  return optimiser.kind === 'sgd' ? sgd(optimiser) : adam(optimiser);
}
