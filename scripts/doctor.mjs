// npm run doctor: what is here, which tensor backend is active and why, and what is missing with its remedy.
//   --json   the same for programs
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { findChromium } from './workspace/chromium.mjs';
import { command } from './workspace/failure.mjs';
import { findJupyter } from './workspace/jupyter.mjs';
import { checkKernel, kernelName } from './workspace/kernel-spec.mjs';
import { checkNode } from './workspace/node-version.mjs';
import { readOptions } from './workspace/options.mjs';
import { npm, reason, run, which } from './workspace/processes.mjs';
import { root } from './workspace/root.mjs';

/**
 * @typedef {object} Finding
 * @property {string} name what was looked for
 * @property {string} found its version or state; empty if missing
 * @property {string} [remedy] what to do if it is missing
 * @property {boolean} required whether `npm start` cannot do without
 */

await command(async () => {
  const usage = 'npm run doctor -- [--json]   what is here, active or missing; --json for programs\n';
  const { json } = readOptions(usage, { json: { type: 'boolean' } });
  const findings = await Promise.all([
    node(),
    npmVersion(),
    git(),
    packageVersion('modelpred', '.'),
    packageVersion('@tensorflow/tfjs-core'),
    packageVersion('tslab'),
    packageVersion('vega'),
    packageVersion('vega-lite'),
    built(),
    kernel(),
    backend(),
    python(),
    jupyter(),
    chromium(),
  ]);
  const missing = findings.filter(({ found, required }) => required && found === '');
  if (json) {
    console.log(JSON.stringify({ ok: missing.length === 0, findings }, null, 2));
  } else {
    for (const { name, found, remedy, required } of findings) {
      const state = found === '' ? `${required ? 'MISSING' : 'not found (optional)'}: ${remedy}` : found;
      console.log(`${name.padEnd(22)} ${state}`);
    }
    console.log(
      missing.length === 0 ? '\nAll that is required is here.' : `\n${missing.length} required missing, see above.`,
    );
  }
  return missing.length === 0 ? 0 : 1;
});

/** @returns {Finding} */
function node() {
  try {
    checkNode();
    return { name: 'Node.js', found: `${process.versions.node} (${process.platform} ${process.arch})`, required: true };
  } catch (error) {
    return { name: 'Node.js', found: '', remedy: /** @type {Error} */ (error).message, required: true };
  }
}

/** @returns {Promise<Finding>} */
async function npmVersion() {
  const { stdout } = await run(...npm(['--version']));
  return { name: 'npm', found: stdout.trim(), remedy: 'reinstall Node.js, which brings npm', required: true };
}

/** @returns {Promise<Finding>} */
async function git() {
  const { stdout } = await run('git', ['--version']);
  return { name: 'git', found: stdout.replace('git version', '').trim(), remedy: 'install git', required: false };
}

/**
 * @param {string} name
 * @param {string} [folder]
 * @returns {Finding}
 */
function packageVersion(name, folder = path.join('node_modules', name)) {
  const file = path.join(root, folder, 'package.json');
  const found = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : '';
  return { name, found, remedy: 'run `npm run setup`', required: true };
}

/** @returns {Finding} */
function built() {
  const found = existsSync(path.join(root, 'dist', 'src', 'index.js')) ? 'dist/' : '';
  return { name: 'build', found, remedy: 'run `npm run setup`', required: true };
}

/** @returns {Finding} */
function kernel() {
  try {
    const found = `${kernelName} (${checkKernel(root)}), found by JUPYTER_PATH=${root}`;
    return { name: 'kernel', found, required: true };
  } catch (error) {
    return { name: 'kernel', found: '', remedy: /** @type {Error} */ (error).message, required: true };
  }
}

/** @returns {Promise<Finding>} */
async function backend() {
  const name = 'tensor backend';
  const module = path.join(root, 'dist', 'src', 'numerics', 'backend.js');
  if (!existsSync(module)) return { name, found: '', remedy: 'run `npm run setup`', required: true };
  try {
    const { describeBackend } = await import(pathToFileURL(module).href);
    return { name, found: await describeBackend(), required: true };
  } catch (error) {
    return { name, found: '', remedy: /** @type {Error} */ (error).message, required: true };
  }
}

/** @returns {Promise<Finding>} */
async function python() {
  const program = which('python3') ?? which('python');
  const ran = program ? await run(program, ['--version']) : undefined;
  const remedy =
    ran && !ran.ok ? `${program} does not run (${reason(ran)})` : 'install Python 3.10 or newer to have Jupyter';
  return {
    name: 'Python',
    found: ran?.ok ? `${ran.stdout.trim().replace('Python ', '')} (${program})` : '',
    remedy,
    required: false,
  };
}

/** @returns {Promise<Finding>} */
async function jupyter() {
  const name = 'Jupyter';
  const result = await findJupyter();
  if ('missing' in result) {
    return { name, found: '', remedy: `\`npm run lab\` installs it. ${result.missing}`, required: false };
  }
  const { python, versions, frontEnd } = result;
  const title = frontEnd === 'lab' ? `JupyterLab ${versions.jupyterlab}` : `Notebook ${versions.notebook}`;
  return {
    name,
    found: `${title}, nbclient ${versions.nbclient}, nbconvert ${versions.nbconvert} (${python})`,
    required: false,
  };
}

/** @returns {Promise<Finding>} */
async function chromium() {
  const result = await findChromium();
  if ('missing' in result) return { name: 'Chromium', found: '', remedy: `${result.missing}`, required: false };
  return { name: 'Chromium', found: `${result.version} (${result.program})`, required: false };
}
