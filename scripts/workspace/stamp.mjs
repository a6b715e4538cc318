import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * A stamp says what a finished step was made from. It is removed before the step begins and written after it ended, so a
 * step that was killed half way is done again.
 *
 * @param {string} file where the stamp lies
 * @param {string} contents what the step is made from (a {@link digest})
 * @param {() => Promise<void>} step
 * @returns {Promise<boolean>} whether the step had to be done
 */
export async function once(file, contents, step) {
  if (isStamped(file, contents)) return false;
  rmSync(file, { force: true });
  await step();
  mkdirSync(path.dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, contents);
  renameSync(unfinished, file);
  return true;
}

/**
 * @param {string} file
 * @param {string} contents
 */
export function isStamped(file, contents) {
  try {
    return readFileSync(file, 'utf8') === contents;
  } catch {
    return false;
  }
}

/**
 * SHA-256 over names and contents, in the order given.
 *
 * @param {Iterable<readonly [string, string | Buffer]>} entries
 */
export function digest(entries) {
  const hash = createHash('sha256');
  for (const [name, contents] of entries) hash.update(`${name}\0${contents.length}\0`).update(contents);
  return hash.digest('hex');
}
