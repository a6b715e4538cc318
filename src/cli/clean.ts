import { basename, extname } from 'node:path';
import type { Command } from 'commander';
import type { LabelErrors } from '../applications/label-errors/find-label-errors.js';
import type { RunControl } from '../control.js';
import type { Dataset } from '../data/dataset.js';
import type { Table } from '../data/tables/text-table.js';
import type { ReadDataset } from '../data/tables/table-dataset.js';
import { InputError } from '../errors.js';
import { inFlags } from './failure.js';
import { toCsv, writeOutput, writeRunFolder } from './outputs.js';
import { formatSeconds, startRun } from './run-control.js';
import { addTableOptions, byteCount, duration, tableOptions, wholeNumber, type TableFlags } from './table-options.js';

interface CleanFlags extends TableFlags {
  readonly seed: number;
  readonly output?: string;
  readonly config?: string;
  readonly budget?: number;
  readonly memory?: number;
  readonly json?: boolean;
}

/** Rows that the time of a run is estimated from. */
const trialRows = 1000;

/** `modelpred clean data.csv [report.html] --label y`: which labels are wrong. */
export function addClean(program: Command): void {
  const command = program
    .command('clean <data> [report]')
    .description('find labels that are probably wrong, by models that were not trained on them')
    .option('--seed <n>', 'of the folds', wholeNumber, 1)
    .option('--output <folder>', 'folder of the run (default: the name of the data with -clean)')
    .option('--config <file>', 'YAML or JSON with these options; flags win')
    .option('--budget <time>', 'refuse to begin if the estimate is longer, e.g. 10m', duration)
    .option('--memory <size>', 'refuse to begin if the estimate is larger, e.g. 2GB', byteCount)
    .option('--json', 'print the results as JSON on stdout')
    .action(async (data: string, report: string | undefined, flags: CleanFlags) => {
      await clean(data, report, await withConfig(flags, command));
    });
  addTableOptions(command).addHelpText(
    'after',
    `
Examples:
  modelpred clean loans.csv report.html --label defaulted
  modelpred clean loans.csv --label defaulted --identifier customer --missing drop --json

Writes rows.csv (every row of the file with is_label_issue, label_score and suggested_label), suspects.csv (worst first),
metrics.json and params.yaml into the run's folder, and the report as one page that needs no network.`,
  );
}

async function withConfig(flags: CleanFlags, command: Command): Promise<CleanFlags> {
  if (flags.config === undefined) return flags;
  const { readConfig } = await import('./config.js');
  return { ...flags, ...(await readConfig(flags.config, command)) };
}

async function clean(data: string, report: string | undefined, flags: CleanFlags): Promise<void> {
  const run = startRun();
  try {
    const { datasetOfTable } = await import('../data/tables/table-dataset.js');
    const { readTable } = await import('../data/tables/table.js');
    const { label, ...options } = tableOptions(flags);
    if (label === undefined) throw new InputError('Say which column holds the class, with --label COLUMN.');
    const table = await readTable(data, { ...options, ...run.control });
    const pool = datasetOfTable(table, { ...options, label, onNotice: () => undefined });
    const { describeReading } = await import('../data/tables/reading.js');
    console.error(inFlags(describeReading(pool.reading)));
    await announce(pool, flags, run.control);
    const { findLabelErrors } = await import('../applications/label-errors/find-label-errors.js');
    const began = Date.now();
    const found = await findLabelErrors(pool, { seed: flags.seed, ...run.control });
    await write({ data, report, flags, table, pool, found, seconds: (Date.now() - began) / 1000 });
  } finally {
    run.close();
  }
}

/** Prints what the run will take, from a trial on some rows, and refuses what is beyond the budget. */
async function announce(pool: ReadDataset, { seed, budget, memory }: CleanFlags, control: RunControl): Promise<void> {
  const bytes = memoryOf(pool);
  const seconds = await secondsOf(pool, seed, control);
  console.error(`Estimate: ${formatSeconds(seconds)}, ${(bytes / 1e6).toFixed(0)} MB.`);
  if (budget !== undefined && seconds > budget)
    throw new InputError(
      `The run would take about ${formatSeconds(seconds)}, more than the budget of ${formatSeconds(budget)}; raise --budget or give fewer rows.`,
    );
  if (memory !== undefined && bytes > memory)
    throw new InputError(
      `The run would need about ${(bytes / 1e6).toFixed(0)} MB, more than the ${(memory / 1e6).toFixed(0)} MB of --memory; raise it, or give fewer rows or columns.`,
    );
}

/** Node.js itself, five copies of the features, blocks of 4 million numbers, and the table as text. */
function memoryOf({ size, dimension, reading }: ReadDataset): number {
  return 180e6 + 5 * 8 * size * dimension + 8 * 2 ** 22 + 200 * size * reading.columns.length;
}

