import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The repository's root: the nearest folder above the compiled kernel that holds this package's package.json. */
export const root = findRoot(__dirname);

function findRoot(from: string): string {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const file = path.join(folder, 'package.json');
    if (existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as { name?: string }).name === 'modelpred')
      return folder;
    if (folder === path.dirname(folder))
      throw new Error(`No folder above ${from} holds the package.json of modelpred.`);
  }
}
