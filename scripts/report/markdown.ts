import katex from 'katex';
import MarkdownIt from 'markdown-it';
import { raw, type Html } from './html.js';

/** A heading met while rendering, for the navigation. */
export interface Heading {
  readonly id: string;
  /** Its level in the notebook, from 1; in the page it is one lower, below the page's own heading. */
  readonly level: number;
  readonly text: string;
}

/** How prose is placed in the page. */
export interface Placement {
  /** Makes a heading's id from its slug; ids must be unique across the page. */
  readonly id: (slug: string) => string;
  /** Where links to other files of the notebooks' folder lead; undefined keeps the link. */
  readonly link: (target: string) => string | undefined;
}

/**
 * Renders a markdown cell with TeX between `$…$` and `$$…$$` as MathML, which browsers draw without fonts or scripts. HTML
 * in the markdown is shown as text.
 */
export function renderMarkdown(markdown: string, placement: Placement): { html: Html; headings: Heading[] } {
  const parser = new MarkdownIt({ html: false, typographer: false });
  parser.inline.ruler.before('escape', 'math', (state, silent) => {
    const match = /^(\${1,2})(?!\s)((?:\\.|[^$\\`])+?)(?<!\s)\1(?!\d)/s.exec(state.src.slice(state.pos));
    if (!match) return false;
    if (!silent) {
      const token = state.push('math', 'math', 0);
      token.content = match[2];
      token.block = match[1] === '$$';
    }
    state.pos += match[0].length;
    return true;
  });
  parser.renderer.rules.math = (tokens, index) =>
    katex.renderToString(tokens[index].content, {
      output: 'mathml',
      displayMode: tokens[index].block,
      throwOnError: false,
    });

  const tokens = parser.parse(displayMathInOneLine(markdown), {});
  const headings: Heading[] = [];
  tokens.forEach((token, index) => {
    const level = Number(token.tag.slice(1));
    if (token.type === 'heading_open') {
      const text = (tokens[index + 1].children ?? []).map((child) => child.content).join('');
      const id = placement.id(slug(text));
      token.attrSet('id', id);
      headings.push({ id, level, text });
    }
    if (token.type === 'heading_open' || token.type === 'heading_close') token.tag = `h${Math.min(6, level + 1)}`;
    for (const child of token.children ?? []) {
      const target = child.type === 'link_open' ? placement.link(String(child.attrGet('href'))) : undefined;
      if (target !== undefined) child.attrSet('href', target);
    }
  });
  return { html: raw(parser.renderer.render(tokens, parser.options, {})), headings };
}

/** `$$` blocks may span lines and hold blank ones in Jupyter; markdown would end the paragraph there. */
const displayMathInOneLine = (markdown: string): string =>
  markdown.replace(/\$\$([^$]+)\$\$/g, (_, tex: string) => `$$${tex.trim().replace(/\s*\n\s*/g, ' ')}$$`);

/** A heading as part of an id: letters and digits of any script, joined by hyphens. */
export const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');
