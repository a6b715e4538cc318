import { chooseBackend, loadTensorFlow } from '../../../numerics/backend.js';
import { kernelEngine } from './kernel-engine.js';
import { tensorEngine } from './tensor-engine.js';
import type { NetworkEngine } from './network-engine.js';

/**
 * The engine of this process: WebAssembly kernels written for this network, which train it faster than native TensorFlow too
 * (see docs/benchmarks.md). The tensor library computes where `MODELPRED_BACKEND` asks for one of its other backends, or
 * where only plain JavaScript can run.
 *
 * @throws InputError if no tensor backend can run.
 */
export async function loadNetworkEngine(): Promise<NetworkEngine> {
  const tf = await loadTensorFlow();
  const { name, asked } = await chooseBackend();
  return name === 'wasm' || (name === 'tensorflow' && !asked) ? kernelEngine(tf) : tensorEngine(tf, name);
}
