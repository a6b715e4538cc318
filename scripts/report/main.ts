import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatNotebook } from '../../kernels/modelpred/execute.cjs';
import { InputError } from '../../src/errors.js';
import { formatDuration } from '../../src/notebook/format.js';
import { parseArguments, usage, type Profile, type ReportArguments } from './arguments.js';
import { loadAssets } from './assets.js';
import { countVerdicts } from './claims.js';
import { committedForm } from './committed.js';
import { outputsOf, readContent } from './content.js';
import { executeAll, kernelExecution, type Execution } from './execute.js';
import { figureFiles } from './figures.js';
import { requireWritable, writeWhole } from './files.js';
import { findNotebooks, selectNotebooks } from './notebooks.js';
import { renderPage } from './page.js';
import { progressDisplay } from './progress.js';
import { describeRun } from './provenance.js';
import { resultsJson, timingsJson } from './records.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Executes the notebooks, builds the report, and returns the exit code: 0, 1 if a notebook failed, 130 if interrupted. */
async function buildReport(options: ReportArguments): Promise<number> {
  const started = new Date();
  const { profile } = options;
  const out = resolve(options.out);
  const notebooks = selectNotebooks(findNotebooks(join(root, 'notebooks')), options.only);
  await requireWritable(out);

  const interrupt = new AbortController();
  process.on('SIGINT', () => {
    // A second Ctrl-C does not wait for anything.
    if (interrupt.signal.aborted) process.exit(130);
    process.stdout.write('\nStopping; what is finished is kept.\n');
    interrupt.abort();
  });

  console.log(`${notebooks.length === 1 ? '1 notebook' : `${notebooks.length} notebooks`}, profile ${profile}`);
  const display = progressDisplay(process.stdout, earlierSeconds(join(out, 'timings.json'), profile));
  const executions = await executeAll(
    notebooks,
    kernelExecution(profile),
    options.jobs,
    {
      onCell: ({ name }, event) => display.cell(name, event),
      onEnd: async (execution) => {
        display.end(execution.outcome);
        await keep(execution, out);
      },
    },
    interrupt.signal,
  );

  const outcomes = executions.map((execution) => execution.outcome);
  const contents = executions.flatMap(({ outcome, notebook }) =>
    notebook ? [readContent(outcome.name, notebook)] : [],
  );
  const provenance = await describeRun(root, started);
  const page = renderPage({ profile, provenance, outcomes, contents, assets: loadAssets(root) });
  await writeWhole(join(out, 'results.json'), resultsJson(profile, contents));
  await writeWhole(join(out, 'timings.json'), timingsJson(profile, provenance, contents, outcomes));
  await writeWhole(join(out, 'index.html'), page);
  if (options.updateNotebooks) await updateNotebooks(executions);

  const failed = outcomes.filter((outcome) => outcome.status === 'failed');
  for (const { message } of failed) console.error(`\n${message}`);
  const claims = contents.flatMap((content) => outputsOf(content, 'claims')).flatMap((output) => output.claims);
  console.log(`\nClaims: ${countVerdicts(claims)}`);
  console.log(`Report: ${join(out, 'index.html')}`);
  console.log(`Time:   ${formatDuration(provenance.seconds)}`);
  if (interrupt.signal.aborted) return 130;
  return failed.length === 0 ? 0 : 1;
}

/** Writes an executed notebook and its figures as soon as they exist. */
async function keep({ outcome, notebook }: Execution, out: string): Promise<void> {
  if (notebook === null) return;
  await writeWhole(join(out, 'notebooks', `${outcome.name}.ipynb`), formatNotebook(notebook));
  for (const [file, picture] of figureFiles(readContent(outcome.name, notebook)))
    await writeWhole(join(out, 'figures', file), picture);
}

/** Copies the outputs of notebooks that passed back to where the notebooks came from. */
async function updateNotebooks(executions: readonly Execution[]): Promise<void> {
  for (const { outcome, notebook } of executions) {
    if (notebook !== null && outcome.status === 'passed')
      await writeWhole(join(root, 'notebooks', `${outcome.name}.ipynb`), formatNotebook(committedForm(notebook)));
  }
}

/** Seconds per notebook of the run before, for estimates only: anything unreadable counts as unknown. */
function earlierSeconds(path: string, profile: Profile): Map<string, number> {
  try {
    const earlier = JSON.parse(readFileSync(path, 'utf8')) as {
      profile: Profile;
      notebooks: Record<string, { status: string; seconds: number }>;
    };
    if (earlier.profile !== profile) return new Map();
    const passed = Object.entries(earlier.notebooks).filter(([, { status }]) => status === 'passed');
    return new Map(passed.map(([name, { seconds }]) => [name, seconds]));
  } catch {
    return new Map();
  }
}

try {
  const options = parseArguments(process.argv.slice(2));
  if (options.help) process.stdout.write(usage);
  else process.exitCode = await buildReport(options);
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
