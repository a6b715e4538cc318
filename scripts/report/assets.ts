import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PageAssets } from './page.js';

/** Reads what the page carries inside it: its style and script, and Vega's browser builds from node_modules. */
export function loadAssets(root: string): PageAssets {
  const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');
  const library = (name: string) => read('node_modules', name, 'build', `${name}.min.js`);
  return {
    style: read('scripts', 'report', 'assets', 'page.css'),
    libraries: ['vega', 'vega-lite', 'vega-embed'].map(library),
    script: read('scripts', 'report', 'assets', 'page.mjs'),
  };
}
