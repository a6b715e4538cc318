import type { LabelErrors } from '../applications/label-errors/find-label-errors.js';
import type { Table } from '../data/tables/text-table.js';
import type { ReadDataset } from '../data/tables/table-dataset.js';

/** A report shows at most so many suspects; all are in suspects.csv. */
const mostShown = 500;

export interface CleanReport {
  readonly table: Table;
  readonly pool: ReadDataset;
  readonly found: LabelErrors;
  /** What was called. */
  readonly command: string;
}

/** What `clean` found, as one page that needs nothing else. */
export function cleanReport({ table, pool, found, command }: CleanReport): string {
  const byLine = new Map(table.rows.map(({ line, fields }) => [line, fields]));
  const { value, low, high } = found.wrongLabels;
  const shown = found.issues.slice(0, mostShown);
  const suspects = shown.map(({ row, given, suggested, score, disagreeing, models, neighbours, contradicting }) => {
    const line = pool.rows.lines[row];
    const evidence = `${disagreeing} of ${models} models, ${contradicting} of ${neighbours} nearest rows`;
    return [String(line), given, suggested, score.toPrecision(2), evidence, ...(byLine.get(line) ?? [])];
  });
  const columns = pool.reading.columns.map(({ column, type, missing, why }) => [column, type, String(missing), why]);
  const classes = found.classes.map((row) =>
    Object.values(row).map((cell) => (typeof cell === 'number' ? number(cell) : String(cell))),
  );
  const notices = [
    ...pool.reading.notices,
    ...(found.issues.length > mostShown ? [`The first ${mostShown} suspects are shown; suspects.csv has all.`] : []),
  ];
  return page(`Labels of ${table.source}`, [
    `<p><strong>${found.issues.length}</strong> of ${pool.size} labels are suspected; about ${Math.round(value)} are wrong (${Math.round(low)} to ${Math.round(high)}, 95 % interval).
The score is the probability that a label is right, by models that were not trained on it.</p>`,
    section(
      'Suspected labels, worst first',
      ['line', 'given', 'suggested', 'score', 'who disagrees', ...table.header],
      suspects,
    ),
    section('Classes', Object.keys(found.classes[0] ?? {}), classes),
    section('How the file was read', ['column', 'type', 'missing', 'why'], columns),
    `<ul>${notices.map((notice) => `<li>${escape(notice)}</li>`).join('')}</ul>`,
    `<p class="small">${escape(pool.reading.form)}; ${pool.reading.dropped.length} rows left out. Model: ${escape(JSON.stringify(found.model))}. Made by <code>${escape(command)}</code>.</p>`,
  ]);
}

function section(title: string, header: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: string, values: readonly string[]): string =>
    `<tr>${values.map((value) => `<${tag}>${escape(value)}</${tag}>`).join('')}</tr>`;
  return `<h2>${escape(title)}</h2><div class="table" tabindex="0"><table><thead>${cells('th', header)}</thead><tbody>${rows.map((row) => cells('td', row)).join('\n')}</tbody></table></div>`;
}

function page(title: string, parts: readonly string[]): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1b1f24; background: #fff; }
.table { overflow: auto; max-height: 32rem; border: 1px solid #d0d7de; }
table { border-collapse: collapse; font-size: .9rem; } th, td { padding: .25rem .6rem; text-align: left; white-space: nowrap; border-bottom: 1px solid #eaeef2; }
th { position: sticky; top: 0; background: #f6f8fa; } .small { color: #57606a; font-size: .85rem; overflow-wrap: anywhere; }
@media print { .table { max-height: none; } }
</style></head><body><main>
<h1>${escape(title)}</h1>
${parts.join('\n')}
</main></body></html>
`;
}

function number(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(3);
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (mark) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[mark] ?? mark);
}