/** The time of a trial on some of the rows, times how many more there are: the cost of a retraining is that of its points. */
async function secondsOf(pool: Dataset, seed: number, control: RunControl): Promise<number> {
  const { findLabelErrors } = await import('../applications/label-errors/find-label-errors.js');
  const { stratifiedSplit } = await import('../data/split.js');
  const part = pool.size <= 2 * trialRows ? pool : stratifiedSplit(pool, { train: trialRows, seed }).train;
  const began = Date.now();
  await findLabelErrors(part, { seed, signal: control.signal, ...(part === pool ? { repeats: 1 } : {}) });
  const seconds = (Date.now() - began) / 1000;
  return part === pool ? 3 * seconds : (seconds * pool.size) / part.size;
}

interface Finished {
  readonly data: string;
  readonly report: string | undefined;
  readonly flags: CleanFlags;
  readonly table: Table;
  readonly pool: ReadDataset;
  readonly found: LabelErrors;
  readonly seconds: number;
}

async function write({ data, report, flags, table, pool, found, seconds }: Finished): Promise<void> {
  const { stringify } = await import('yaml');
  const { datasetHash } = await import('../data/hash.js');
  const { packageVersion } = await import('../version.js');
  const folder = flags.output ?? `${basename(data, extname(data))}-clean`;
  const metrics = {
    command: 'clean',
    data,
    rows: pool.reading.rows,
    points: pool.size,
    suspected: found.issues.length,
    wrongLabels: found.wrongLabels,
    expectedPrecision: found.expectedPrecision,
    expectedRecall: found.expectedRecall,
    classes: found.classes,
    model: found.model,
    seconds,
    poolHash: datasetHash(pool),
    versions: { modelpred: packageVersion, node: process.version },
  };
  const params = Object.fromEntries(
    Object.entries(flags).filter(([name]) => !['output', 'config', 'json', 'budget', 'memory'].includes(name)),
  );
  const files = {
    'params.yaml': stringify({ command: 'clean', data, ...params }),
    'reading.json': `${JSON.stringify(pool.reading, null, 2)}\n`,
    'rows.csv': toCsv(joinedRows(table, pool, found)),
    'suspects.csv': toCsv(suspectRows(table, pool, found)),
    'metrics.json': `${JSON.stringify(metrics, null, 2)}\n`,
  };
  await writeRunFolder(folder, files);
  if (report !== undefined) {
    const { cleanReport } = await import('./clean-report.js');
    await writeOutput(report, cleanReport({ table, pool, found, command: `modelpred clean ${data}` }));
  }
  if (flags.json === true) console.log(JSON.stringify({ ...metrics, folder, report }, null, 2));
  else console.log(summary(pool, found, folder, report));
}

function summary(pool: ReadDataset, { issues, wrongLabels }: LabelErrors, folder: string, report?: string): string {
  const { value, low, high } = wrongLabels;
  const worst = issues.slice(0, 5).map(({ row, given, suggested, score }) => {
    const identifier = pool.rows.identifiers?.[row];
    return `  line ${pool.rows.lines[row]}${identifier === undefined ? '' : ` (${identifier})`}: ${given}, rather ${suggested}; right with probability ${score.toPrecision(2)}`;
  });
  return [
    `${issues.length} of ${pool.size} labels are suspected; about ${Math.round(value)} are wrong (${Math.round(low)} to ${Math.round(high)}, 95 % interval).`,
    ...worst,
    `Written: ${folder}/rows.csv, ${folder}/suspects.csv${report === undefined ? '' : `, ${report}`}`,
  ].join('\n');
}

/** Every row of the file with what was found; rows that were left out have no score, but a reason. */
function joinedRows({ header, rows }: Table, pool: ReadDataset, found: LabelErrors): (string | number)[][] {
  const point = new Map(Array.from(pool.rows.lines, (line, row) => [line, row]));
  const reasons = new Map(pool.reading.dropped.map(({ line, reason }) => [line, reason]));
  const added = resultNames(header);
  return [
    [...header, ...added],
    ...rows.map(({ line, fields }) => {
      const row = point.get(line);
      if (row === undefined) return [...fields, line, '', '', '', reasons.get(line) ?? ''];
      const { isLabelIssue, scores, suggestedLabels } = found;
      return [
        ...fields,
        line,
        isLabelIssue[row] === 1 ? 'true' : 'false',
        scores[row],
        pool.classes[suggestedLabels[row]],
        '',
      ];
    }),
  ];
}

/** Names of the added columns; an underscore tells them from columns of the file. */
function resultNames(header: readonly string[]): string[] {
  const names = ['line', 'is_label_issue', 'label_score', 'suggested_label', 'left_out'];
  return names.map((name) => {
    let free = name;
    while (header.includes(free)) free += '_';
    return free;
  });
}

function suspectRows({ header, rows }: Table, pool: ReadDataset, { issues }: LabelErrors): (string | number)[][] {
  const byLine = new Map(rows.map(({ line, fields }) => [line, fields]));
  return [
    ['line', 'given', 'suggested', 'label_score', 'disagreeing_models', 'models', ...header],
    ...issues.map(({ row, given, suggested, score, disagreeing, models }) => {
      const line = pool.rows.lines[row];
      return [line, given, suggested, score, disagreeing, models, ...(byLine.get(line) ?? [])];
    }),
  ];
}
