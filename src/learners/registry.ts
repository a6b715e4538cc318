import { z } from 'zod';
import { listNearest } from '../nearest-names.js';
import { InputError } from '../errors.js';
import type { Learner, LearnerDescription } from './learner.js';
import { linearSvm } from './linear/linear-svm.js';
import { logisticRegression } from './linear/logistic-regression.js';
import { multilayerPerceptron } from './network/multilayer-perceptron.js';
import { ridgeRegression } from './linear/ridge-regression.js';

/** One learner of the registry: its hyper-parameters checked, then the learner made. */
type Create = (hyperparameters: unknown, name: string) => Learner;

/** A new learner is one line here; its name is the one that it calls itself. */
const registry: Readonly<Record<string, Create>> = {
  'logistic regression': entry(z.strictObject({ C: z.number() }), logisticRegression),
  'linear SVM': entry(z.strictObject({ C: z.number() }), linearSvm),
  'multilayer perceptron': entry(
    z.strictObject({
      hidden: z.array(z.number()),
      activation: z.enum(['tanh', 'relu']),
      steps: z.number(),
      learningRate: z.number(),
      weightDecay: z.number(),
      batchSize: z.number().nullable(),
      seed: z.number(),
    }),
    multilayerPerceptron,
  ),
  'ridge regression': entry(z.strictObject({ C: z.number() }), ridgeRegression),
};

/** Names that {@link createLearner} knows. */
export const learnerNames: readonly string[] = Object.keys(registry);

/**
 * The learner of this name and these hyper-parameters, both as a {@link Learner} states them: rebuilds one from its
 * description in a stored bank, or in another thread.
 *
 * @throws InputError if the name is unknown, or a hyper-parameter is unknown, missing, of the wrong type or out of range.
 */
export function createLearner({ name, hyperparameters }: LearnerDescription): Learner {
  if (!Object.hasOwn(registry, name)) {
    throw new InputError(`There is no learner "${name}"; ${listNearest(name, learnerNames)}.`);
  }
  return registry[name](hyperparameters, name);
}

function entry<Options>(schema: z.ZodType<Options>, create: (options: Options) => Learner): Create {
  return (hyperparameters, name) => {
    const checked = schema.safeParse(hyperparameters);
    if (checked.success) return create(checked.data);
    const { path, message } = checked.error.issues[0];
    const what = path.length > 0 ? `hyper-parameter ${path.join('.')}` : 'hyper-parameters';
    throw new InputError(`The ${what} of "${name}" cannot be used (${message}); give what the learner itself states.`);
  };
}
