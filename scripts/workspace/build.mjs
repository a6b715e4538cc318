import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { SetupFailure } from './failure.mjs';
import { run, seconds } from './processes.mjs';
import { digest, once } from './stamp.mjs';

// tslab brings an old fork of TypeScript whose `tsc` wins in node_modules/.bin, so the compiler is called by its path.
const compiler = ['node_modules', 'typescript', 'bin', 'tsc'];
const sourceFolders = ['src', 'test', 'scripts', 'kernels'];
// WebAssembly kernels in TypeScript's syntax, compiled by AssemblyScript: one module per file of this folder.
const assemblyFolder = path.join('src', 'numerics', 'assembly');
const assemblyCompiler = ['node_modules', 'assemblyscript', 'bin', 'asc.js'];
const assemblyOptions = ['-O3', '--noAssert', '--enable', 'simd', '--runtime', 'stub', '--importMemory'];
// Each module twice: with fused multiply-add (relaxed SIMD), for engines that have it, and without.
const assemblyBuilds = [
  { suffix: '', options: [] },
  { suffix: '-fused', options: ['--enable', 'relaxed-simd'] },
];
const sourceFile = /\.([cm]?tsx?|json)$/;
const compiledFile = /\.([cm]?js|d\.[cm]?ts)(\.map)?$/;

/**
 * Compiles the sources to dist/ if their contents changed since the last time.
 *
 * @param {string} root
 * @param {(text: string) => void} say
 * @throws SetupFailure if they do not compile; dist/ is then as it was
 */
export async function build(root, say) {
  const done = await once(path.join(root, 'dist', '.sources'), sourcesDigest(root), () => compile(root, say));
  if (!done) say('up to date');
}

/**
 * @param {string} root
 */
export function sourcesDigest(root) {
  const sources = sourceFolders.flatMap((folder) => filesBelow(root, folder)).filter((file) => sourceFile.test(file));
  const settings = ['package.json', 'tsconfig.json', path.join('node_modules', 'typescript', 'package.json')];
  return digest([...sources.sort(), ...settings].map((file) => [file, readFileSync(path.join(root, file))]));
}

/**
 * @param {string} root
 * @param {(text: string) => void} say
 */
async function compile(root, say) {
  const since = performance.now();
  // What is known of unchanged files is kept in dist/, where it goes when what was compiled goes.
  const known = ['--incremental', '--tsBuildInfoFile', path.join(root, 'dist', '.known')];
  const args = [path.join(root, ...compiler), '-p', root, '--noEmitOnError', '--listEmittedFiles', ...known];
  const finished = await run(process.execPath, args, { cwd: root });
  const lines = finished.stdout.split('\n');
  const emitted = lines.filter((line) => line.startsWith('TSFILE: ') && /\.[cm]?js$/.test(line.trim()));
  if (!finished.ok) {
    console.error(lines.filter((line) => !line.startsWith('TSFILE: ')).join('\n') + finished.stderr);
    throw new SetupFailure('The sources do not compile: mend the errors above and run the command again.');
  }
  const modules = await compileAssembly(root);
  const stale = removeStale(root);
  const removed = stale === 0 ? '' : `; removed ${stale} files of deleted sources`;
  say(
    `compiled ${emitted.length} files${modules === 0 ? '' : ` and ${modules} WebAssembly modules`} in ${seconds(since)}${removed}`,
  );
}

/**
 * Compiles src/numerics/assembly/NAME.ts to dist/src/numerics/NAME.wasm and NAME-fused.wasm.
 *
 * @param {string} root
 * @returns {Promise<number>} how many modules were compiled; none if their sources are as they were
 */
async function compileAssembly(root) {
  const all = filesBelow(root, assemblyFolder);
  const sources = all.filter((file) => path.dirname(file) === assemblyFolder);
  const settings = ['scripts/workspace/build.mjs', 'node_modules/assemblyscript/package.json'];
  const contents = digest(
    [...all.sort(), ...(all.length > 0 ? settings : [])].map((file) => [file, readFileSync(path.join(root, file))]),
  );
  const compileAll = () => compileModules(root, sources);
  const done = all.length > 0 && (await once(path.join(root, 'dist', '.kernels'), contents, compileAll));
  return done ? sources.length * assemblyBuilds.length : 0;
}

/**
 * @param {string} root
 * @param {readonly string[]} sources
 */
async function compileModules(root, sources) {
  for (const source of sources) {
    for (const { suffix, options } of assemblyBuilds) {
      const module = path.join('dist', 'src', 'numerics', `${path.basename(source, '.ts')}${suffix}.wasm`);
      const args = [path.join(root, ...assemblyCompiler), source, '--outFile', module, ...assemblyOptions, ...options];
      const finished = await run(process.execPath, args, { cwd: root });
      if (finished.ok) continue;
      console.error(finished.stdout + finished.stderr);
      throw new SetupFailure(`${source} does not compile: mend the errors above and run the command again.`);
    }
  }
}

/**
 * Removes what an earlier build left of sources that are gone: mocha would still run their tests.
 *
 * @param {string} root
 * @returns {number} how many files were removed
 */
function removeStale(root) {
  const sources = new Set(sourceFolders.flatMap((folder) => filesBelow(root, folder)));
  const stale = filesBelow(root, 'dist').filter(
    (file) =>
      compiledFile.test(file) &&
      !sources.has(path.relative('dist', file).replace(compiledFile, (_, end) => `.${sourceOf(end)}`)),
  );
  for (const file of stale) rmSync(path.join(root, file), { force: true });
  return stale.length;
}

/**
 * @param {string} end of a compiled file's name, e.g. `d.mts` or `js`
 * @returns {string} the end of its source's
 */
function sourceOf(end) {
  return end.replace(/^d\./, '').replace('js', 'ts');
}

/**
 * @param {string} root
 * @param {string} folder relative to root
 * @returns {string[]} relative to root; none if there is no such folder
 */
function filesBelow(root, folder) {
  /** @type {import('node:fs').Dirent[]} */
  let entries;
  try {
    entries = readdirSync(path.join(root, folder), { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    const file = path.join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(root, file) : [file];
  });
}
