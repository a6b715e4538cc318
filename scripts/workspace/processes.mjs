import { spawn } from 'node:child_process';
import { accessSync, constants as access, existsSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';

const stopSignals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * @typedef {object} Finished how a program ended
 * @property {boolean} ok it ran and exited with 0
 * @property {number | null} code its exit code; null if it was killed or could not be started
 * @property {string} stdout what it wrote, unless `show`
 * @property {string} stderr what it wrote, unless `show`; the reason if it could not be started or ran out of time
 */

/**
 * Runs a program without a terminal: it cannot ask questions, and ends when `timeoutSeconds` are over.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, show?: boolean, timeoutSeconds?: number }} [options]
 *   `show` passes its output on instead of collecting it
 * @returns {Promise<Finished>}
 */
export function run(program, args, { cwd, env, show = false, timeoutSeconds } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env,
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text) => (stderr += text));
    const timer = setTimeout(
      () => {
        stderr += `\nstopped after ${timeoutSeconds} s`;
        child.kill('SIGKILL');
      },
      (timeoutSeconds ?? 0) * 1000,
    );
    if (timeoutSeconds === undefined) clearTimeout(timer);
    const release = passSignalsTo(child);
    child.on('error', (error) => {
      clearTimeout(timer);
      release();
      resolve({ ok: false, code: null, stdout, stderr: stderr + error.message });
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      release();
      resolve({ ok: code === 0, code, stdout, stderr });
    });
  });
}

/**
 * Lets a request to stop this process stop the child too, so that none goes on unseen.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @returns {() => void} ends that
 */
function passSignalsTo(child) {
  const stop = (/** @type {NodeJS.Signals} */ signal) => {
    child.kill(signal);
    process.exit(128 + constants.signals[signal]);
  };
  for (const signal of stopSignals) process.on(signal, stop);
  return () => stopSignals.forEach((signal) => process.off(signal, stop));
}

/**
 * The full path of a program on PATH, or undefined.
 *
 * @param {string} name
 * @returns {string | undefined}
 */
export function which(name) {
  const endings = process.platform === 'win32' ? (process.env.PATHEXT ?? '.EXE').split(';') : [''];
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    for (const ending of endings) {
      const file = path.resolve(folder, name + ending);
      if (folder !== '' && isProgram(file)) return file;
    }
  }
  return undefined;
}

/** @param {string} file */
function isProgram(file) {
  try {
    accessSync(file, access.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * How to call the npm that belongs to this Node.js, without a shell.
 *
 * @param {readonly string[]} args
 * @returns {[string, string[]]}
 */
export function npm(args) {
  const beside = path.dirname(process.execPath);
  const scripts = [
    ...(/npm-cli\.[cm]?js$/.test(process.env.npm_execpath ?? '') ? [process.env.npm_execpath ?? ''] : []),
    path.join(beside, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    path.join(beside, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  const script = scripts.find((file) => existsSync(file));
  return script ? [process.execPath, [script, ...args]] : ['npm', [...args]];
}

/**
 * The last non-empty line of a program's output: usually its own one-sentence reason.
 *
 * @param {Finished} finished
 */
export function reason(finished) {
  const lines = `${finished.stdout}\n${finished.stderr}`.split('\n').filter((line) => line.trim() !== '');
  return lines.at(-1)?.trim() ?? `exit code ${finished.code}`;
}

/** @param {number} since from `performance.now()` */
export const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
