// npm run setup: packages, build and kernel; plain Node.js, so that it works before anything is installed.
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './workspace/build.mjs';
import { command } from './workspace/failure.mjs';
import { checkKernel, kernelName } from './workspace/kernel-spec.mjs';
import { exclusively } from './workspace/lock.mjs';
import { checkNode } from './workspace/node-version.mjs';
import { readOptions } from './workspace/options.mjs';
import { installPackages } from './workspace/packages.mjs';
import { root as here } from './workspace/root.mjs';

/**
 * Makes the workspace ready: does only what is missing, prints one line for each step, may run twice at once, and may be
 * killed at any time.
 *
 * @param {string} [root]
 * @throws SetupFailure with one sentence if it cannot
 */
export async function setup(root = here) {
  checkNode();
  const say = (/** @type {string} */ step) => (/** @type {string} */ text) => console.log(`${step.padEnd(9)} ${text}`);
  const waiting = () => say('setup')('another set-up is under way in this folder: waiting for it');
  await exclusively(
    path.join(root, '.cache', 'setup.lock'),
    async () => {
      await installPackages(root, say('packages'));
      await build(root, say('build'));
      say('kernel')(`${kernelName} (${checkKernel(root)})`);
    },
    waiting,
  );
}

const isCommand = process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isCommand)
  await command(() => {
    readOptions('npm run setup   packages, build and kernel: what is missing of them\n', {});
    return setup();
  });
