import type { MimeBundle } from './cell.js';
import { JUPYTER_DISPLAY } from './present.js';

/** Text that a notebook shows as what it is written in. */
export interface Markup {
  readonly [JUPYTER_DISPLAY]: () => MimeBundle;
}

type Tag = (strings: TemplateStringsArray, ...values: readonly unknown[]) => Markup;

const tag =
  (mime: string): Tag =>
  (strings, ...values) => {
    const text = String.raw({ raw: strings }, ...values);
    return { [JUPYTER_DISPLAY]: () => ({ [mime]: text, 'text/plain': text }) };
  };

/** HTML as the value of a cell or for `display`: `` html`<b>${text}</b>` ``. Values are put in as they are. */
export const html = tag('text/html');
/** Markdown. */
export const md = tag('text/markdown');
/** A picture in SVG. */
export const svg = tag('image/svg+xml');
