// What happens when a command is asked to stop: first its children end, then it tidies up, then it ends itself.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';

const stopSignals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
/** How long children may take to end by themselves. */
const graceMs = 5000;

/** @type {Set<number>} */
const children = new Set();
/** @type {Set<() => void>} */
const cleanups = new Set();
let stopping = false;

/** Whether this process has been asked to stop. */
export const isStopping = () => stopping;

/**
 * Lets a request to stop this process stop a child first, with all that it has started.
 *
 * @param {number | undefined} pid
 * @returns {() => void} ends that
 */
export function stopWithUs(pid) {
  return pid === undefined ? () => undefined : register(children, pid);
}

/**
 * Has something done when this process is asked to stop, after its children have ended.
 *
 * @param {() => void} cleanup
 * @returns {() => void} takes it back
 */
export function onStop(cleanup) {
  return register(cleanups, cleanup);
}

/**
 * @template T
 * @param {Set<T>} set
 * @param {T} entry
 */
function register(set, entry) {
  if (children.size + cleanups.size === 0) for (const signal of stopSignals) process.on(signal, stop);
  set.add(entry);
  return () => {
    set.delete(entry);
    if (children.size + cleanups.size === 0) for (const signal of stopSignals) process.off(signal, stop);
  };
}

/** @param {NodeJS.Signals} signal */
async function stop(signal) {
  const roots = [...children];
  // A second request does not wait for anything.
  if (stopping) roots.forEach((pid) => signalTree(pid, 'SIGKILL'));
  else {
    stopping = true;
    await Promise.all(roots.map((pid) => endTree(pid)));
  }
  for (const cleanup of cleanups) cleanup();
  process.exit(128 + constants.signals[signal]);
}

/**
 * Asks a process and all that it has started to end, and kills what has not after some seconds.
 *
 * @param {number} pid
 */
export async function endTree(pid) {
  const tree = signalTree(pid, 'SIGTERM');
  const until = performance.now() + graceMs;
  while (tree.some(isRunning) && performance.now() < until) await wait(20);
  // Also what was started in the meantime.
  for (const one of [...tree.flatMap((each) => [each, ...descendants(each)])]) send(one, 'SIGKILL');
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 * @returns {number[]} the processes, the last started first
 */
function signalTree(pid, signal) {
  const tree = [pid, ...descendants(pid)].reverse();
  for (const one of tree) send(one, signal);
  return tree;
}

/**
 * The processes that a process has started and that these have started, whatever groups they are in.
 *
 * @param {number} pid
 * @returns {number[]} nearest first
 */
export function descendants(pid) {
  /** @type {Map<number, number[]>} */
  const childrenOf = new Map();
  for (const [child, parent] of allProcesses()) childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), child]);
  const found = [pid];
  for (const each of found) found.push(...(childrenOf.get(each) ?? []));
  return found.slice(1);
}

/** @returns {[number, number][]} every process of this machine with its parent, as far as one may see them */
function allProcesses() {
  if (existsSync('/proc/self/stat')) {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        try {
          // The program's name stands in brackets and may hold anything; state and parent follow it.
          const [state, parent] = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
          return state === 'Z' ? [] : [/** @type {[number, number]} */ ([Number(name), Number(parent)])];
        } catch {
          return [];
        }
      });
  }
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  return (stdout ?? '')
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([child, parent]) => (parent === undefined ? [] : [/** @type {[number, number]} */ ([child, parent])]));
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals | 0} signal
 * @returns {boolean} whether there was such a process
 */
function send(pid, signal) {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

const isRunning = (/** @type {number} */ pid) => send(pid, 0) && !isZombie(pid);

/** @param {number} pid */
function isZombie(pid) {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
