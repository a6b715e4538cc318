import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { InputError } from '../errors.js';

/** The tensor library, TensorFlow.js core: loaded on first use, so that importing this package stays light. */
export type TensorFlow = typeof import('@tensorflow/tfjs-core');

/** `tensorflow`: native library; `wasm`: WebAssembly with SIMD; `cpu`: plain JavaScript. Fastest first. */
export type BackendName = 'tensorflow' | 'wasm' | 'cpu';

/** Which engine computes with tensors in this process, and why this one. */
export interface BackendChoice {
  readonly name: BackendName;
  /** A clause for people, e.g. `no native TensorFlow is set up`. */
  readonly reason: string;
  /** Whether `MODELPRED_BACKEND` asks for it. */
  readonly asked: boolean;
}

const backendNames: readonly BackendName[] = ['tensorflow', 'wasm', 'cpu'];
const packageRoot = fileURLToPath(new URL('../../..', import.meta.url));

let started: Promise<{ tf: TensorFlow; choice: BackendChoice }> | undefined;

function start(): Promise<{ tf: TensorFlow; choice: BackendChoice }> {
  return (started ??= startBackend());
}

/**
 * The tensor library with the chosen backend active.
 *
 * @throws InputError if the backend that `MODELPRED_BACKEND` asks for is unknown or cannot run.
 */
export async function loadTensorFlow(): Promise<TensorFlow> {
  return (await start()).tf;
}

/**
 * Chooses the tensor backend, once per process: native TensorFlow where a real `@tensorflow/tfjs-node` is set up, else
 * WebAssembly, else plain JavaScript. The environment variable `MODELPRED_BACKEND` (`tensorflow`, `wasm` or `cpu`) forces
 * one; `MODELPRED_NATIVE` names a folder with `node_modules/@tensorflow/tfjs-node` to be tried before the package's own
 * `.native` folder.
 *
 * @throws InputError if the backend that `MODELPRED_BACKEND` asks for is unknown or cannot run.
 */
export async function chooseBackend(): Promise<BackendChoice> {
  return (await start()).choice;
}

/** The chosen backend and the reason in one line, e.g. `wasm: no native TensorFlow is set up`. */
export async function describeBackend(): Promise<string> {
  const { name, reason } = await chooseBackend();
  return `${name}: ${reason}`;
}

async function startBackend(): Promise<{ tf: TensorFlow; choice: BackendChoice }> {
  const forced = forcedBackend();
  // Read by the native library when it loads. One thread per process: work is split among workers, and two threaded
  // engines on few cores slow each other down many times.
  process.env.TF_NUM_INTRAOP_THREADS ??= '1';
  process.env.TF_NUM_INTEROP_THREADS ??= '1';
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  const tf = await import('@tensorflow/tfjs-core');
  tf.enableProdMode();
  // In Node the core bundle carries no gradients; the layers bundle registers them with the engine that both share.
  await import('@tensorflow/tfjs-layers');

  if (forced !== undefined) {
    const problem = await startByName[forced](tf);
    if (problem === undefined)
      return { tf, choice: { name: forced, reason: 'MODELPRED_BACKEND asks for it', asked: true } };
    throw new InputError(
      `MODELPRED_BACKEND asks for the backend "${forced}", but ${problem}; unset it, or name another backend.`,
    );
  }
  const problems: string[] = [];
  for (const name of backendNames) {
    const problem = await startByName[name](tf);
    if (problem === undefined) {
      return { tf, choice: { name, reason: problems.join('; ') || 'native TensorFlow is set up', asked: false } };
    }
    problems.push(problem);
  }
  throw new InputError(`No tensor backend can run here: ${problems.join('; ')}; reinstall the package.`);
}

function forcedBackend(): BackendName | undefined {
  const asked = process.env.MODELPRED_BACKEND;
  if (asked === undefined || asked === '') return undefined;
  const known = backendNames.find((name) => name === asked);
  if (known === undefined) {
    throw new InputError(`MODELPRED_BACKEND is "${asked}", which is no backend: use ${backendNames.join(', ')}.`);
  }
  return known;
}

/** Each tries to make its backend the active one; the answer is what prevents it, or undefined when it runs. */
const startByName: Readonly<Record<BackendName, (tf: TensorFlow) => Promise<string | undefined>>> = {
  tensorflow: startNative,
  wasm: startWasm,
  cpu: startCpu,
};

