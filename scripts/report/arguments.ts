import { parseArgs } from 'node:util';
import { InputError } from '../../src/errors.js';
import { profiles, type Profile } from '../../src/experiments/common/profile.js';

/** What to run and where to write. */
export interface ReportArguments {
  readonly profile: Profile;
  /** Number prefixes or names of the notebooks to run; empty for all. */
  readonly only: readonly string[];
  /** Folder of the report. */
  readonly out: string;
  /** Notebooks executed side by side. */
  readonly jobs: number;
  /** Whether executed outputs are copied back into the notebooks' folder. */
  readonly updateNotebooks: boolean;
  /** Whether notebooks run again for which nothing has changed. */
  readonly fresh: boolean;
  readonly help: boolean;
}

export const usage = `Executes the notebooks that are new or changed and builds a report from all.

npm start -- [options]

  --profile ${profiles.join('|')}   how much work the notebooks do (default: quick)
  --only 02                    run one notebook, by number or name, and keep the others; repeat for several
  --fresh                      run notebooks again for which nothing has changed
  --out FOLDER                 folder of the report (default: report; report/full and report/smoke for the other profiles)
  --jobs N                     notebooks executed side by side (default: 2)
  --update-notebooks           copy the outputs back into notebooks/
  --help                       show this text
`;

/**
 * Reads the command line.
 *
 * @throws InputError on an unknown option or a value that is not allowed.
 */
export function parseArguments(args: readonly string[]): ReportArguments {
  const values = parseOptions(args);
  const profile = profiles.find((known) => known === values.profile);
  if (profile === undefined)
    throw new InputError(`--profile must be ${profiles.join(', ')}, but it is "${values.profile}".`);
  const jobs = Number(values.jobs);
  if (!Number.isInteger(jobs) || jobs < 1)
    throw new InputError(`--jobs must be a whole number of at least 1, but it is "${values.jobs}".`);
  const out = values.out ?? (profile === 'quick' ? 'report' : `report/${profile}`);
  if (out.trim() === '') throw new InputError('--out must name a folder, but it is empty.');
  return {
    profile,
    only: values.only,
    out,
    jobs,
    updateNotebooks: values['update-notebooks'],
    fresh: values.fresh,
    help: values.help,
  };
}

function parseOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        profile: { type: 'string', default: 'quick' },
        only: { type: 'string', multiple: true, default: [] },
        out: { type: 'string' },
        fresh: { type: 'boolean', default: false },
        jobs: { type: 'string', default: '2' },
        'update-notebooks': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    const [sentence] = (error as Error).message.split(/(?<=\.)\s|\n/);
    throw new InputError(`${sentence.replace(/\.?$/, '')}; see npm start -- --help.`);
  }
}
