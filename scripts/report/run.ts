import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { formatNotebook } from '../../kernels/modelpred/execute.cjs';
import { formatDuration } from '../../src/notebook/format.js';
import type { Profile } from '../../src/experiments/common/profile.js';
import type { ReportArguments } from './arguments.js';
import { loadAssets } from './assets.js';
import { benchContent } from './bench.js';
import { countVerdicts } from './claims.js';
import { committedForm } from './committed.js';
import { outputsOf, readContent, type NotebookContent } from './content.js';
import { executeAll, kernelExecution, type Execution } from './execute.js';
import { figureFiles } from './figures.js';
import { requireWritable, writeWhole } from './files.js';
import { findNotebooks, selectNotebooks } from './notebooks.js';
import { renderPage } from './page.js';
import { progressDisplay, type Terminal } from './progress.js';
import { describeRun } from './provenance.js';
import { resultsJson, timingsJson } from './records.js';

/** Where a run takes place. */
export interface Surroundings {
  /** Folder of the project: its assets, packages and version. */
  readonly root: string;
  /** Folder of the notebooks. */
  readonly notebooks: string;
  readonly terminal: Terminal;
  /** Where failures are told. */
  readonly errors: Terminal;
  /** Ends the run early; what is finished is kept. */
  readonly signal: AbortSignal;
}

/**
 * Executes notebooks and builds the report from them.
 *
 * @returns the exit code: 0, 1 if a notebook failed, 130 if the run was interrupted
 * @throws InputError if nothing fits `only`, or the report's folder cannot be written.
 */
export async function runReport(options: ReportArguments, surroundings: Surroundings): Promise<number> {
  const { root, terminal, errors, signal } = surroundings;
  const started = new Date();
  const { profile } = options;
  const out = resolve(options.out);
  const notebooks = selectNotebooks(findNotebooks(surroundings.notebooks), options.only);
  await requireWritable(out);

  terminal.write(`${notebooks.length === 1 ? '1 notebook' : `${notebooks.length} notebooks`}, profile ${profile}\n`);
  const display = progressDisplay(terminal, earlierSeconds(join(out, 'timings.json'), profile));
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
    signal,
  );

  const outcomes = executions.map((execution) => execution.outcome);
  const contents = executions.flatMap(({ outcome, notebook }) =>
    notebook ? [readContent(outcome.name, notebook)] : [],
  );
  if (signal.aborted && contents.length === 0) {
    terminal.write('No notebook was finished; an earlier report stays as it is.\n');
    return 130;
  }
  const provenance = await describeRun(root, started);
  const bench = await benchContent(join(out, 'bench.json'));
  if (bench) await writePictures(bench, out);
  const page = renderPage({
    profile,
    provenance,
    outcomes,
    contents: bench ? [...contents, bench] : contents,
    assets: loadAssets(root),
  });
  await writeWhole(join(out, 'results.json'), resultsJson(profile, contents));
  await writeWhole(join(out, 'timings.json'), timingsJson(profile, provenance, contents, outcomes));
  await writeWhole(join(out, 'index.html'), page);
  if (options.updateNotebooks) await updateNotebooks(executions, surroundings.notebooks);

  const failed = outcomes.filter((outcome) => outcome.status === 'failed');
  for (const { message } of failed) errors.write(`\n${message}\n`);
  const claims = contents.flatMap((content) => outputsOf(content, 'claims')).flatMap((output) => output.claims);
  terminal.write(`\nClaims: ${countVerdicts(claims)}\n`);
  terminal.write(`Report: ${join(out, 'index.html')}\n`);
  terminal.write(`Time:   ${formatDuration(provenance.seconds)}\n`);
  if (signal.aborted) return 130;
  return failed.length === 0 ? 0 : 1;
}

/** Writes an executed notebook and its figures as soon as they exist. */
async function keep({ outcome, notebook }: Execution, out: string): Promise<void> {
  if (notebook === null) return;
  await writeWhole(join(out, 'notebooks', `${outcome.name}.ipynb`), formatNotebook(notebook));
  await writePictures(readContent(outcome.name, notebook), out);
}

async function writePictures(content: NotebookContent, out: string): Promise<void> {
  for (const [file, picture] of figureFiles(content)) await writeWhole(join(out, 'figures', file), picture);
}

/** Copies the outputs of notebooks that passed back to where the notebooks came from. */
async function updateNotebooks(executions: readonly Execution[], folder: string): Promise<void> {
  for (const { outcome, notebook } of executions) {
    if (notebook !== null && outcome.status === 'passed')
      await writeWhole(join(folder, `${outcome.name}.ipynb`), formatNotebook(committedForm(notebook)));
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
