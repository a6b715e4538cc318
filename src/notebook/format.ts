/** Text as HTML content or attribute value. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A number for reading: integers in full, others to 4 significant digits. */
export function formatNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}

/** A cell of a table for reading; missing values as a dash. */
export function formatValue(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value instanceof Date) return value.toISOString();
  return JSON.stringify(value) ?? typeof value;
}

/** A count with thousands separated: `3,000`. */
export const formatCount = (count: number): string => count.toLocaleString('en-US');

/** Seconds for reading: `0.4 s`, `12 s`, `3 min 05 s`, `2 h 10 min`. */
export function formatDuration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (n: number): string => String(n).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** A column of a table for reading: its texts and whether they are numbers, which are right-aligned. */
export interface TextColumn {
  readonly title: string;
  readonly texts: readonly string[];
  readonly numeric: boolean;
}

/** A column from raw values. */
export function textColumn(title: string, values: readonly unknown[]): TextColumn {
  const known = values.filter((value) => value !== null && value !== undefined);
  return {
    title,
    texts: values.map(formatValue),
    numeric: known.length > 0 && known.every((value) => typeof value === 'number' || typeof value === 'bigint'),
  };
}

// Width in characters, not UTF-16 units, without the combining marks that take no room (θ̂).
const width = (text: string): number => [...text.replace(/\p{M}/gu, '')].length;

/** Columns as aligned plain text, numbers to the right. */
export function alignColumns(columns: readonly TextColumn[]): string {
  const rows = columns[0]?.texts.length ?? 0;
  const padded = columns.map(({ title, texts, numeric }) => {
    const room = Math.max(width(title), ...texts.map(width));
    const pad = (text: string): string =>
      numeric ? ' '.repeat(room - width(text)) + text : text + ' '.repeat(room - width(text));
    return [pad(title), '─'.repeat(room), ...texts.map(pad)];
  });
  return Array.from({ length: rows + 2 }, (_, row) =>
    padded
      .map((column) => column[row])
      .join('  ')
      .trimEnd(),
  ).join('\n');
}

/** Columns as an HTML table, numbers to the right; every text is escaped. */
export function htmlTable(columns: readonly TextColumn[], caption?: string): string {
  const rows = columns[0]?.texts.length ?? 0;
  const align = (column: TextColumn): string => `style="text-align:${column.numeric ? 'right' : 'left'}"`;
  const head = columns.map((column) => `<th ${align(column)}>${escapeHtml(column.title)}</th>`).join('');
  const body = Array.from({ length: rows }, (_, row) => {
    const cells = columns.map((column) => `<td ${align(column)}>${escapeHtml(column.texts[row])}</td>`).join('');
    return `<tr>${cells}</tr>`;
  }).join('\n');
  const title = caption ? `<caption style="text-align:left">${escapeHtml(caption)}</caption>\n` : '';
  return `<table>\n${title}<thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody>\n</table>`;
}

/** The indices shown of a long sequence: the first `head` and the last `tail`; all when that leaves nothing out. */
export function headAndTail(length: number, head: number, tail: number): { indices: number[]; omitted: number } {
  const omitted = Math.max(0, length - head - tail);
  const all = Array.from({ length }, (_, i) => i);
  return { indices: omitted ? [...all.slice(0, head), ...all.slice(length - tail)] : all, omitted };
}
