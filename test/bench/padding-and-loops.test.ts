import assert from 'node:assert/strict';
import { loopedLossAndGradient, paddedLossAndGradient } from '../../scripts/bench/padding-and-loops.js';
import { loadTensorFlow } from '../../src/numerics/backend.js';
import { randomStream } from '../../src/numerics/random.js';
import { kernelEngine } from '../../src/prediction/modelpred/network/kernel-engine.js';
import { initialWeights, type NetworkShape } from '../../src/prediction/modelpred/network/network-shape.js';
import { authorsArchitecture, modelPredLosses } from '../../src/prediction/modelpred/settings.js';
import { bootstrapSubsets } from '../../src/subsets/bootstrap.js';

describe('the padding-and-loops baseline of the benchmark', () => {
  it('comes to the loss and gradient of the engine', async () => {
    const engine = kernelEngine(await loadTensorFlow());
    const shape: NetworkShape = { architecture: authorsArchitecture, inputs: 4, outputs: 5 };
    const stream = randomStream(1, 'padding');
    const points = Float32Array.from({ length: 12 * 4 }, () => stream.normal());
    const parameters = Float64Array.from({ length: 3 * 5 }, () => stream.normal());
    const subsets = bootstrapSubsets({ poolSize: 12, count: 3, seed: 2 });
    const network = { shape, weights: initialWeights(shape, 3), points, referenceSize: 12 };
    const settings = modelPredLosses['parameter MSE'];
    const expected = engine.lossAndGradient(network, { settings, subsets, parameters });
    const largest = expected.gradient.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    for (const actual of [
      paddedLossAndGradient(engine, network, settings, subsets, parameters),
      loopedLossAndGradient(network, subsets, parameters),
    ]) {
      assert.ok(Math.abs(actual.loss - expected.loss) <= 1e-5 * expected.loss);
      expected.gradient.forEach((value, k) => assert.ok(Math.abs(actual.gradient[k] - value) <= 1e-5 * largest));
    }
  });
});
