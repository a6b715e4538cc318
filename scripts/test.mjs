// npm test: set-up, then lint, format, types and all tests with coverage, side by side. The last line is the count.
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { setup } from './setup.mjs';
import { ensureChromium } from './workspace/chromium.mjs';
import { SetupFailure, command } from './workspace/failure.mjs';
import { ensureJupyter } from './workspace/jupyter.mjs';
import { filesWithTests, runMocha } from './workspace/mocha.mjs';
import { readOptions } from './workspace/options.mjs';
import { inSlots } from './workspace/pool.mjs';
import { npm, reason, run, seconds } from './workspace/processes.mjs';
import { root } from './workspace/root.mjs';
import { onStop } from './workspace/stopping.mjs';
import { suiteOf, taskOf, testFiles, testTasks } from './workspace/test-tasks.mjs';

const usage = `npm test -- [options]

  --fast         without the suites that start kernels, Jupyter or a browser
  --only TEXT    only the tests whose name contains TEXT, without lint, format, types and coverage
  --node 22      the suites of --fast, or those named, with another Node.js, which npm brings
  --help         show this text
`;

/** Share of the library's lines that the whole suite must run, in percent. */
const leastCoverage = 85;

const tool = (/** @type {string[]} */ ...parts) => path.join(root, 'node_modules', ...parts);
const say = (/** @type {string} */ phase) => (/** @type {string} */ text) => console.log(`${phase.padEnd(9)} ${text}`);

/** @typedef {import('./workspace/mocha.mjs').Counts} Counts */
/** @typedef {{ name: string, work: () => Promise<{ counts: Counts, failed: string[], output?: string }> }} Part */

await command(async () => {
  const {
    fast = false,
    only,
    node: version,
  } = readOptions(usage, { fast: { type: 'boolean' }, only: { type: 'string' }, node: { type: 'string' } });
  const since = performance.now();
  /** @type {Counts} */
  const counts = { passed: 0, failed: 0, skipped: 0 };
  /** @type {string[]} */
  const failures = [];
  const folder = mkdtempSync(path.join(tmpdir(), 'modelpred-tests-'));
  const scratch = path.join(root, '.cache', 'tests');
  const tidy = () => [folder, scratch].forEach((each) => rmSync(each, { recursive: true, force: true }));
  const untidy = onStop(tidy);
  const perform = async (/** @type {Part} */ { name, work }) => {
    const begun = performance.now();
    const { counts: own, failed, output = '' } = await work();
    if (output.trim() !== '') console.log(output.trimEnd());
    say(own.failed === 0 ? 'passed' : 'FAILED')(`${name}: ${describe(own)} in ${seconds(begun)}`);
    for (const kind of /** @type {const} */ (['passed', 'failed', 'skipped'])) counts[kind] += own[kind];
    failures.push(...failed.map((failure) => `${name}: ${failure}`));
  };
  try {
    await setup();
    say('set-up')(`done after ${seconds(since)}`);
    const node = version === undefined ? undefined : await nodeOf(version);
    if (only !== undefined) {
      const work = () => runNamed({ only, fast: fast || node !== undefined, folder, node });
      await perform({ name: `tests named “${only}”`, work });
    } else if (node !== undefined) await runWith(node, folder, perform);
    else await runAll({ fast, folder, perform });
  } catch (error) {
    if (!(error instanceof SetupFailure) || error.exitCode === 2) throw error;
    counts.failed++;
    failures.push(`set-up: ${error.message}`);
  } finally {
    tidy();
    untidy();
  }
  // Said again at the end, as much stands between.
  for (const failure of failures) console.log(`\nFAILED ${failure}`);
  console.log(`\nTime: ${seconds(since)}`);
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts.failed === 0 ? 0 : 1;
});

/** @param {Counts} counts */
function describe({ passed, failed, skipped }) {
  return [`${passed} passed`, failed > 0 ? `${failed} failed` : '', skipped > 0 ? `${skipped} skipped` : '']
    .filter((part) => part !== '')
    .join(', ');
}

/** @param {{ fast: boolean, folder: string, perform: (part: Part) => Promise<void> }} options */
async function runAll({ fast, folder, perform }) {
  const tools = fast ? Promise.resolve({}) : findTools();
  const tests = testTasks({ fast }).map((task) => ({
    name: task.name,
    work: async () => {
      const env = testEnvironment(folder, { ...task.env, ...(task.tools ? await tools : {}) });
      return runMocha({ files: task.files, env, folder: path.join(folder, 'parts', task.name), coverage: true });
    },
  }));
  // While Jupyter is being installed there is something to do that needs no Jupyter.
  const parts = [...checks(), ...tests];
  await inSlots(parts, availableParallelism(), perform);
  const threshold = fast ? [] : ['--check-coverage', '--lines', String(leastCoverage)];
  await perform(check('coverage', [tool('c8', 'bin', 'c8.js'), 'report', ...coverageFolder(folder), ...threshold]));
}

