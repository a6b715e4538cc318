// Mocha in processes of their own: what came of them, and which tests there are.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { run } from './processes.mjs';
import { root } from './root.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */
/** @typedef {{ counts: Counts, failed: string[], output: string }} Outcome what tests came to */

/** After this the tests are hanging, not slow. */
const longestMinutes = 60;

const mocha = path.join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
const countingReporter = path.join(root, 'scripts', 'workspace', 'counting-reporter.cjs');

/**
 * Runs test files in one process.
 *
 * @param {object} options
 * @param {readonly string[]} options.files
 * @param {string} [options.only] only the tests whose name contains this
 * @param {NodeJS.ProcessEnv} options.env
 * @param {string} options.folder for its own files
 * @param {boolean} [options.coverage] whether the lines that run are counted, in `folder`/coverage
 * @param {boolean} [options.show] passes its output on instead of collecting it
 * @param {string} [options.node] the Node.js to run them with
 * @returns {Promise<Outcome>}
 */
export async function runMocha({ files, only, env, folder, coverage = false, show = false, node = process.execPath }) {
  mkdirSync(folder, { recursive: true });
  const counts = path.join(folder, 'counts.json');
  const covered = path.join(folder, 'coverage');
  const args = [
    ...[mocha, '--reporter', countingReporter, ...(process.stdout.isTTY ? ['--color'] : [])],
    ...(only === undefined ? ['--forbid-only'] : ['--fgrep', only, '--fail-zero']),
    ...files,
  ];
  const { ok, code, stdout, stderr } = await run(node, args, {
    cwd: root,
    env: { ...env, MODELPRED_TEST_COUNTS: counts, ...(coverage ? { NODE_V8_COVERAGE: covered } : {}) },
    show,
    apart: true,
    timeoutSeconds: longestMinutes * 60,
  });
  if (coverage) keepOwnCoverage(covered);
  const outcome = { ...readOutcome(counts), output: `${stdout}${stderr}` };
  // The tests passed, yet the process failed: an error after the last test.
  if (!ok && outcome.counts.failed === 0) {
    outcome.counts.failed++;
    outcome.failed.push(`the tests ended before their end (exit code ${code ?? 'none'})`);
  }
  return outcome;
}

/**
 * @param {string} file
 * @returns {{ counts: Counts, failed: string[] }}
 */
function readOutcome(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { counts: { passed: 0, failed: 0, skipped: 0 }, failed: [] };
  }
}

/**
 * Takes what is not the library's out of coverage files: the compiler in a kernel alone is fifteen megabytes.
 *
 * @param {string} folder
 */
function keepOwnCoverage(folder) {
  const own = '/dist/src/';
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    /** @type {{ result: { url: string }[], 'source-map-cache'?: Record<string, unknown> }} */
    const all = JSON.parse(readFileSync(file, 'utf8'));
    const maps = Object.entries(all['source-map-cache'] ?? {}).filter(([url]) => url.includes(own));
    const result = all.result.filter(({ url }) => url.includes(own));
    writeFileSync(file, JSON.stringify({ result, 'source-map-cache': Object.fromEntries(maps) }));
  }
}

/**
 * The files with tests whose name contains a text.
 *
 * @param {string} text
 * @param {readonly string[]} files
 * @returns {Promise<string[]>}
 */
export async function filesWithTests(text, files) {
  const options = ['--dry-run', '--fgrep', text, '--reporter', 'json'];
  const { stdout, stderr } = await run(process.execPath, [mocha, ...options, ...files], { cwd: root });
  try {
    // Test files may print while they are loaded.
    const { tests } = JSON.parse(stdout.slice(stdout.indexOf('{\n  "stats"')));
    return [...new Set(tests.map((/** @type {{ file: string }} */ { file }) => path.relative(root, file)))].sort();
  } catch {
    throw new Error(`The tests could not be listed:\n${stdout}${stderr}`);
  }
}
