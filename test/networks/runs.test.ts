import assert from 'node:assert/strict';
import {
  forwardRun,
  initialParameters,
  pointGradients,
  recordRun,
  trainNetwork,
  trainNetworks,
  type Optimiser,
  type Training,
} from '../../src/index.js';
import { networks, perceptron, randomPoints, randomVector, relativeDifference } from './networks.js';

const network = perceptron(4, [6], 3);
const gelu = perceptron(4, [6], 3, 'gelu');
const pool = randomPoints(network.input, 13, 3);
const optimisers: Readonly<Record<string, Optimiser>> = {
  momentum: { kind: 'sgd', momentum: 0.9, weightDecay: 1e-3 },
  'plain descent': { kind: 'sgd', momentum: 0 },
  Adam: { kind: 'adam', weightDecay: 1e-2 },
  AdamW: { kind: 'adam', weightDecay: 1e-2, decoupled: true },
};
const precision = 'float64';

function trainingWith(optimiser: Optimiser, more: Partial<Training> = {}): Training {
  const learningRate = optimiser.kind === 'adam' ? 0.01 : 0.1;
  return { optimiser, learningRate, steps: 23, batchSize: 5, seed: 4, schedule: 'one cycle', ...more };
}

describe('derivatives of a training run', () => {
  for (const [name, optimiser] of Object.entries(optimisers)) {
    for (const normalisation of ['subset', 'batch'] as const) {
      it(`${name}, divided by ${normalisation}: both modes equal differences of whole trainings and each other`, async () => {
        const training = trainingWith(optimiser, { normalisation });
        const weights = Float64Array.from({ length: 13 }, (_, i) => [1, 0, 2, 1][i % 4]);
        const run = { network: name === 'Adam' ? gelu : network, pool, training, weights, precision } as const;
        const gradients = randomVector(2 * initialParameters(run.network, 0).length, 7);
        const recorded = await recordRun({ ...run, memory: 0 });
        const scores = await recorded.reverse(gradients);
        assert.deepEqual(recorded.parameters, await trainNetwork(run));
        const p = recorded.parameters.length;
        const changes = new Float64Array(13 * 13);
        for (let i = 0; i < 13; i++) changes[i * 13 + i] = 1;
        const forward = await forwardRun({ ...run, changes });
        assert.deepEqual(forward.parameters, recorded.parameters);
        const outputs = (parameters: Float64Array, m: number): number =>
          parameters.reduce((sum, value, j) => sum + value * gradients[m * p + j], 0);
        const expected = new Float64Array(2 * 13);
        const differences = new Float64Array(2 * 13);
        for (let i = 0; i < 13; i++) {
          const at = async (step: number): Promise<Float64Array> =>
            trainNetwork({ ...run, weights: weights.map((value, k) => value + (k === i ? step : 0)) });
          const step = weights[i] > 0 ? 1e-5 : 0;
          const [up, down] = [await at(1e-5), await at(-step)];
          for (const m of [0, 1]) {
            expected[m * 13 + i] = outputs(forward.tangents.subarray(i * p, (i + 1) * p), m);
            differences[m * 13 + i] = (outputs(up, m) - outputs(down, m)) / (1e-5 + step);
          }
        }
        assert.ok(relativeDifference(scores, expected) < 1e-8, 'reverse and forward');
        const error = relativeDifference(scores, differences);
        assert.ok(error < 1e-4, `differences: ${error}`);
      });
    }
  }

  for (const name of ['residual convolutions', 'pooled convolutions', 'transformer']) {
    it(`${name}: both modes equal each other and differences of whole trainings, dropout and all`, async () => {
      const points = randomPoints(networks[name].input, 13, 3);
      const run = {
        network: networks[name],
        pool: points,
        training: trainingWith({ kind: 'sgd' }, { steps: 6 }),
        precision,
      } as const;
      const recorded = await recordRun(run);
      const gradient = randomVector(recorded.parameters.length, 2);
      const change = randomVector(13, 5);
      const scores = await recorded.reverse(gradient);
      const along = scores.reduce((sum, score, i) => sum + score * change[i], 0);
      const { tangents } = await forwardRun({ ...run, changes: change });
      const forward = tangents.reduce((sum, value, j) => sum + value * gradient[j], 0);
      assert.ok(Math.abs(along - forward) < 1e-8 * Math.abs(along));
      const outputAt = async (step: number): Promise<number> => {
        const moved = await trainNetwork({ ...run, weights: change.map((value) => 1 + step * value) });
        return moved.reduce((sum, value, j) => sum + value * gradient[j], 0);
      };
      const difference = ((await outputAt(1e-5)) - (await outputAt(-1e-5))) / 2e-5;
      assert.ok(Math.abs(along - difference) < 1e-4 * Math.abs(along));
    });
  }

  it('does not depend on where checkpoints are', async () => {
    const run = { network, pool, training: trainingWith({ kind: 'adam' }), precision } as const;
    const [many, few] = [await recordRun(run), await recordRun({ ...run, memory: 0 })];
    const gradients = randomVector(many.parameters.length, 3);
    assert.ok(few.copyBytes < many.copyBytes);
    assert.deepEqual(await many.reverse(gradients), await few.reverse(gradients));
  });
});

describe('training of networks', () => {
  it('gives a model the same bytes whatever is trained beside it, and keeps checkpoints', async () => {
    const training = trainingWith({ kind: 'sgd' });
    const weights = Uint8Array.from({ length: 3 * 13 }, (_, k) => (k * 7) % 3);
    const options = { network, pool, training, checkpoints: [0, 10] } as const;
    const all = await trainNetworks({ ...options, weights });
    const alone = await trainNetworks({ ...options, weights: weights.subarray(13, 26) });
    const p = alone.parameters.length;
    assert.deepEqual(all.parameters.subarray(p, 2 * p), alone.parameters);
    assert.deepEqual(all.checkpoints[1].subarray(p, 2 * p), alone.checkpoints[1]);
    assert.deepEqual(alone.checkpoints[0], Float64Array.from(Float32Array.from(initialParameters(network, 4))));
  });

  it('learns what can be learned', async () => {
    const training = trainingWith({ kind: 'adam' }, { steps: 400 });
    const wide = perceptron(4, [32], 3);
    const parameters = await trainNetwork({ network: wide, pool, training });
    const { values } = await pointGradients({ network: wide, points: pool, parameters, output: 'margin' });
    assert.ok(values.every((margin) => margin > 0));
  });
});
