import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { INotebookContent } from '@jupyterlab/nbformat';
import { sourceOf, tagsOf } from '../../kernels/modelpred/notebook-file.cjs';

/**
 * What every notebook's outputs rest on beside the notebook: the library and the kernel as they are built, the data, the
 * packages, Node.js, and which tensor backend was asked for.
 *
 * @param root folder of the project
 */
export function surroundingsDigest(root: string): string {
  const hash = createHash('sha256');
  const built = ['dist/src', 'dist/kernels'].flatMap((folder) => filesBelow(join(root, folder)));
  const counted = [
    ...built.filter((file) => /\.([cm]?js|wasm)$/.test(file)),
    ...filesBelow(join(root, 'data')),
    join(root, 'package-lock.json'),
  ];
  for (const file of counted)
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  const { MODELPRED_BACKEND = '', MODELPRED_NATIVE = '' } = process.env;
  return hash.update(JSON.stringify([process.version, MODELPRED_BACKEND, MODELPRED_NATIVE])).digest('hex');
}

/** The same where notebook (but for its outputs), parameters and surroundings are the same. */
export function fingerprint(surroundings: string, notebook: INotebookContent, parameters: object): string {
  const cells = notebook.cells.map((cell) => [cell.cell_type, tagsOf(cell), sourceOf(cell)]);
  return createHash('sha256')
    .update(JSON.stringify([surroundings, cells, parameters]))
    .digest('hex');
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
