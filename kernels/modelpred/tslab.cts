// Prepares tslab 1.0.22, whose compiler options are fixed, for cells that import packages as the library itself does.
import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from './root.cjs';

const requireFromRoot = createRequire(path.join(root, 'package.json'));
const requireFromTslab = createRequire(requireFromRoot.resolve('tslab'));

/** Swaps a CommonJS module's exports for a copy in which some are replaced; whoever requires it later gets the copy. */
export function replaceExports<Exports extends object>(
  id: string,
  change: (exports: Exports) => Partial<Exports>,
): void {
  const exports = requireFromTslab(id) as Exports;
  const loaded = require.cache[requireFromTslab.resolve(id)];
  if (!loaded) throw new Error(`${id} is not a CommonJS module.`);
  loaded.exports = { ...exports, ...change(exports) };
}

type Compiler = typeof import('@tslab/typescript-for-tslab');

// "Bundler" finds types through a package's "exports", this package by its own name among them.
replaceExports<Compiler>('@tslab/typescript-for-tslab', (ts) => {
  const createWatchCompilerHost = (files: string[], options: object, ...rest: unknown[]): unknown => {
    const host = (ts.createWatchCompilerHost as (...all: unknown[]) => object)(
      [...files, path.join(root, 'kernels', 'modelpred', 'change-by-copy.d.ts')],
      {
        ...options,
        moduleResolution: ts.ModuleResolutionKind.Bundler,
        lib: ['lib.es2023.d.ts'],
        types: ['node'],
        strict: true,
      },
      ...rest,
    );
    // A build that writes files while a cell runs would fail that cell: tslab forbids the rebuild it causes.
    return Object.assign(host, { watchDirectory: () => ({ close: () => undefined }) });
  };
  return { createWatchCompilerHost } as Partial<Compiler>;
});

/** tslab's TypeScript. */
export const loadCompiler = (): Compiler => requireFromTslab('@tslab/typescript-for-tslab') as Compiler;
export const loadConverter = (): typeof import('tslab/dist/converter.js') =>
  requireFromRoot('tslab/dist/converter.js') as typeof import('tslab/dist/converter.js');
export const loadExecutor = (): typeof import('tslab/dist/executor.js') =>
  requireFromRoot('tslab/dist/executor.js') as typeof import('tslab/dist/executor.js');
export const loadServer = (): typeof import('tslab/dist/jupyter.js') =>
  requireFromRoot('tslab/dist/jupyter.js') as typeof import('tslab/dist/jupyter.js');
export const loadInspect = (): typeof import('tslab/dist/inspect.js') =>
  requireFromRoot('tslab/dist/inspect.js') as typeof import('tslab/dist/inspect.js');
