// What cells written for tslab import from it: `import * as tslab from 'tslab'; tslab.display.html('…')`.
import { randomUUID } from 'node:crypto';
import type { MimeBundle } from '../../../src/notebook/cell.js' with { 'resolution-mode': 'import' };

interface Output {
  display(data: MimeBundle, id?: string): void;
}

/** Displays of text and pictures by kind; with an id each call replaces what the last one showed. */
function displays(output: () => Output | undefined, id?: string): Record<string, (value: unknown) => void> {
  const show = (mime: string, value: unknown): void => output()?.display({ [mime]: value } as MimeBundle, id);
  const text = (mime: string) => (value: unknown) => show(mime, String(value));
  const binary = (mime: string) => (value: unknown) => show(mime, Buffer.from(value as Uint8Array).toString('base64'));
  return {
    javascript: text('text/javascript'),
    html: text('text/html'),
    markdown: text('text/markdown'),
    svg: text('image/svg+xml'),
    text: text('text/plain'),
    jpeg: binary('image/jpeg'),
    png: binary('image/png'),
    gif: binary('image/gif'),
    pdf: binary('application/pdf'),
    raw: ((mime: string, value: unknown) => show(mime, value)) as (value: unknown) => void,
  };
}

/** The part of tslab's interface that shows things. */
export function tslabDisplays(output: () => Output | undefined): object {
  return { display: displays(output), newDisplay: () => displays(output, randomUUID()) };
}
