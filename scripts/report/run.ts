import { join, resolve } from 'node:path';
import { formatNotebook, readNotebook } from '../../kernels/modelpred/execute.cjs';
import { formatDuration } from '../../src/notebook/format.js';
import type { Profile } from '../../src/experiments/common/profile.js';
import type { ReportArguments } from './arguments.js';
import { loadAssets } from './assets.js';
import { benchContent } from './bench.js';
import { countVerdicts } from './claims.js';
import { committedForm } from './committed.js';
import { outputsOf, readContent, type NotebookContent } from './content.js';
import { estimateSeconds, typicalSeconds } from './estimate.js';
import { executeAll, kernelExecution, type Execution } from './execute.js';
import { figureFiles } from './figures.js';
import { requireWritable, writeWhole } from './files.js';
import { fingerprint, surroundingsDigest } from './fingerprint.js';
import { keepRun, keptRun, type KeptRun } from './kept.js';
import { findNotebooks, selectNotebooks, type NotebookFile } from './notebooks.js';
import { minute, renderPage, type ReportedRun } from './page.js';
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
  /** How notebooks are executed; the project's kernel if left out. */
  readonly execution?: typeof kernelExecution;
}

/** A notebook with its last execution in the report's folder, if that counts. */
interface Candidate {
  readonly notebook: NotebookFile;
  readonly fingerprint: string;
  readonly kept: KeptRun | undefined;
}

/**
 * Executes notebooks that are new or changed and builds the report from all of which there is an execution.
 *
 * @returns the exit code: 0, 1 if a notebook failed, 130 if the run was interrupted
 * @throws InputError if nothing fits `only`, or the report's folder cannot be written.
 */
export async function runReport(options: ReportArguments, surroundings: Surroundings): Promise<number> {
  const { root, terminal, errors, signal } = surroundings;
  const started = new Date();
  const { profile } = options;
  const out = resolve(options.out);
  const notebooks = findNotebooks(surroundings.notebooks);
  const chosen = selectNotebooks(notebooks, options.only);
  await requireWritable(out);

  const candidates = await findCandidates(notebooks, { root, out, profile });
  const due = candidates.filter(
    ({ notebook, ...each }) => chosen.includes(notebook) && (options.fresh || !isCurrent(each)),
  );
  announce(terminal, { chosen, due, candidates, options });
  const finished = await executeDue(due, { out, options, surroundings });
  const interrupted = finished.filter(({ outcome }) => outcome.status === 'interrupted');
  if (signal.aborted && interrupted.length === finished.length) {
    terminal.write('No notebook was finished; an earlier report stays as it is.\n');
    return 130;
  }

  const runs = candidates.flatMap((candidate) => runOf(candidate, finished));
  const contents = runs.flatMap(({ content }) => content ?? []);
  const provenance = await describeRun(root, started);
  const bench = await benchContent(join(out, 'bench.json'));
  if (bench) await writePictures(bench, out);
  const page = renderPage({ profile, provenance, runs, extra: bench ? [bench] : [], assets: loadAssets(root) });
  const outcomes = runs.map(({ outcome }) => outcome);
  await writeWhole(join(out, 'results.json'), resultsJson(profile, contents));
  await writeWhole(join(out, 'timings.json'), timingsJson(profile, provenance, contents, outcomes));
  await writeWhole(join(out, 'index.html'), page);
  if (options.updateNotebooks) {
    const wanted = candidates.filter(({ notebook }) => chosen.includes(notebook));
    await updateNotebooks(
      wanted.map(({ notebook }) => notebook.name),
      out,
      surroundings.notebooks,
    );
  }

  const failed = finished.filter(({ outcome }) => outcome.status === 'failed');
  for (const { outcome } of failed) errors.write(`\n${outcome.message}\n`);
  const claims = contents.flatMap((content) => outputsOf(content, 'claims')).flatMap((output) => output.claims);
  terminal.write(`\nClaims: ${countVerdicts(claims)}\n`);
  terminal.write(`Report: ${join(out, 'index.html')}\n`);
  terminal.write(`Time:   ${formatDuration(provenance.seconds)}\n`);
  if (signal.aborted) return 130;
  return failed.length === 0 ? 0 : 1;
}

