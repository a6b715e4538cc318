import type { TopLevelSpec } from 'vega-lite';
import { z } from 'zod';
import { InputError } from '../../src/errors.js';
import type { Claim } from '../../src/evaluation/claim.js';
import type { Table } from '../../src/evaluation/tidy-table.js';
import { CLAIMS_MIME, FIGURE_MIME, PROGRESS_MIME, TABLE_MIME } from '../../src/notebook/index.js';

/** What an executed notebook shows, freed from the notebook format: this is all the report is made of. */
export interface NotebookContent {
  /** File name without extension. */
  readonly name: string;
  /** Its first heading, else its name. */
  readonly title: string;
  readonly cells: readonly Cell[];
}

export type Cell =
  | { readonly kind: 'prose'; readonly markdown: string }
  | {
      readonly kind: 'code';
      readonly source: string;
      readonly tags: readonly string[];
      readonly outputs: readonly Output[];
    };

export type Output = Figure | NamedTable | Claims | Text<'html'> | Text<'text'> | Text<'warning'> | Text<'error'>;

/** HTML of the notebook's own making, plain text, what was written to stderr, or an error's trace. */
export interface Text<Kind extends string> {
  readonly kind: Kind;
  readonly text: string;
}

/** A figure with its specification and the static pictures made when the notebook ran. */
export interface Figure {
  readonly kind: 'figure';
  /** Unique within the notebook. */
  readonly name: string;
  /** Whether it shows times, which differ from run to run. */
  readonly timing: boolean;
  readonly spec: TopLevelSpec;
  readonly svg: string | null;
  /** Base64. */
  readonly png: string | null;
}

export interface NamedTable {
  readonly kind: 'table';
  readonly name: string;
  readonly caption: string | null;
  readonly timing: boolean;
  readonly rows: Table;
}

export interface Claims {
  readonly kind: 'claims';
  readonly claims: readonly Claim[];
}

const multiline = z.union([z.string(), z.array(z.string()).transform((lines) => lines.join(''))]);
const bundle = z.record(z.string(), z.unknown());
const outputFormat = z.discriminatedUnion('output_type', [
  z.object({ output_type: z.enum(['display_data', 'execute_result']), data: bundle }),
  z.object({ output_type: z.literal('stream'), name: z.string(), text: multiline }),
  z.object({
    output_type: z.literal('error'),
    ename: z.string(),
    evalue: z.string(),
    traceback: z.array(z.string()),
  }),
]);
const cellFormat = z.object({
  cell_type: z.string(),
  source: multiline,
  metadata: z.object({ tags: z.array(z.string()).optional() }).optional(),
  outputs: z.array(outputFormat).optional(),
});
const notebookFormat = z.object({ nbformat: z.literal(4), cells: z.array(cellFormat) });

const cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const figureFormat = z.object({ name: z.string(), timing: z.boolean() });
const tableFormat = z.object({
  name: z.string(),
  caption: z.string().optional(),
  timing: z.boolean(),
  rows: z.array(z.record(z.string(), cell)),
});
const claimsFormat = z.object({
  claims: z.array(
    z.object({
      id: z.string(),
      statement: z.string(),
      source: z.string(),
      measured: z.number().nullable(),
      interval: z.object({ low: z.number(), high: z.number(), kind: z.string() }).optional(),
      unit: z.string(),
      verdict: z.enum(['holds', 'does not hold', 'undecided', 'not testable here']),
      guarded: z.boolean(),
      timing: z.boolean().optional(),
    }),
  ),
});

const VEGA_LITE_MIME = 'application/vnd.vegalite.v5+json';

/**
 * Reads an executed notebook (nbformat 4). Progress bars are left out: they say nothing once the work is done.
 *
 * @throws InputError if it is not a notebook, or an output of this project is malformed.
 */
export function readContent(name: string, executed: unknown): NotebookContent {
  const notebook = checked(notebookFormat, executed, `${name} is not a notebook of format 4`);
  let unnamed = 0;
  const cells = notebook.cells.flatMap((entry): Cell[] => {
    if (entry.cell_type === 'markdown') return [{ kind: 'prose', markdown: entry.source }];
    if (entry.cell_type !== 'code') return [];
    const outputs = (entry.outputs ?? []).flatMap((output): Output[] => {
      if (output.output_type === 'stream')
        return [{ kind: output.name === 'stderr' ? 'warning' : 'text', text: withoutColours(output.text) }];
      if (output.output_type === 'error') {
        const trace = withoutColours(output.traceback.join('\n'));
        return [{ kind: 'error', text: trace === '' ? `${output.ename}: ${output.evalue}` : trace }];
      }
      return readBundle(name, output.data, () => `figure-${++unnamed}`);
    });
    return [{ kind: 'code', source: entry.source, tags: entry.metadata?.tags ?? [], outputs }];
  });
  return { name, title: firstHeading(cells) ?? name, cells };
}

/** All figures of a notebook; tables and claims likewise through their own kind. */
export function outputsOf<K extends Output['kind']>(
  content: NotebookContent,
  kind: K,
): Extract<Output, { readonly kind: K }>[] {
  const outputs = content.cells.flatMap((entry) => (entry.kind === 'code' ? entry.outputs : []));
  return outputs.filter((output): output is Extract<Output, { readonly kind: K }> => output.kind === kind);
}

function readBundle(notebook: string, data: Record<string, unknown>, nextName: () => string): Output[] {
  if (PROGRESS_MIME in data) return [];
  if (VEGA_LITE_MIME in data) {
    const label =
      FIGURE_MIME in data
        ? checked(figureFormat, data[FIGURE_MIME], `${notebook} has a malformed figure label`)
        : { name: nextName(), timing: false };
    const picture = (type: string) => (type in data ? String(multiline.parse(data[type])) : null);
    return [
      {
        kind: 'figure',
        ...label,
        spec: data[VEGA_LITE_MIME] as TopLevelSpec,
        svg: picture('image/svg+xml'),
        png: picture('image/png'),
      },
    ];
  }
  if (TABLE_MIME in data) {
    const table = checked(tableFormat, data[TABLE_MIME], `${notebook} has a malformed table`);
    return [{ kind: 'table', ...table, caption: table.caption ?? null }];
  }
  if (CLAIMS_MIME in data)
    return [{ kind: 'claims', ...checked(claimsFormat, data[CLAIMS_MIME], `${notebook} has malformed claims`) }];
  if ('text/html' in data) return [{ kind: 'html', text: multiline.parse(data['text/html']) }];
  if ('text/plain' in data) return [{ kind: 'text', text: withoutColours(multiline.parse(data['text/plain'])) }];
  return [];
}

function checked<T>(format: z.ZodType<T>, value: unknown, complaint: string): T {
  const result = format.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0];
  throw new InputError(`${complaint}: at ${path.join('.') || 'its top'}, ${message}.`);
}

// Terminal colours: the escape character, a bracket, numbers, m.
const withoutColours = (text: string): string =>
  text.replace(new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, 'g'), '');

function firstHeading(cells: readonly Cell[]): string | undefined {
  for (const entry of cells) {
    const heading = entry.kind === 'prose' ? /^# +(.+?) *#*$/m.exec(entry.markdown) : null;
    if (heading) return heading[1];
  }
  return undefined;
}
