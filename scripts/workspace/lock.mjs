import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
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
  const token = `${process.pid} ${randomUUID()}`;
  for (let told = false; !take(file, token);) {
    if (!told) onWait?.();
    told = true;
    await wait(200);
  }
  const heartbeat = setInterval(() => touch(file), heartbeatSeconds * 1000);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    // A lock that was taken over meanwhile, as that of a process that slept, is another's.
    if (contentsOf(file) === token) rmSync(file, { force: true });
  }
}

/** @param {string} file */
function contentsOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * @param {string} file
 * @param {string} token its owner's process number, and what tells it from other locks of that process
 */
function take(file, token) {
  try {
    writeFileSync(file, token, { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
  }
  if (isAbandoned(file)) clear(file);
  return false;
}

/**
 * Removes an abandoned lock. Only who holds the guard beside it may, and only after another look: else one process could remove the
 * lock that a second has just taken in place of the abandoned one. All then try again from the start.
 *
 * @param {string} file
 */
function clear(file) {
  const guard = `${file}.clearing`;
  try {
    writeFileSync(guard, String(process.pid), { flag: 'wx' });
  } catch {
    // Another process is at it; one that died within these few lines is not waited for.
    if (isAbandoned(guard)) rmSync(guard, { force: true });
    return;
  }
  try {
    if (isAbandoned(file)) rmSync(file, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}

/** @param {string} file */
function isAbandoned(file) {
  try {
    const silent = (Date.now() - statSync(file).mtimeMs) / 1000;
    const holder = Number.parseInt(readFileSync(file, 'utf8'), 10);
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
