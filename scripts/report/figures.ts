import { type NotebookContent, outputsOf } from './content.js';

/** File name of a figure: notebook and figure name, with anything that file systems may mind replaced. */
export const figureFile = (notebook: string, figure: string, extension: string): string =>
  `${notebook}-${figure}`.replace(/[^\w.-]+/g, '-') + `.${extension}`;

/** The pictures of a notebook's figures: file name → content. */
export function figureFiles(content: NotebookContent): Map<string, string | Uint8Array> {
  const files = new Map<string, string | Uint8Array>();
  for (const figure of outputsOf(content, 'figure')) {
    const file = (extension: string) => figureFile(content.name, figure.name, extension);
    if (figure.svg !== null) files.set(file('svg'), figure.svg);
    if (figure.png !== null) files.set(file('png'), Buffer.from(figure.png, 'base64'));
  }
  return files;
}
