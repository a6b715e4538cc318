import type { Loss } from './loss.js';
import { softmaxCrossEntropy } from './softmax-cross-entropy.js';
import { squaredError } from './squared-error.js';

/** A new loss is one line here. */
export const losses = {
  'softmax cross-entropy': softmaxCrossEntropy,
  'squared error': squaredError,
} as const satisfies Readonly<Record<string, Loss>>;

export type LossName = keyof typeof losses;
