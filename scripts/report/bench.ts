import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { InputError } from '../../src/errors.js';
import { ratiosToTargets } from '../../src/plots/ratios-to-targets.js';
import { renderSvg } from '../../src/plots/render.js';
import type { NotebookContent } from './content.js';

const spread = z.object({ median: z.number(), smallest: z.number(), largest: z.number() });
const benchFormat = z.object({
  machine: z.object({ processor: z.string().optional(), node: z.string(), platform: z.string() }),
  repetitions: z.int(),
  goals: z
    .array(
      z.object({
        work: z.string(),
        measured: spread,
        sense: z.enum(['at least', 'at most']),
        target: z.number(),
        met: z.boolean(),
      }),
    )
    .min(1),
});

/**
 * What `npm run bench` last measured, as a chapter of the report; undefined if it has not run.
 *
 * @throws InputError if the file is none of its.
 */
export async function benchContent(file: string): Promise<NotebookContent | undefined> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  let bench: z.infer<typeof benchFormat>;
  try {
    bench = benchFormat.parse(JSON.parse(text));
  } catch {
    throw new InputError(`${file} is not a file of npm run bench; delete it or run npm run bench again.`);
  }
  const { machine, repetitions, goals } = bench;
  const spec = ratiosToTargets(
    goals.map(({ work, measured, sense, target, met }) => ({
      sense,
      work,
      ratio: measured.median,
      low: measured.smallest,
      high: measured.largest,
      target,
      outcome: met ? 'met' : 'missed',
    })),
  );
  const rows = goals.map(({ work, measured, sense, target, met }) => ({
    work,
    median: measured.median,
    smallest: measured.smallest,
    largest: measured.largest,
    target: `${sense} ${target}`,
    met: met ? 'yes' : 'no',
  }));
  const where = `${machine.processor ?? 'unknown processor'}, Node.js ${machine.node} on ${machine.platform}`;
  return {
    name: 'benchmarks',
    title: 'Benchmarks',
    cells: [
      {
        kind: 'prose',
        markdown: `# Benchmarks\n\nRatios of processor times within one run of \`npm run bench\`, ${repetitions} repetitions, one thread each (workers: wall time). ${where}.`,
      },
      {
        kind: 'code',
        source: '',
        tags: [],
        outputs: [
          { kind: 'figure', name: 'targets', timing: true, spec, svg: await renderSvg(spec), png: null },
          { kind: 'table', name: 'targets', caption: 'Ratios and what they are held to', timing: true, rows },
        ],
      },
    ],
  };
}
