// What the tests consist of: parts that run side by side, each in a process of its own.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { root } from './root.mjs';

/**
 * @typedef {object} TestTask
 * @property {string} name a folder of test/, or a notebook
 * @property {string[]} files compiled test files, relative to the project
 * @property {NodeJS.ProcessEnv} [env]
 * @property {boolean} [tools] whether it uses Jupyter or a browser where there is one
 */

/** Folders of test/ whose suites start kernels, Jupyter or a browser, the longest first. */
export const slowSuites = ['notebooks', 'environment', 'report', 'kernel'];
/** Of these, those that look for Jupyter or a browser. */
const suitesWithTools = ['notebooks', 'environment', 'report'];
/** Of the others, those that take longest: begun early, none of them runs alone at the end. */
const longSuites = ['experiments', 'docs', 'prediction', 'retraining', 'plots', 'data'];

const tests = path.join('dist', 'test');

/**
 * All test files as tasks, those that take longest first.
 *
 * @param {{ fast: boolean }} options `fast` leaves out {@link slowSuites}
 * @returns {TestTask[]}
 */
export function testTasks({ fast }) {
  const suites = grouped(testFiles());
  const order = [...slowSuites, ...longSuites];
  const place = (/** @type {string} */ suite) => (order.includes(suite) ? order.indexOf(suite) : order.length);
  return [...suites]
    .filter(([suite]) => !fast || !slowSuites.includes(suite))
    .sort(([a], [b]) => place(a) - place(b) || (a < b ? -1 : 1))
    .flatMap(([suite, files]) => (suite === 'notebooks' ? notebookTasks(files) : [taskOf(suite, files)]));
}

/**
 * @param {string} suite
 * @param {string[]} files
 * @returns {TestTask}
 */
export const taskOf = (suite, files) => ({ name: suite, files, tools: suitesWithTools.includes(suite) });

/**
 * One task a notebook, so that there is something to do for every core.
 *
 * @param {string[]} files
 * @returns {TestTask[]}
 */
function notebookTasks(files) {
  return readdirSync(path.join(root, 'notebooks'))
    .filter((file) => /^\d+-.*\.ipynb$/.test(file))
    .map((file) => path.basename(file, '.ipynb'))
    .map((name) => ({ name, files, env: { MODELPRED_TEST_NOTEBOOK: name }, tools: true }));
}

/** @returns {string[]} all compiled test files, relative to the project */
export function testFiles() {
  return readdirSync(path.join(root, tests), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.js'))
    .map((file) => path.join(tests, file))
    .sort();
}

/** @param {string} file relative to the project */
export function suiteOf(file) {
  const parts = path.relative(tests, file).split(path.sep);
  return parts.length === 1 ? 'other' : parts[0];
}

/**
 * @param {readonly string[]} files
 * @returns {Map<string, string[]>} by suite
 */
function grouped(files) {
  /** @type {Map<string, string[]>} */
  const suites = new Map();
  for (const file of files) suites.set(suiteOf(file), [...(suites.get(suiteOf(file)) ?? []), file]);
  return suites;
}
