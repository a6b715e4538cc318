import { parseArgs } from 'node:util';
import { InputError } from '../../src/errors.js';

/** What to retrain, and within which bounds. */
export interface ScaleArguments {
  readonly points: number;
  readonly features: number;
  readonly classes: number;
  readonly subsets: number;
  readonly workers: number;
  readonly tolerance: number;
  readonly seed: number;
  /** Bytes; undefined: no bound. */
  readonly memory: number | undefined;
  readonly store: string | undefined;
  readonly help: boolean;
}

export const usage = `npm run scale -- [options]   retrains many subsets of a large pool of made-up data, with an estimate first
  --points 60000 --features 128 --classes 10 --subsets 1000    the size of it
  --memory 2GB      works in blocks that keep memory below this
  --workers 1       threads
  --tolerance 1e-6  largest max|∇|/(C·n) of a model
  --store FOLDER    keeps finished blocks; the same command goes on where it stopped
  --seed 1
`;

/** @throws InputError for an unknown option or a value that is none. */
export function parseArguments(args: readonly string[]): ScaleArguments {
  const text = (value: string) => ({ type: 'string', default: value }) as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        points: text('60000'),
        features: text('128'),
        classes: text('10'),
        subsets: text('1000'),
        workers: text('1'),
        tolerance: text('1e-6'),
        seed: text('1'),
        memory: { type: 'string' },
        store: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    return {
      points: whole('points', values.points, 20),
      features: whole('features', values.features, 1),
      classes: whole('classes', values.classes, 2),
      subsets: whole('subsets', values.subsets, 1),
      workers: whole('workers', values.workers, 1),
      tolerance: tolerance(values.tolerance),
      seed: whole('seed', values.seed, 0),
      memory: values.memory === undefined ? undefined : parseBytes(values.memory),
      store: values.store,
      help: values.help,
    };
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${(error as Error).message.split('.')[0]}; --help lists the options.`);
  }
}

function whole(name: string, value: string, least: number): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= least) return number;
  throw new InputError(`--${name} is "${value}"; give a whole number of at least ${least}.`);
}

function tolerance(value: string): number {
  const number = Number(value);
  if (number > 0 && number < 1) return number;
  throw new InputError(`--tolerance is "${value}"; give a number between 0 and 1, e.g. 1e-6.`);
}

/**
 * Bytes from `2GB`, `500 MB` or a plain number.
 *
 * @throws InputError for anything else.
 */
export function parseBytes(value: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kMG]?)B?$/i.exec(value.trim());
  if (!match) throw new InputError(`--memory is "${value}"; give a size such as 2GB or 500MB.`);
  return Number(match[1]) * { '': 1, K: 1e3, M: 1e6, G: 1e9 }[match[2].toUpperCase() as '' | 'K' | 'M' | 'G'];
}
