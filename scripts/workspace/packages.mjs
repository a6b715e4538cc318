import { lstatSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { SetupFailure } from './failure.mjs';
import { npm, run } from './processes.mjs';
import { digest, once } from './stamp.mjs';

/**
 * Installs the packages of package-lock.json if they, or this machine's kind of Node.js, changed since the last time.
 *
 * @param {string} root
 * @param {(text: string) => void} say
 * @param {(root: string, say: (text: string) => void) => Promise<void>} [install]
 */
export async function installPackages(root, say, install = installWithNpm) {
  const folder = path.join(root, 'node_modules');
  if (isLink(folder)) {
    say(`node_modules is a link to ${realpathSync(folder)}: left as it is`);
    return;
  }
  const stamp = path.join(folder, '.modelpred-packages');
  const since = performance.now();
  const done = await once(stamp, packagesDigest(root), () => install(root, say));
  say(done ? `installed in ${((performance.now() - since) / 1000).toFixed(0)} s` : 'up to date');
}

/**
 * What decides which packages are installed: the lock file, the wishes in package.json, and the platform.
 *
 * @param {string} root
 */
export function packagesDigest(root) {
  const { dependencies, devDependencies, peerDependencies, overrides, allowScripts } = JSON.parse(
    readFileSync(path.join(root, 'package.json'), 'utf8'),
  );
  return digest([
    ['wishes', JSON.stringify([dependencies, devDependencies, peerDependencies, overrides, allowScripts])],
    ['lock', readFileSync(path.join(root, 'package-lock.json'))],
    ['platform', `${process.platform} ${process.arch} ${process.versions.modules}`],
  ]);
}

/**
 * @param {string} root
 * @param {(text: string) => void} say
 */
async function installWithNpm(root, say) {
  const options = ['--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  say('npm ci (downloads about 200 MB the first time)');
  if ((await run(...npm(['ci', ...options]), { cwd: root, show: true })).ok) return;
  // npm ci refuses a lock file that does not fit package.json, as after an edit of package.json by hand.
  say('npm ci failed, see above; trying npm install, which may change package-lock.json');
  if ((await run(...npm(['install', ...options]), { cwd: root, show: true })).ok) return;
  throw new SetupFailure(
    'npm could not install the packages (its reason is above): check the network and `npm config get registry`, then run the command again; environment.md tells about proxies and mirrors.',
  );
}

/** @param {string} folder */
function isLink(folder) {
  return lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}
