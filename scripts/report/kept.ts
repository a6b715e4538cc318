import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INotebookContent } from '@jupyterlab/nbformat';
import { z } from 'zod';
import { formatNotebook } from '../../kernels/modelpred/execute.cjs';
import { profiles } from '../../src/experiments/common/profile.js';
import type { Outcome } from './execute.js';
import { writeWhole } from './files.js';

const recordFormat = z.object({
  profile: z.enum(profiles),
  /** What the outputs rest on; see {@link fingerprint}. */
  fingerprint: z.string(),
  /** When the run ended, ISO 8601, UTC. */
  ran: z.string(),
  status: z.enum(['passed', 'failed']),
  seconds: z.number(),
  message: z.string(),
  /** Wall time of each code cell, for estimates of the next run. */
  cellSeconds: z.array(z.number()),
});

/** What is known of a notebook's last execution. */
export type RunRecord = z.infer<typeof recordFormat>;

/** An execution that ended, now or in an earlier run. */
export interface KeptRun {
  readonly outcome: Outcome;
  readonly record: RunRecord;
  readonly notebook: INotebookContent;
}

const keptPath = (out: string, name: string) => join(out, 'kept', `${name}.json`);

/**
 * Writes an executed notebook for people, and with what is known of the execution for the next run. The latter has its own
 * file: in the former, as in Jupyter, keys are sorted, so that tables would have lost the order of their columns.
 */
export async function keepRun(
  out: string,
  {
    outcome,
    record,
    notebook,
  }: Omit<KeptRun, 'record'> & { record: Omit<RunRecord, 'status' | 'seconds' | 'message'> },
): Promise<void> {
  const { name, status, seconds, message } = outcome;
  await writeWhole(join(out, 'notebooks', `${name}.ipynb`), formatNotebook(notebook));
  await writeWhole(keptPath(out, name), JSON.stringify({ record: { ...record, status, seconds, message }, notebook }));
}

/** The last execution of a notebook that the report's folder holds; undefined where there is none that can be read. */
export function keptRun(out: string, name: string): KeptRun | undefined {
  try {
    const kept = JSON.parse(readFileSync(keptPath(out, name), 'utf8')) as {
      record: unknown;
      notebook: INotebookContent;
    };
    const record = recordFormat.parse(kept.record);
    const { status, seconds, message } = record;
    return { outcome: { name, status, seconds, message }, record, notebook: kept.notebook };
  } catch {
    return undefined;
  }
}
