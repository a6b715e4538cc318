// Modules that cells import: packages from the notebook's folder or the project, and a person's own TypeScript beside the
// notebook, compiled when it changes.
import { readFileSync, statSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { root } from '../root.cjs';
import { sourceOf } from './compiler.cjs';

export interface Modules {
  load(specifier: string): unknown;
  import(specifier: string): Promise<unknown>;
  defaultOf(module: unknown): unknown;
  /** `require` as cells see it. */
  readonly require: NodeJS.Require;
}

const MISSING: ReadonlySet<unknown> = new Set([
  'MODULE_NOT_FOUND',
  'ERR_MODULE_NOT_FOUND',
  'ERR_PACKAGE_PATH_NOT_EXPORTED',
]);
const isRelative = (specifier: string): boolean => /^\.{0,2}\//.test(specifier);

interface Compiled {
  readonly changed: number;
  readonly module: Module;
}

/**
 * The modules of one session.
 *
 * @param folder the notebook's, where relative imports and packages are looked for first
 * @param replaced modules that cells get instead of what is installed under the name
 */
export function createModules(folder: string, replaced: Readonly<Record<string, () => unknown>> = {}): Modules {
  const here = createRequire(path.join(folder, '__cell__.cjs'));
  const project = createRequire(path.join(root, 'package.json'));
  const compiled = new Map<string, Compiled>();

  /** A TypeScript file of one's own; again only after it was changed. */
  function loadSource(file: string): unknown {
    const changed = statSync(file).mtimeMs;
    const known = compiled.get(file);
    if (known?.changed === changed) return known.module.exports;
    const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
      fileName: file,
      compilerOptions: {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.CommonJS,
        esModuleInterop: true,
        inlineSourceMap: true,
      },
    });
    const module = new Module(file) as Module & { _compile(code: string, file: string): void };
    module.filename = file;
    module.require = ((id: string) => load(id, path.dirname(file))) as Module['require'];
    // Before it runs, so that a circle of imports ends.
    compiled.set(file, { changed, module });
    try {
      module._compile(outputText, file);
    } catch (error) {
      compiled.delete(file);
      throw error;
    }
    return module.exports;
  }

  const resolved = (specifier: string): { resolve: NodeJS.Require; found: string } => {
    try {
      return { resolve: here, found: here.resolve(specifier) };
    } catch (error) {
      if (!MISSING.has((error as NodeJS.ErrnoException).code) || isRelative(specifier)) throw error;
      return { resolve: project, found: project.resolve(specifier) };
    }
  };

  function load(specifier: string, from = folder): unknown {
    if (Object.hasOwn(replaced, specifier)) return replaced[specifier]();
    if (isRelative(specifier)) {
      const base = path.resolve(from, specifier);
      const source = sourceOf(base);
      return source ? loadSource(source) : here(base);
    }
    const { resolve, found } = resolved(specifier);
    try {
      return resolve(found);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_REQUIRE_ASYNC_MODULE') throw error;
      throw new Error(
        `${specifier} awaits something while it loads: write \`const … = await import('${specifier}')\`.`,
        {
          cause: error,
        },
      );
    }
  }

  const require = Object.assign((specifier: string) => load(specifier), here, {
    resolve: Object.assign((specifier: string) => resolved(specifier).found, here.resolve),
  }) as NodeJS.Require;

  return {
    load,
    import: async (specifier) => {
      if (Object.hasOwn(replaced, specifier) || (isRelative(specifier) && sourceOf(path.resolve(folder, specifier)))) {
        return load(specifier);
      }
      const target = isRelative(specifier) ? path.resolve(folder, specifier) : resolved(specifier).found;
      return (await import(path.isAbsolute(target) ? pathToFileURL(target).href : target)) as unknown;
    },
    defaultOf: (module) => {
      const given = module as {
        readonly __esModule?: boolean;
        readonly default?: unknown;
        readonly [Symbol.toStringTag]?: string;
      };
      return given && (given.__esModule || given[Symbol.toStringTag] === 'Module') ? given.default : module;
    },
    require,
  };
}
