// npm run kernel:install: tells Jupyter clients where the kernel is, with absolute paths, for those that do not look into
// the project (VS Code without JUPYTER_PATH) or know nothing but {connection_file} (Zed, nteract).
//   --folder DIR   the folder of kernels to write to; default: Jupyter's own for this user
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { SetupFailure, command } from './workspace/failure.mjs';
import { checkKernel, kernelName } from './workspace/kernel-spec.mjs';
import { root } from './workspace/root.mjs';

/** Where Jupyter looks for a user's kernels. */
function userKernels() {
  if (process.env.JUPYTER_DATA_DIR) return path.join(process.env.JUPYTER_DATA_DIR, 'kernels');
  if (process.platform === 'darwin') return path.join(homedir(), 'Library', 'Jupyter', 'kernels');
  if (process.platform === 'win32' && process.env.APPDATA) return path.join(process.env.APPDATA, 'jupyter', 'kernels');
  return path.join(process.env.XDG_DATA_HOME ?? path.join(homedir(), '.local', 'share'), 'jupyter', 'kernels');
}

/** @returns {string} */
function folderOfKernels() {
  try {
    const { values } = parseArgs({ options: { folder: { type: 'string' } } });
    return path.resolve(values.folder ?? userKernels());
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    throw new SetupFailure(`${message.split('.')[0]}: npm run kernel:install takes --folder DIR.`, 2);
  }
}

await command(async () => {
  checkKernel(root);
  const source = path.join(root, 'kernels', kernelName);
  const launcher = path.join(root, 'dist', 'kernels', kernelName, 'launch.cjs');
  if (!existsSync(launcher))
    throw new SetupFailure(`The kernel is not built (${launcher} is missing): run npm run setup first.`);
  const folder = path.join(folderOfKernels(), kernelName);
  const spec = JSON.parse(readFileSync(path.join(source, 'kernel.json'), 'utf8'));
  // Written aside and put in place in one step: clients find the old description or the new one.
  const written = `${folder}.${process.pid}`;
  try {
    mkdirSync(written, { recursive: true });
    const absolute = { ...spec, argv: [process.execPath, launcher, '{connection_file}'] };
    writeFileSync(path.join(written, 'kernel.json'), `${JSON.stringify(absolute, null, 2)}\n`);
    rmSync(folder, { recursive: true, force: true });
    renameSync(written, folder);
  } catch (error) {
    rmSync(written, { recursive: true, force: true });
    throw new SetupFailure(`The kernel cannot be installed in ${folder}: ${/** @type {Error} */ (error).message}.`);
  }
  console.log(`kernel    ${kernelName} is installed in ${folder}; it runs ${launcher}`);
  return 0;
});
