import { reason, run, which } from './processes.mjs';

/** Whether packages of the distribution can be installed here without asking anyone: root on Debian or a relative of it. */
export const canInstall = () => process.getuid?.() === 0 && which('apt-get') !== undefined;

/**
 * Installs the first of several sets of Debian packages that this release has.
 *
 * @param {readonly (readonly string[])[]} choices
 * @param {(text: string) => void} say
 * @returns {Promise<string | undefined>} why it failed, or undefined
 */
export async function installDebianPackages(choices, say) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = [
    '-q',
    '-o',
    'Acquire::Retries=1',
    '-o',
    'Acquire::http::Timeout=20',
    '-o',
    'DPkg::Lock::Timeout=300',
  ];
  // A fresh machine or container has no package lists yet; a stale list names files that are gone from the mirrors.
  await run('apt-get', [...options, 'update'], { env, timeoutSeconds: 300 });
  let failure = 'no such packages';
  for (const packages of choices) {
    say(`apt-get install ${packages.join(' ')}`);
    const args = [...options, 'install', '-y', '--no-install-recommends', ...packages];
    const finished = await run('apt-get', args, { env, timeoutSeconds: 900 });
    if (finished.ok) return undefined;
    failure = `apt-get: ${reason(finished)}`;
  }
  return failure;
}
