import { existsSync } from 'node:fs';
import { canInstall, installDebianPackages } from './debian.mjs';
import { run, which } from './processes.mjs';

const programs = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
const applications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];
const remedy = 'install Chromium or Chrome, or set CHROME_PATH to its program file.';

/**
 * @typedef {{ program: string, version: string } | { missing: string }} Chromium
 *   a browser that starts, or one sentence that says why there is none and what to do
 */

/**
 * Finds a browser for the browser tests: CHROME_PATH, else PATH, else where it is usually installed.
 *
 * @returns {Promise<Chromium>}
 */
export async function findChromium() {
  const chosen = process.env.CHROME_PATH;
  const candidates = chosen ? [chosen] : [...programs.map(which), ...applications];
  for (const program of candidates) {
    if (program === undefined || !existsSync(program)) continue;
    // Ubuntu's /usr/bin/chromium-browser is a stub that only tells to install a snap.
    const { ok, stdout } = await run(program, ['--version', '--no-sandbox'], { timeoutSeconds: 30 });
    if (ok) return { program, version: stdout.trim() };
  }
  if (chosen) return { missing: `CHROME_PATH is ${chosen}, which does not start: ${remedy}` };
  return { missing: `No Chromium was found: ${remedy}` };
}

/**
 * {@link findChromium}, installing the distribution's where that is allowed.
 *
 * @param {(text: string) => void} say
 * @returns {Promise<Chromium>}
 */
export async function ensureChromium(say) {
  const found = await findChromium();
  if ('program' in found || process.env.CHROME_PATH || !canInstall()) return found;
  const failure = await installDebianPackages([['chromium']], say);
  return failure ? { missing: `No Chromium was found and ${failure}: ${remedy}` } : findChromium();
}
