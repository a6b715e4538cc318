import { spawn } from 'node:child_process';
import { accessSync, constants as access, existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { endTree, isStopping, stopWithUs } from './stopping.mjs';

/**
 * @typedef {object} Finished how a program ended
 * @property {boolean} ok it ran and exited with 0
 * @property {number | null} code its exit code; null if it was killed or could not be started
 * @property {string} stdout what it wrote, unless `show`
 * @property {string} stderr what it wrote, unless `show`; the reason if it could not be started or ran out of time
 */

/**
 * Runs a program without a terminal: it cannot ask questions, ends when `timeoutSeconds` are over, and before this process
 * does when that is asked to stop.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, show?: boolean, apart?: boolean, timeoutSeconds?: number }} [options]
 *   `show` passes its output on instead of collecting it; `apart` keeps Ctrl-C in a terminal from it, so that this process
 *   alone ends it, in order
 * @returns {Promise<Finished>}
 */
export function run(program, args, { cwd, env, show = false, apart = false, timeoutSeconds } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env,
      detached: apart && process.platform !== 'win32',
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text) => (stderr += text));
    const timer = setTimeout(
      () => {
        stderr += `\nstopped after ${timeoutSeconds} s`;
        if (child.pid !== undefined) void endTree(child.pid);
      },
      (timeoutSeconds ?? 0) * 1000,
    );
    if (timeoutSeconds === undefined) clearTimeout(timer);
    const release = stopWithUs(child.pid);
    child.on('error', (error) => {
      clearTimeout(timer);
      release();
      resolve({ ok: false, code: null, stdout, stderr: stderr + error.message });
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      // Where all is to stop, nothing goes on after it.
      if (isStopping()) return;
      release();
      resolve({ ok: code === 0, code, stdout, stderr });
    });
  });
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
