import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadTensorFlow } from '../../src/numerics/backend.js';
import { randomStream } from '../../src/numerics/random.js';

const packageRoot = new URL('../../../', import.meta.url);
const backendModule = new URL('../../src/numerics/backend.js', import.meta.url).href;
const coreEntry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-core');

/** Runs a script in a process of its own, because a process chooses its backend once. */
function run(script: string, env: Readonly<Record<string, string>>): { out: string; err: string } {
  const inherited = { ...process.env };
  delete inherited.MODELPRED_BACKEND;
  delete inherited.MODELPRED_NATIVE;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    env: { ...inherited, ...env },
    cwd: packageRoot,
  });
  return { out: stdout.trim(), err: stderr.trim() };
}

const choose = `
  const { describeBackend, loadTensorFlow } = await import(${JSON.stringify(backendModule)});
  console.log(await describeBackend().catch((error) => error.name + ': ' + error.message));
`;

describe('the tensor backend', function () {
  this.timeout(30_000);
  const scratch = mkdtempSync(join(tmpdir(), 'modelpred-backend-'));
  after(() => rmSync(scratch, { recursive: true, force: true }));

  /** A folder laid out like `.native`, whose tfjs-node has this program. */
  const nativeFolder = (name: string, program: string, declaresBinding = true): string => {
    const folder = join(scratch, name, 'node_modules', '@tensorflow', 'tfjs-node');
    mkdirSync(folder, { recursive: true });
    const manifest = { name: '@tensorflow/tfjs-node', main: 'index.js', ...(declaresBinding ? { binary: {} } : {}) };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(folder, 'index.js'), program);
    return join(scratch, name);
  };

  it('is the one that MODELPRED_BACKEND asks for', () => {
    for (const name of ['wasm', 'cpu']) {
      assert.deepEqual(run(choose, { MODELPRED_BACKEND: name }), {
        out: `${name}: MODELPRED_BACKEND asks for it`,
        err: '',
      });
    }
  });

  it('refuses an unknown name with the known ones', () => {
    const { out } = run(choose, { MODELPRED_BACKEND: 'webgl' });
    assert.equal(out, 'InputError: MODELPRED_BACKEND is "webgl", which is no backend: use tensorflow, wasm, cpu.');
  });

  it('is WebAssembly where no native library is set up, the stand-in not counting as one', function () {
    if (existsSync(new URL('.native', packageRoot))) this.skip();
    assert.deepEqual(run(choose, {}), { out: 'wasm: no native TensorFlow is set up', err: '' });
    const { out } = run(choose, { MODELPRED_BACKEND: 'tensorflow' });
    assert.match(out, /^InputError: MODELPRED_BACKEND asks for the backend "tensorflow", but no native .* unset it/);
  });

  it('is native where a library registers itself, and says why not where it fails', () => {
    const register = `
      const tf = require(${JSON.stringify(coreEntry)});
      tf.registerBackend('tensorflow', () => new tf.KernelBackend());
    `;
    const described = (folder: string): string => run(choose, { MODELPRED_NATIVE: folder }).out;
    assert.equal(described(nativeFolder('good', register)), 'tensorflow: native TensorFlow is set up');
    assert.match(described(nativeFolder('broken', "throw new Error('no libtensorflow')")), /^wasm: .*no libtensorflow/);
    assert.match(described(nativeFolder('silent', '')), /^wasm: .*registers no native backend/);
    assert.doesNotMatch(described(nativeFolder('stand-in', register, false)), /^tensorflow: .*stand-in/);
  });

  it('prints nothing and leaves error handling to the program', () => {
    const script = `${choose}
      const tf = await loadTensorFlow();
      tf.matMul(tf.ones([2, 2]), tf.ones([2, 2])).dataSync();
      console.log(process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection'));
    `;
    for (const name of ['wasm', 'cpu']) {
      const { out, err } = run(script, { MODELPRED_BACKEND: name });
      assert.equal(out, `${name}: MODELPRED_BACKEND asks for it\n0`);
      assert.equal(err, '');
    }
  });

  it('is not loaded by importing the package', () => {
    const script = `
      await import(${JSON.stringify(new URL('../../src/index.js', import.meta.url).href)});
      const { createRequire } = await import('node:module');
      const loaded = Object.keys(createRequire(${JSON.stringify(backendModule)}).cache);
      console.log(loaded.filter((file) => file.includes('@tensorflow')).length);
    `;
    assert.deepEqual(run(script, {}), { out: '0', err: '' });
  });

  it('multiplies matrices taken transposed as loops do', async () => {
    const tf = await loadTensorFlow();
    const random = randomStream(1);
    const draw = (length: number): Float32Array => Float32Array.from({ length }, () => random.normal());
    const [batch, m, k, n] = [2, 3, 5, 4];
    for (const [transposeA, transposeB] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ]) {
      const a = draw(batch * m * k);
      const b = draw(batch * k * n);
      const expected = new Float64Array(batch * m * n);
      for (let q = 0; q < batch; q++)
        for (let i = 0; i < m; i++)
          for (let j = 0; j < n; j++)
            for (let l = 0; l < k; l++)
              expected[(q * m + i) * n + j] +=
                a[q * m * k + (transposeA ? l * m + i : i * k + l)] *
                b[q * k * n + (transposeB ? j * k + l : l * n + j)];
      const before = tf.memory().numTensors;
      const actual = tf.tidy(() => {
        const A = tf.tensor3d(a, transposeA ? [batch, k, m] : [batch, m, k]);
        const B = tf.tensor3d(b, transposeB ? [batch, n, k] : [batch, k, n]);
        return tf.matMul(A, B, transposeA, transposeB).dataSync();
      });
      assert.equal(tf.memory().numTensors, before);
      actual.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-5));
    }
  });
});
