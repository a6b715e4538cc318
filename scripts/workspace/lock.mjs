import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const heartbeatSeconds = 2;
const abandonedSeconds = 60;

/**
 * Runs `work` while no other process of this machine runs work under the same lock file. The lock of a process that died
 * is taken over: at once where its number is no longer in use, else when its heartbeat has stopped.
 *
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {() => void} [onWait] called once if another process holds the lock
 * @returns {Promise<T>}
 */
export async function exclusively(file, work, onWait) {
  mkdirSync(path.dirname(file), { recursive: true });
  for (let told = false; !take(file);) {
    if (!told) onWait?.();
    told = true;
    await wait(200);
  }
  const heartbeat = setInterval(() => touch(file), heartbeatSeconds * 1000);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    rmSync(file, { force: true });
  }
}

/** @param {string} file */
function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
  }
  // Of several processes that find the lock abandoned, one succeeds in renaming it; all then try again from the start.
  if (isAbandoned(file)) {
    try {
      renameSync(file, `${file}.${process.pid}`);
      rmSync(`${file}.${process.pid}`, { force: true });
    } catch {
      // Another process was quicker.
    }
  }
  return false;
}

/** @param {string} file */
function isAbandoned(file) {
  try {
    const silent = (Date.now() - statSync(file).mtimeMs) / 1000;
    const holder = Number(readFileSync(file, 'utf8'));
    // An empty file is a lock whose owner is about to write its number.
    return silent > abandonedSeconds || (holder > 0 && !isRunning(holder));
  } catch {
    return false;
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/** @param {string} file */
function touch(file) {
  try {
    utimesSync(file, new Date(), new Date());
  } catch {
    // The folder was removed under us; the work itself will say so.
  }
}