async function findCandidates(
  notebooks: readonly NotebookFile[],
  { root, out, profile }: { root: string; out: string; profile: Profile },
): Promise<Candidate[]> {
  const digest = surroundingsDigest(root);
  return Promise.all(
    notebooks.map(async (notebook) => {
      const kept = keptRun(out, notebook.name);
      // One that cannot be read is executed, which says why.
      const source = await readNotebook(notebook.path).catch(() => undefined);
      return {
        notebook,
        fingerprint: source ? fingerprint(digest, source, { profile }) : '',
        kept: kept?.record.profile === profile ? kept : undefined,
      };
    }),
  );
}

/** Whether running it again would give the same. */
const isCurrent = ({ kept, fingerprint }: Omit<Candidate, 'notebook'>): boolean =>
  kept?.record.status === 'passed' && kept.record.fingerprint === fingerprint;

function announce(
  terminal: Terminal,
  {
    chosen,
    due,
    candidates,
    options,
  }: {
    chosen: readonly NotebookFile[];
    due: readonly Candidate[];
    candidates: readonly Candidate[];
    options: ReportArguments;
  },
): void {
  const count = chosen.length === 1 ? '1 notebook' : `${chosen.length} notebooks`;
  const estimate = estimateSeconds(
    due.map(({ kept }) => kept?.record.seconds ?? typicalSeconds[options.profile]),
    options.jobs,
  );
  const unknown = ', time unknown: not all of them have run here';
  const long = estimate === undefined ? unknown : `, about ${formatDuration(estimate)}`;
  terminal.write(`${count}, profile ${options.profile}${due.length === 0 ? '' : long}\n`);
  for (const candidate of candidates) {
    if (!chosen.includes(candidate.notebook) || due.includes(candidate) || !candidate.kept) continue;
    terminal.write(
      `= ${candidate.notebook.name} kept from ${minute(candidate.kept.record.ran)}: nothing has changed\n`,
    );
  }
}

/** Executes what is due; each notebook is safe in the report's folder as soon as it has ended. */
async function executeDue(
  due: readonly Candidate[],
  { out, options, surroundings }: { out: string; options: ReportArguments; surroundings: Surroundings },
): Promise<Execution[]> {
  const { terminal, signal } = surroundings;
  const { profile } = options;
  const display = progressDisplay(
    terminal,
    new Map(due.flatMap(({ notebook, kept }) => (kept ? [[notebook.name, kept.record.cellSeconds]] : []))),
  );
  return executeAll(
    due.map(({ notebook }) => notebook),
    (surroundings.execution ?? kernelExecution)(profile),
    options.jobs,
    {
      onCell: ({ name }, event) => display.cell(name, event),
      onEnd: async ({ outcome, notebook }) => {
        display.end(outcome);
        if (notebook === null) return;
        const print = due.find((candidate) => candidate.notebook.name === outcome.name)?.fingerprint ?? '';
        const cellSeconds = display.cellSeconds(outcome.name);
        const record = { profile, fingerprint: print, ran: new Date().toISOString(), cellSeconds };
        await keepRun(out, { outcome, record, notebook });
        await writePictures(readContent(outcome.name, notebook), out);
      },
    },
    signal,
  );
}

/** What the report shows of a notebook: this run's execution, else the one that was kept, else that it was interrupted. */
function runOf(candidate: Candidate, finished: readonly Execution[]): ReportedRun[] {
  const { name } = candidate.notebook;
  const execution = finished.find(({ outcome }) => outcome.name === name);
  if (execution && execution.outcome.status !== 'interrupted') {
    const content = execution.notebook ? readContent(name, execution.notebook) : undefined;
    return [{ outcome: execution.outcome, content, kept: null }];
  }
  if (candidate.kept) {
    const { outcome, record, notebook } = candidate.kept;
    const kept = { ran: record.ran, current: isCurrent(candidate) };
    return [{ outcome, content: readContent(name, notebook), kept }];
  }
  return execution ? [{ outcome: execution.outcome, content: undefined, kept: null }] : [];
}

async function writePictures(content: NotebookContent, out: string): Promise<void> {
  for (const [file, picture] of figureFiles(content)) await writeWhole(join(out, 'figures', file), picture);
}

/** Copies the outputs of notebooks that passed back to where the notebooks came from. */
async function updateNotebooks(names: readonly string[], out: string, folder: string): Promise<void> {
  for (const name of names) {
    const run = keptRun(out, name);
    if (run?.record.status === 'passed')
      await writeWhole(join(folder, `${name}.ipynb`), formatNotebook(committedForm(run.notebook)));
  }
}
