import { z } from 'zod';
import { listNearest } from '../nearest-names.js';
import { InputError } from '../errors.js';
import type { Learner, LearnerDescription } from './learner.js';
import { linearSvm } from './linear/linear-svm.js';
import { logisticRegression } from './linear/logistic-regression.js';
import { multilayerPerceptron } from './network/multilayer-perceptron.js';
import { networkLearner, type NetworkLearnerOptions } from './network/network-learner.js';
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
  network: (hyperparameters) => networkLearner(hyperparameters as NetworkLearnerOptions),
  'ridge regression': entry(z.strictObject({ C: z.number() }), ridgeRegression),
};

/** A learner of one's own, for {@link registerLearner}. */
export interface LearnerRegistration {
  /** The name that the learner calls itself; none that is taken. */
  readonly name: string;
  /** Makes the learner from its hyper-parameters as it states them; throws an `InputError` where they cannot be used. */
  readonly create: (hyperparameters: LearnerDescription['hyperparameters']) => Learner;
  /**
   * URL of a module that registers it when it is imported, in most cases `import.meta.url`: worker threads import it before
   * they make the learner. Without one the learner works in this thread only.
   */
  readonly module?: string;
}

const registered = new Map<string, LearnerRegistration>();

/**
 * Adds a learner to those that {@link createLearner}, worker threads and stores know by name. A module that is imported again
 * may register its learner again.
 *
 * @throws InputError if the name is that of another learner.
 */
export function registerLearner(registration: LearnerRegistration): void {
  const { name, module } = registration;
  const known = registered.get(name);
  if (Object.hasOwn(registry, name) || (known && known.module !== module))
    throw new InputError(`There is a learner "${name}" already; give yours another name.`);
  registered.set(name, registration);
}

/** URL of the module that a thread has to import before it can create a learner of this name; undefined for the library's own. */
export function learnerModule(name: string): string | undefined {
  return registered.get(name)?.module;
}

/** Names that {@link createLearner} knows: the library's own, and those registered. */
export function learnerNames(): readonly string[] {
  return [...Object.keys(registry), ...registered.keys()];
}

/**
 * The learner of this name and these hyper-parameters, both as a {@link Learner} states them: rebuilds one from its
 * description in a stored bank, or in another thread.
 *
 * @throws InputError if the name is unknown, or a hyper-parameter is unknown, missing, of the wrong type or out of range.
 */
export function createLearner({ name, hyperparameters }: LearnerDescription): Learner {
  if (Object.hasOwn(registry, name)) return registry[name](hyperparameters, name);
  const own = registered.get(name);
  if (own) return own.create(hyperparameters);
  throw new InputError(
    `There is no learner "${name}"; ${listNearest(name, learnerNames())}, or register it with registerLearner.`,
  );
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
