// npm run lab: JupyterLab on notebooks/ with this project's kernel.
//   npm run lab -- [FOLDER] [--no-browser] [--port N]   other options go to Jupyter as they are
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setup } from './setup.mjs';
import { SetupFailure, command } from './workspace/failure.mjs';
import { ensureJupyter, jupyterEnvironment } from './workspace/jupyter.mjs';
import { kernelName } from './workspace/kernel-spec.mjs';
import { run } from './workspace/processes.mjs';
import { root } from './workspace/root.mjs';

await command(async () => {
  const { folder, options } = readArguments(process.argv.slice(2));
  await setup();
  const say = (/** @type {string} */ text) => console.log(`jupyter   ${text}`);
  const jupyter = await ensureJupyter(say);
  if ('missing' in jupyter) throw new SetupFailure(jupyter.missing);
  const { frontEnd, python, versions } = jupyter;
  const title = frontEnd === 'lab' ? `JupyterLab ${versions.jupyterlab}` : `Jupyter Notebook ${versions.notebook}`;
  say(`${title} on ${folder}; Ctrl-C ends it`);

  const env = jupyterEnvironment();
  writeSettings(env.JUPYTER_CONFIG_DIR ?? '');
  await trust(python, folder, env);
  return serve(python, [...(frontEnd === 'lab' ? labArguments(folder) : notebookArguments(folder)), ...options], env);
});

/**
 * @param {string[]} args
 * @returns {{ folder: string, options: string[] }}
 */
function readArguments(args) {
  const at = args.findIndex((arg, i) => !arg.startsWith('-') && args[i - 1] !== '--port');
  const folder = path.resolve(process.env.INIT_CWD ?? '.', at < 0 ? path.join(root, 'notebooks') : args[at]);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new SetupFailure(`There is no folder ${folder}: npm run lab -- [FOLDER] [--no-browser] [--port N].`, 2);
  }
  const options = args.filter((_, i) => i !== at);
  const port = options.indexOf('--port');
  if (port >= 0) options.splice(port, 2, `--port=${options[port + 1]}`);
  return { folder, options };
}

/** @param {string} folder */
function labArguments(folder) {
  return [
    ...['-m', 'jupyterlab', ...serverArguments()],
    `--ServerApp.root_dir=${folder}`,
    // Neither news nor updates nor the list of extensions are fetched: all works offline.
    '--LabApp.extension_manager=readonly',
    '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate',
  ];
}

/** @param {string} folder */
function notebookArguments(folder) {
  return ['-m', 'notebook', ...serverArguments(), `--NotebookApp.notebook_dir=${folder}`];
}

function serverArguments() {
  const kernel = `--MultiKernelManager.default_kernel_name=${kernelName}`;
  return ['--ip=127.0.0.1', '-y', kernel, ...(process.getuid?.() === 0 ? ['--allow-root'] : [])];
}

/**
 * JupyterLab asks at its first start whether it may fetch news; the answer here is no.
 *
 * @param {string} configDirectory
 */
function writeSettings(configDirectory) {
  const folder = path.join(configDirectory, 'labconfig');
  const settings = { '@jupyterlab/apputils-extension:notification': { fetchNews: 'false', checkForUpdates: false } };
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'default_setting_overrides.json'), JSON.stringify(settings, null, 2));
}

/**
 * The committed figures show before a cell is run: Jupyter hides SVG of notebooks that it does not trust.
 *
 * @param {string} python
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} env
 */
async function trust(python, folder, env) {
  const notebooks = readdirSync(folder).filter((name) => name.endsWith('.ipynb'));
  if (notebooks.length > 0) await run(python, ['-m', 'nbformat.sign', ...notebooks], { cwd: folder, env });
}

/**
 * Runs the server until it ends or is asked to; SIGTERM makes it stop its kernels and end, where SIGINT alone would ask.
 *
 * @param {string} python
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} exit code
 */
function serve(python, args, env) {
  return new Promise((resolve, reject) => {
    const server = spawn(python, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
    let stopping = false;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => {
        if (!stopping) server.kill('SIGTERM');
        stopping = true;
      });
    }
    server.on('error', reject);
    server.on('exit', (code) => resolve(stopping ? 0 : (code ?? 1)));
  });
}
