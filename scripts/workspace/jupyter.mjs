import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { canInstall, installDebianPackages } from './debian.mjs';
import { atLeast } from './node-version.mjs';
import { reason, run, which } from './processes.mjs';
import { root } from './root.mjs';
import { digest, once } from './stamp.mjs';

/** The oldest versions that are known to work, by the names of the Python packages. */
export const minimum = {
  execution: { nbclient: '0.7', nbconvert: '6.5', 'jupyter-client': '7.4' },
  lab: { jupyterlab: '4.0' },
  notebook: { notebook: '6.4' },
};
const wheels = ['jupyterlab==4.6.4', 'nbclient', 'nbconvert', 'ipykernel'];
const executionPackages = ['jupyter-nbconvert', 'python3-nbclient', 'jupyter-client', 'python3-ipykernel'];
const venv = path.join(root, '.venv');
const venvPython = path.join(venv, ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']));
const remedy =
  'install Python 3.10 or newer with its venv module (or JupyterLab 4 itself: `pip install jupyterlab`), then run the command again.';

/**
 * @typedef {object} Jupyter an installation that can execute notebooks and show them
 * @property {string} python the Python that has it
 * @property {'lab' | 'notebook'} frontEnd JupyterLab, or the classic Jupyter Notebook 6
 * @property {Record<string, string>} versions of its Python packages
 */

/**
 * Finds an installation that is new enough: the project's own (.venv), else the one that PATH or the system has. JupyterLab
 * goes before the classic Notebook.
 *
 * @returns {Promise<Jupyter | { missing: string }>}
 */
export async function findJupyter() {
  const seen = [];
  /** @type {Jupyter | undefined} */
  let classic;
  for (const python of candidates()) {
    const versions = await versionsOf(python);
    if (!versions) continue;
    seen.push(python);
    if (!has(versions, minimum.execution)) continue;
    if (has(versions, minimum.lab)) return { python, frontEnd: 'lab', versions };
    if (has(versions, minimum.notebook)) classic ??= { python, frontEnd: 'notebook', versions };
  }
  if (classic) return classic;
  const where = seen.length === 0 ? 'no Python was found' : `not in ${seen.join(', ')}`;
  return { missing: `There is no JupyterLab 4 (or Notebook 6.4) with nbclient and nbconvert (${where}): ${remedy}` };
}

/**
 * {@link findJupyter}, installing what is missing: JupyterLab into .venv with pip, else, as root and if there is no classic
 * Notebook either, the distribution's packages.
 *
 * @param {(text: string) => void} say
 * @returns {Promise<Jupyter | { missing: string }>}
 */
export async function ensureJupyter(say) {
  let found = await findJupyter();
  const failures = [];
  for (const install of [installInVenv, installFromDistribution]) {
    const enough = 'python' in found && (found.frontEnd === 'lab' || install === installFromDistribution);
    if (enough) return found;
    const failure = await install(say);
    if (failure) {
      say(`not possible: ${failure}`);
      failures.push(failure);
    } else {
      found = await findJupyter();
    }
  }
  return 'python' in found ? found : { missing: `Jupyter could not be installed (${failures.join('; ')}): ${remedy}` };
}

/**
 * The environment in which Jupyter finds this project's kernel and keeps all that it writes inside the project.
 *
 * @returns {NodeJS.ProcessEnv}
 */
export function jupyterEnvironment() {
  const own = path.join(root, '.cache', 'jupyter');
  return {
    ...process.env,
    JUPYTER_PATH: [root, ...(process.env.JUPYTER_PATH ? [process.env.JUPYTER_PATH] : [])].join(path.delimiter),
    JUPYTER_CONFIG_DIR: path.join(own, 'config'),
    JUPYTER_DATA_DIR: path.join(own, 'data'),
    JUPYTER_RUNTIME_DIR: path.join(own, 'runtime'),
    IPYTHONDIR: path.join(own, 'ipython'),
    JUPYTER_PLATFORM_DIRS: '1',
    PYTHONWARNINGS: 'ignore',
  };
}

/** @returns {string[]} Pythons that may have Jupyter, best first */
function candidates() {
  const jupyter = which('jupyter');
  const interpreter = jupyter && /^#!\s*(\/\S*python\S*)/.exec(readFileSync(jupyter, 'latin1'))?.[1];
  const all = [venvPython, interpreter, which('python3'), which('python'), '/usr/bin/python3'];
  return [...new Set(all.filter((python) => python !== undefined && python !== '' && existsSync(python)))].map(String);
}

/**
 * @param {string} python
 * @returns {Promise<Record<string, string> | undefined>} undefined if it does not run
 */
async function versionsOf(python) {
  const packages = Object.keys({ ...minimum.execution, ...minimum.lab, ...minimum.notebook });
  const program = `
import json, sys
from importlib.metadata import version, PackageNotFoundError
found = {"python": sys.version.split()[0]}
for name in ${JSON.stringify(packages)}:
    try:
        found[name] = version(name)
    except PackageNotFoundError:
        pass
print(json.dumps(found))`;
  const { ok, stdout } = await run(python, ['-c', program], { timeoutSeconds: 30 });
  return ok ? JSON.parse(stdout) : undefined;
}

/**
 * @param {Record<string, string>} versions
 * @param {Record<string, string>} wanted
 */
function has(versions, wanted) {
  return Object.entries(wanted).every(([name, version]) => versions[name] && atLeast(versions[name], version));
}

/**
 * @param {(text: string) => void} say
 * @returns {Promise<string | undefined>} why it failed, or undefined
 */
async function installInVenv(say) {
  const python = which('python3') ?? which('python');
  if (!python) return 'there is no Python on PATH';
  let failure = '';
  await once(path.join(venv, '.modelpred-jupyter'), digest([['wheels', wheels.join(' ')]]), async () => {
    rmSync(venv, { recursive: true, force: true });
    say(`python -m venv .venv, then pip install ${wheels.join(' ')}`);
    const created = await run(python, ['-m', 'venv', venv], { timeoutSeconds: 120 });
    // Where the index cannot be reached, pip's defaults would try each package for minutes.
    const options = ['--retries', '0', '--timeout', '10', '--disable-pip-version-check', '--no-input', '-q'];
    const args = ['-m', 'pip', 'install', ...options, ...wheels];
    const installed = created.ok ? await run(venvPython, args, { cwd: root, timeoutSeconds: 900 }) : created;
    // JupyterLab runs a CommonJS file with Node.js, which would take it for an ES module by the project's package.json.
    if (installed.ok) writeFileSync(path.join(venv, 'package.json'), '{ "type": "commonjs" }\n');
    else failure = `${created.ok ? 'pip' : 'python -m venv'}: ${reason(installed)}`;
  });
  if (failure) rmSync(venv, { recursive: true, force: true });
  return failure || undefined;
}

/**
 * @param {(text: string) => void} say
 * @returns {Promise<string | undefined>} why it failed, or undefined
 */
async function installFromDistribution(say) {
  if (!canInstall()) return 'the distribution’s packages need root on Debian or Ubuntu';
  const frontEnds = ['jupyterlab', 'jupyter-notebook'];
  return installDebianPackages(
    frontEnds.map((frontEnd) => [frontEnd, ...executionPackages]),
    say,
  );
}
