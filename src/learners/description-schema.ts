import { z } from 'zod';
import type { HyperparameterValue } from './learner.js';

/** Of a learner in plain data, as stores and manifests keep it. */
export const learnerDescriptionSchema = z.strictObject({
  name: z.string(),
  hyperparameters: z.record(z.string(), z.json() as z.ZodType<HyperparameterValue>),
});
