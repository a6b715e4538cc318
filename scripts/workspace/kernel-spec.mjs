import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { SetupFailure } from './failure.mjs';

/** Name of the kernel, as notebooks record it and Jupyter finds it in `kernels/` below the folder in JUPYTER_PATH. */
export const kernelName = 'modelpred';

/**
 * @param {string} root
 * @returns {string} the kernel's display name
 * @throws SetupFailure if the kernel's description or a file that it names is missing
 */
export function checkKernel(root) {
  const folder = path.join(root, 'kernels', kernelName);
  const file = path.join(folder, 'kernel.json');
  const remedy = 'restore it with `git checkout -- kernels`.';
  /** @type {{ argv: string[], display_name: string }} */
  let spec;
  try {
    spec = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new SetupFailure(
      `The kernel description ${file} cannot be read (${/** @type {Error} */ (error).message}): ${remedy}`,
    );
  }
  for (const part of spec.argv) {
    const needed = part.replace('{resource_dir}', folder);
    if (part.startsWith('{resource_dir}') && !existsSync(needed)) {
      throw new SetupFailure(`The kernel needs ${path.resolve(needed)}, which does not exist: ${remedy}`);
    }
  }
  return spec.display_name;
}
