import type { Row, Table } from '../../src/evaluation/tidy-table.js';
import { claimsTable } from './claims.js';
import type { Figure, NamedTable, NotebookContent, Output } from './content.js';
import { figureFile } from './figures.js';
import { html, raw, readable, scriptElement, scriptJson, type Html } from './html.js';
import { renderMarkdown, slug, type Heading } from './markdown.js';

/** A notebook in the page. */
export interface Section {
  readonly content: NotebookContent;
  /** Id of its element. */
  readonly id: string;
  readonly headings: readonly Heading[];
  readonly body: Html;
}

/** The id of a notebook's element, where links to the notebook lead. */
export const sectionId = (name: string): string => `notebook-${slug(name)}`;

/**
 * Renders a notebook: prose, folded code, outputs.
 *
 * @param ids makes an id that is unique in the page
 */
export function renderSection(content: NotebookContent, ids: (wanted: string) => string): Section {
  const id = ids(sectionId(content.name));
  const headings: Heading[] = [];
  const cells = content.cells.map((cell) => {
    if (cell.kind === 'prose') {
      const prose = renderMarkdown(cell.markdown, {
        id: (text) => ids(`${id}-${text}`),
        link: (target) =>
          /^[\w.-]+\.ipynb$/.test(target) ? `#${sectionId(target.replace(/\.ipynb$/, ''))}` : undefined,
      });
      headings.push(...prose.headings);
      return html`<div class="prose">${prose.html}</div> `;
    }
    const code =
      cell.source.trim() === ''
        ? ''
        : html`<details class="code">
            <summary>Show code</summary>
            <pre tabindex="0"><code>${cell.source}</code></pre>
          </details> `;
    return html`${code}${cell.outputs.map((output) => renderOutput(content.name, output, ids))}`;
  });
  const titled = headings.some((heading) => heading.level === 1);
  const body = html`<section id="${id}" class="notebook" aria-label="${content.title}">
    ${titled ? '' : html`<h2>${content.title}</h2>`} ${cells}
  </section> `;
  return { content, id, headings, body };
}

function renderOutput(notebook: string, output: Output, ids: (wanted: string) => string): Html {
  switch (output.kind) {
    case 'figure':
      return renderFigure(notebook, output, ids);
    case 'table':
      return renderTable(output);
    case 'claims':
      return claimsTable(output.claims.map((claim) => ({ claim })));
    case 'html':
      return html`<div class="scroll output" tabindex="0">${raw(output.text)}</div> `;
    default:
      return html`<pre class="output ${output.kind}" tabindex="0">${output.text}</pre> `;
  }
}

function renderFigure(notebook: string, figure: Figure, ids: (wanted: string) => string): Html {
  const id = ids(`figure-${slug(notebook)}-${slug(figure.name)}`);
  const files = [figure.svg === null ? [] : ['svg'], figure.png === null ? [] : ['png']].flat();
  const links = files.map(
    (kind) => html`<a href="figures/${figureFile(notebook, figure.name, kind)}">${kind.toUpperCase()}</a> `,
  );
  return html`<figure id="${id}" class="figure" aria-label="${titleOf(figure)}">
    <div class="canvas" tabindex="0">
      ${stillPicture(figure)}
      <div class="live"></div>
    </div>
    <figcaption>${figure.name} ${links}</figcaption>
    ${scriptElement('application/json', scriptJson(figure.spec))}
  </figure> `;
}

/** The picture made when the notebook ran: shown until the interactive figure is drawn, on paper, and without scripts. */
export function stillPicture(figure: Figure): Html {
  const text = figure.spec.description ?? titleOf(figure);
  if (figure.svg !== null) {
    const source = `data:image/svg+xml;base64,${Buffer.from(figure.svg).toString('base64')}`;
    return html`<img class="still" src="${source}" alt="${String(text)}" />`;
  }
  if (figure.png !== null)
    return html`<img class="still" src="data:image/png;base64,${figure.png}" alt="${String(text)}" />`;
  return html`<p class="still">${String(text)}</p>`;
}

/** A figure's headline, else its name. */
function titleOf(figure: Figure): string {
  const title: unknown = figure.spec.title;
  const text = typeof title === 'object' && title !== null && 'text' in title ? title.text : title;
  if (typeof text === 'string') return text;
  return Array.isArray(text) ? text.join(' ') : figure.name;
}

/** Letters of a text that stays on one line. */
const shortText = 26;

function renderTable({ name, caption, rows }: NamedTable): Html {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const numeric = new Set(columns.filter((column) => isNumeric(rows, column)));
  const short = new Set(columns.filter((column) => rows.every((row) => readable(row[column]).length <= shortText)));
  const align = (column: string) => {
    if (numeric.has(column)) return raw(' class="number"');
    return short.has(column) ? raw(' class="short"') : '';
  };
  const head = columns.map((column) => html`<th scope="col" ${align(column)}>${column}</th>`);
  const body = rows.map(
    (row: Row) =>
      html`<tr>
        ${columns.map((column) => html`<td${align(column)}>${readable(row[column])}</td>`)}
      </tr> `,
  );
  const label = caption ?? name;
  return html`<div class="scroll output" tabindex="0" role="region" aria-label="${label}">
    <table>
      <caption>
        <span>${label}</span>
      </caption>
      <thead>
        <tr>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </div> `;
}

function isNumeric(rows: Table, column: string): boolean {
  const known = rows.map((row) => row[column]).filter((value) => value !== null && value !== undefined);
  return known.length > 0 && known.every((value) => typeof value === 'number');
}
