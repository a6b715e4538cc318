// npm test: set-up, lint, format, types, then all tests with coverage. The last line is the count.
//   --fast         without the suites that start kernels, Jupyter or a browser
//   --only TEXT    only the tests whose name contains TEXT, without lint, format and coverage
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { setup } from './setup.mjs';
import { ensureChromium } from './workspace/chromium.mjs';
import { SetupFailure, command } from './workspace/failure.mjs';
import { ensureJupyter } from './workspace/jupyter.mjs';
import { run, seconds } from './workspace/processes.mjs';
import { root } from './workspace/root.mjs';

/** Share of the library's lines that the whole suite must run, in percent. */
const leastCoverage = 85;
/** After this the tests are hanging, not slow. */
const longestMinutes = 60;

/** Folders of test/ whose suites start kernels, Jupyter or a browser. */
const slowSuites = ['environment', 'kernel', 'notebooks', 'report'];

const tool = (/** @type {string[]} */ ...parts) => path.join(root, 'node_modules', ...parts);
const say = (/** @type {string} */ phase) => (/** @type {string} */ text) => console.log(`${phase.padEnd(9)} ${text}`);

await command(async () => {
  const { fast, only } = readArguments();
  const counts = { passed: 0, failed: 0, skipped: 0 };
  /** @type {string[]} */
  const failures = [];
  /** @type {string[]} */
  const times = [];
  /** @type {<T>(name: string, phase: () => Promise<T>) => Promise<T>} */
  const timed = async (name, phase) => {
    const since = performance.now();
    try {
      return await phase();
    } finally {
      times.push(`${name} ${seconds(since)}`);
    }
  };
  const check = async (/** @type {string} */ name, /** @type {string[]} */ args) => {
    const { ok } = await timed(name, () => run(process.execPath, args, { cwd: root, show: true }));
    say(name)(ok ? 'passed' : 'FAILED');
    counts[ok ? 'passed' : 'failed']++;
    if (!ok) failures.push(`${name}: see above`);
  };
  const finish = () => {
    // Said again at the end, as the coverage table stands between.
    for (const failure of failures) console.log(`\nFAILED ${failure}`);
    console.log(`\nTime: ${times.join(', ')}`);
    console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
    return counts.failed === 0 ? 0 : 1;
  };

  try {
    await timed('set-up', () => setup());
  } catch (error) {
    if (!(error instanceof SetupFailure) || error.exitCode === 2) throw error;
    counts.failed++;
    failures.push(`set-up: ${error.message}`);
    return finish();
  }
  if (only === undefined) {
    await check('lint', [tool('eslint', 'bin', 'eslint.js'), '.', '--max-warnings', '0']);
    await check('format', [tool('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.']);
    await check('types', [tool('typescript', 'bin', 'tsc'), '-p', 'tsconfig.scripts.json']);
  }
  const env = { ...process.env, MODELPRED_JUPYTER: '', MODELPRED_CHROMIUM: '' };
  if (!fast) {
    const jupyter = await timed('Jupyter', () => ensureJupyter(say('jupyter')));
    if ('python' in jupyter) env.MODELPRED_JUPYTER = jupyter.python;
    else warn('THE TESTS THROUGH REAL JUPYTER ARE SKIPPED', jupyter.missing);
    const chromium = await timed('Chromium', () => ensureChromium(say('chromium')));
    if ('program' in chromium) env.MODELPRED_CHROMIUM = chromium.program;
    else warn('THE TESTS IN A REAL BROWSER ARE SKIPPED', chromium.missing);
  }
  const outcome = await timed('tests', () => runTests({ env, fast, only }));
  for (const kind of /** @type {const} */ (['passed', 'failed', 'skipped'])) counts[kind] += outcome.counts[kind];
  failures.push(...outcome.failed);
  return finish();
});

/** @returns {{ fast: boolean, only: string | undefined }} */
function readArguments() {
  try {
    const { values } = parseArgs({ options: { fast: { type: 'boolean' }, only: { type: 'string' } } });
    return { fast: values.fast ?? false, only: values.only };
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    throw new SetupFailure(`${message.split('.')[0]}: npm test takes --fast and --only TEXT.`, 2);
  }
}

/** @typedef {{ counts: { passed: number, failed: number, skipped: number }, failed: string[] }} Outcome what tests came to */

/**
 * @param {{ env: NodeJS.ProcessEnv, fast: boolean, only: string | undefined }} options
 * @returns {Promise<Outcome>}
 */
async function runTests({ env, fast, only }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'modelpred-tests-'));
  const counts = path.join(folder, 'counts.json');
  const whole = !fast && only === undefined;
  const coverage = [tool('c8', 'bin', 'c8.js'), '--temp-directory', path.join(folder, 'coverage')];
  const threshold = whole ? ['--check-coverage', '--lines', String(leastCoverage)] : [];
  const mocha = [
    ...[
      tool('mocha', 'bin', 'mocha.js'),
      '--reporter',
      path.join(root, 'scripts', 'workspace', 'counting-reporter.cjs'),
    ],
    ...(only === undefined ? ['--forbid-only'] : ['--fgrep', only, '--fail-zero']),
    ...(fast ? slowSuites.flatMap((folder) => ['--ignore', `dist/test/${folder}/**`]) : []),
    'dist/test/**/*.test.js',
  ];
  const args = only === undefined ? [...coverage, ...threshold, process.execPath, ...mocha] : mocha;
  try {
    const { ok, code } = await run(process.execPath, args, {
      cwd: root,
      env: { ...env, MODELPRED_TEST_COUNTS: counts },
      show: true,
      timeoutSeconds: longestMinutes * 60,
    });
    const outcome = readOutcome(counts);
    if (!outcome) {
      const ended = `the tests ended before their end (exit code ${code ?? 'none'})`;
      return { counts: { passed: 0, failed: 1, skipped: 0 }, failed: [ended] };
    }
    // The tests passed, yet the whole failed: too little coverage (c8 has said so), no test at all, or a late error.
    if (!ok && outcome.counts.failed === 0) {
      outcome.counts.failed++;
      outcome.failed.push(`coverage, or an error after the last test (exit code ${code ?? 'none'}): see above`);
    }
    return outcome;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} file
 * @returns {Outcome | undefined}
 */
function readOutcome(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * @param {string} headline
 * @param {string} why
 */
function warn(headline, why) {
  const bar = '!'.repeat(72);
  console.warn(`\n${bar}\n!! ${headline}\n!! ${why}\n${bar}\n`);
}