async function startNative(tf: TensorFlow): Promise<string | undefined> {
  const folder = nativeFolder();
  if (folder === undefined) return 'no native TensorFlow is set up';
  try {
    // Another copy of the library, but every copy in a process registers with one and the same engine.
    createRequire(import.meta.url)(folder);
    if (tf.findBackendFactory('tensorflow') === null) return `${folder} registers no native backend`;
    return (await tf.setBackend('tensorflow')) ? undefined : `native TensorFlow in ${folder} does not start`;
  } catch (error) {
    return `native TensorFlow in ${folder} does not load (${firstLine(error)})`;
  }
}

/** The folder of a real `@tensorflow/tfjs-node`; a stand-in without a native binding does not count. */
function nativeFolder(): string | undefined {
  const homes = [process.env.MODELPRED_NATIVE, join(packageRoot, '.native')].filter((home) => home !== undefined);
  const folders = homes.map((home) => join(home, 'node_modules', '@tensorflow', 'tfjs-node'));
  try {
    folders.push(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node/package.json')));
  } catch {
    // Not installed, which is the usual case.
  }
  return folders.find(hasNativeBinding);
}

function hasNativeBinding(folder: string): boolean {
  const manifest = join(folder, 'package.json');
  // node-pre-gyp packages declare where their binding is; the stand-in has nothing to declare.
  return existsSync(manifest) && 'binary' in (JSON.parse(readFileSync(manifest, 'utf8')) as object);
}

async function startWasm(tf: TensorFlow): Promise<string | undefined> {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = new Map(events.map((event) => [event, process.rawListeners(event)]));
  try {
    await import('@tensorflow/tfjs-backend-wasm');
    if (!(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'))) return 'this Node has no WebAssembly SIMD';
    if (!(await tf.setBackend('wasm'))) return 'the WebAssembly backend does not start';
    multiplyTransposedFast(tf);
    return undefined;
  } catch (error) {
    return `the WebAssembly backend does not load (${firstLine(error)})`;
  } finally {
    // The WebAssembly loader installs process-wide handlers that rethrow; errors belong to the host program's handlers.
    for (const event of events) {
      for (const listener of process.rawListeners(event)) {
        if (!before.get(event)?.includes(listener)) process.removeListener(event, listener as () => void);
      }
    }
  }
}

/**
 * The WebAssembly product of matrices is some thirty times slower where an operand is taken transposed, and the gradient of
 * every product takes one so. Transposing explicitly first costs almost nothing and removes that.
 */
function multiplyTransposedFast(tf: TensorFlow): void {
  const multiply = tf.getKernel('BatchMatMul', 'wasm').kernelFunc;
  const transpose = tf.getKernel('Transpose', 'wasm').kernelFunc;
  const kernelFunc: KernelFunc = ({ inputs, attrs, backend }) => {
    const temporary: TensorInfo[] = [];
    const transposed = (x: TensorInfo): TensorInfo => {
      const perm = x.shape.map((_, axis) => axis);
      perm.push(...perm.splice(-2).reverse());
      const result = transpose({ inputs: { x }, attrs: { perm }, backend }) as TensorInfo;
      temporary.push(result);
      return result;
    };
    const a = attrs?.transposeA ? transposed(inputs.a as TensorInfo) : inputs.a;
    const b = attrs?.transposeB ? transposed(inputs.b as TensorInfo) : inputs.b;
    const product = multiply({ inputs: { a, b }, attrs: { ...attrs, transposeA: false, transposeB: false }, backend });
    for (const { dataId } of temporary) (backend as { disposeData(id: object): boolean }).disposeData(dataId);
    return product;
  };
  tf.unregisterKernel('BatchMatMul', 'wasm');
  tf.registerKernel({ kernelName: 'BatchMatMul', backendName: 'wasm', kernelFunc });
}

async function startCpu(tf: TensorFlow): Promise<string | undefined> {
  try {
    await import('@tensorflow/tfjs-backend-cpu');
    return (await tf.setBackend('cpu')) ? undefined : 'the plain JavaScript backend does not start';
  } catch (error) {
    return `the plain JavaScript backend does not load (${firstLine(error)})`;
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0].trim();
}
