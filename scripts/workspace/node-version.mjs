import { SetupFailure } from './failure.mjs';

/** The oldest Node.js that can load ES modules with `require`, which the kernel's cells rely on. */
export const minimumNode = '20.19.0';

/**
 * Whether version `a` is at least `b`; both are dotted numbers, and what follows the numbers is ignored.
 *
 * @param {string} a
 * @param {string} b
 */
export function atLeast(a, b) {
  const numbers = (/** @type {string} */ version) => version.split(/[.+-]/).map((part) => parseInt(part, 10) || 0);
  const [left, right] = [numbers(a), numbers(b)];
  for (let i = 0; i < right.length; i++) {
    if ((left[i] || 0) !== right[i]) return (left[i] || 0) > right[i];
  }
  return true;
}

/**
 * @param {string} [version]
 * @throws SetupFailure (exit code 2) if this Node.js is too old
 */
export function checkNode(version = process.versions.node) {
  if (atLeast(version, minimumNode)) return;
  throw new SetupFailure(
    `modelpred needs Node.js ${minimumNode} or newer, but this is ${version}: install a current release from https://nodejs.org and run the command again.`,
    2,
  );
}
