import { formatValue } from '../../src/notebook/format.js';

/** Text that is HTML already and is not escaped again. */
export interface Html {
  readonly html: string;
}

type Content = Html | string | number | readonly Content[];

/** A value for reading, negative numbers with a minus sign, at which lines do not break as they do at a hyphen. */
export function readable(value: unknown): string {
  const text = formatValue(value);
  return typeof value === 'number' ? text.replace(/^-/, '−') : text;
}

/** Marks text as HTML; only for text from a source that escapes (or is escaped here). */
export const raw = (html: string): Html => ({ html });

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes text for element content and quoted attributes. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character]);

function render(content: Content): string {
  if (typeof content === 'string') return escapeHtml(content);
  if (typeof content === 'number') return String(content);
  if ('html' in content) return content.html;
  return content.map(render).join('');
}

/** Template tag: literal parts are HTML, everything put in is escaped unless it is {@link Html} itself; lists are joined. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return raw(parts.reduce((text, part, index) => text + render(contents[index - 1]) + part));
}

/** JSON inside `<script type="application/json">`: nothing in it can end the element or open a comment. */
export const scriptJson = (value: unknown): Html =>
  raw(JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029'));

/**
 * JavaScript inside `<script>`: the sequences that would end the element or open a comment are written with an escaped `<`.
 * Working code has them only within strings, regular expressions and comments, where that means the same.
 */
export const scriptCode = (code: string): Html => raw(code.replace(/<(?=\/script|!--|script)/gi, '\\x3c'));

/** A `<script>` element that holds exactly its content, as the digests of a security policy need it. */
export const scriptElement = (type: string, content: Html): Html =>
  raw(`<script type="${type}">${content.html}</script>\n`);
