import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** The repository's root folder, seen from dist/test/environment. */
export const root = path.resolve(import.meta.dirname, '..', '..', '..');

/** A module of scripts/workspace: plain JavaScript, which runs before anything is compiled. */
export async function workspaceModule<T>(name: string): Promise<T> {
  return (await import(pathToFileURL(path.join(root, 'scripts', 'workspace', `${name}.mjs`)).href)) as T;
}

/**
 * For the environment of a child: no coverage. Else a kernel would write that of TypeScript's whole compiler. It has to be
 * said: Node hands the variable on where it is only missing.
 */
export const withoutCoverage = { NODE_V8_COVERAGE: undefined };

/** How a program ended, and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, whatever its exit code. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(program, args, { ...options, maxBuffer: 1e9 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
      resolve({ code, stdout, stderr });
    });
  });
}

/** A temporary folder, and a function that removes it. */
export function temporaryFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'modelpred-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A project of one source file with this repository's set-up scripts, its packages (as a link) and a kernel description. */
export function smallProject(folder: string): void {
  cpSync(path.join(root, 'scripts', 'workspace'), path.join(folder, 'scripts', 'workspace'), { recursive: true });
  cpSync(path.join(root, 'scripts', 'setup.mjs'), path.join(folder, 'scripts', 'setup.mjs'));
  for (const name of ['src', 'kernels/modelpred']) mkdirSync(path.join(folder, name), { recursive: true });
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  const files = {
    'package.json': JSON.stringify({ name: 'small', type: 'module', dependencies: {} }),
    'package-lock.json': JSON.stringify({ lockfileVersion: 3, packages: {} }),
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        target: 'ES2022',
        module: 'NodeNext',
        strict: true,
        lib: ['ES2022'],
        skipLibCheck: true,
        types: [],
        rootDir: '.',
        outDir: 'dist',
      },
      include: ['src'],
    }),
    'src/one.ts': 'export const one: number = 1;\n',
    'kernels/modelpred/kernel.json': JSON.stringify({
      argv: ['node', '{resource_dir}/start.cjs'],
      display_name: 'Small',
    }),
    'kernels/modelpred/start.cjs': '',
  };
  for (const [name, contents] of Object.entries(files)) writeFileSync(path.join(folder, name), contents);
}

/** A notebook for the project's kernel with these code cells. */
export function notebookOf(cells: readonly string[]): object {
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: 'modelpred', display_name: 'modelpred (TypeScript)', language: 'typescript' } },
    cells: cells.map((source, i) => ({
      cell_type: 'code',
      id: `cell-${i}`,
      metadata: {},
      execution_count: null,
      outputs: [],
      source,
    })),
  };
}