/**
 * The suites that need neither kernel nor browser with another Node.js.
 *
 * @param {string} node
 * @param {string} folder
 * @param {(part: Part) => Promise<void>} perform
 */
async function runWith(node, folder, perform) {
  const env = testEnvironment(folder, {});
  const parts = testTasks({ fast: true }).map(({ name, files }) => ({
    name,
    work: () => runMocha({ files, env, folder: path.join(folder, 'parts', name), node }),
  }));
  await inSlots(parts, availableParallelism(), perform);
}

/**
 * The program of another Node.js: npm's package `node` brings it.
 *
 * @param {string} version
 */
async function nodeOf(version) {
  const args = ['exec', '--yes', '--package', `node@${version}`, '--', 'node', '-p', 'process.execPath'];
  const finished = await run(...npm(args), { cwd: root });
  if (!finished.ok) throw new SetupFailure(`npm could not bring Node.js ${version}: ${reason(finished)}`, 2);
  const program = finished.stdout.trim().split('\n').at(-1) ?? '';
  say('node')((await run(program, ['--version'])).stdout.trim());
  return program;
}

/** Lint, format and types. */
function checks() {
  return [
    check('lint', [tool('eslint', 'bin', 'eslint.js'), '.', '--max-warnings', '0']),
    check('format', [tool('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.']),
    check('types', [tool('typescript', 'bin', 'tsc'), '-p', 'tsconfig.scripts.json']),
  ];
}

/**
 * A program that passes or fails as a whole.
 *
 * @param {string} name
 * @param {string[]} args
 * @returns {Part}
 */
function check(name, args) {
  return {
    name,
    work: async () => {
      const { ok, stdout, stderr } = await run(process.execPath, args, { cwd: root, apart: true });
      const counts = { passed: Number(ok), failed: Number(!ok), skipped: 0 };
      return { counts, failed: ok ? [] : ['see above'], output: `${stdout}${stderr}` };
    },
  };
}

/**
 * Puts what the parts counted into one folder for c8.
 *
 * @param {string} folder
 */
function coverageFolder(folder) {
  const all = path.join(folder, 'coverage');
  mkdirSync(all, { recursive: true });
  const parts = path.join(folder, 'parts');
  for (const file of readdirSync(parts, { recursive: true, encoding: 'utf8' })) {
    if (/coverage.coverage-.*\.json$/.test(file))
      renameSync(path.join(parts, file), path.join(all, file.replaceAll(path.sep, '-')));
  }
  return ['--temp-directory', all];
}

/** @param {{ only: string, fast: boolean, folder: string, node: string | undefined }} options */
async function runNamed({ only, fast, folder, node }) {
  const all = fast ? testTasks({ fast }).flatMap(({ files }) => files) : testFiles();
  const files = await filesWithTests(only, all);
  if (files.length === 0) {
    const where = fast ? ' among those of --fast' : '';
    throw new SetupFailure(`No test’s name contains “${only}”${where}: see test/ for the names.`, 2);
  }
  const tools = files.some((file) => taskOf(suiteOf(file), []).tools) ? await findTools() : {};
  const env = testEnvironment(folder, tools);
  return runMocha({ files, only, env, folder: path.join(folder, 'only'), show: true, node });
}

/**
 * The tests' temporary folders lie in this run's, which is removed whatever becomes of them.
 *
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
function testEnvironment(folder, env) {
  const temporary = path.join(folder, 'tmp');
  mkdirSync(temporary, { recursive: true });
  return { ...process.env, TMPDIR: temporary, MODELPRED_JUPYTER: '', MODELPRED_CHROMIUM: '', ...env };
}

/** @returns {Promise<NodeJS.ProcessEnv>} where Jupyter and a browser are, installed if need be */
async function findTools() {
  const [jupyter, chromium] = [await ensureJupyter(say('jupyter')), await ensureChromium(say('chromium'))];
  if ('missing' in jupyter) warn('THE TESTS THROUGH REAL JUPYTER ARE SKIPPED', jupyter.missing);
  if ('missing' in chromium) warn('THE TESTS IN A REAL BROWSER ARE SKIPPED', chromium.missing);
  return {
    MODELPRED_JUPYTER: 'python' in jupyter ? jupyter.python : '',
    MODELPRED_CHROMIUM: 'program' in chromium ? chromium.program : '',
  };
}

/**
 * @param {string} headline
 * @param {string} why
 */
function warn(headline, why) {
  const bar = '!'.repeat(72);
  console.warn(`\n${bar}\n!! ${headline}\n!! ${why}\n${bar}\n`);
}
