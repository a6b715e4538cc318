import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../src/errors.js';

/** A notebook to execute. */
export interface NotebookFile {
  /** File name without extension, e.g. `02-data-valuation`. */
  readonly name: string;
  readonly path: string;
}

/** The notebooks `NN-topic.ipynb` of a folder, by number. */
export function findNotebooks(folder: string): NotebookFile[] {
  return readdirSync(folder)
    .filter((file) => /^\d+-.*\.ipynb$/.test(file))
    .map((file) => ({ name: file.replace(/\.ipynb$/, ''), path: join(folder, file) }))
    .sort((a, b) => parseInt(a.name) - parseInt(b.name) || (a.name < b.name ? -1 : 1));
}

/**
 * The notebooks asked for by number (`2` and `02` alike), by name or by the name's beginning; all if nothing is asked for.
 *
 * @throws InputError if there are no notebooks, or a request fits none.
 */
export function selectNotebooks(all: readonly NotebookFile[], only: readonly string[]): NotebookFile[] {
  if (all.length === 0)
    throw new InputError('There is no notebook to run: notebooks/ holds no file named NN-topic.ipynb.');
  const fits = ({ name }: NotebookFile, request: string) =>
    /^\d+$/.test(request) ? parseInt(name) === Number(request) : name.startsWith(request.replace(/\.ipynb$/, ''));
  for (const request of only) {
    if (request === '' || !all.some((notebook) => fits(notebook, request)))
      throw new InputError(
        `--only "${request}" fits no notebook; there are ${all.map((notebook) => notebook.name).join(', ')}.`,
      );
  }
  return all.filter((notebook) => only.length === 0 || only.some((request) => fits(notebook, request)));
}
