import assert from 'node:assert/strict';
import { logisticRegressionPenalties } from '../../../../src/prediction/modelpred/objectives/logistic-regression-penalties.js';
import { logisticRegressionTensors } from '../../../../src/prediction/modelpred/objectives/logistic-regression-tensors.js';
import { loadTensorFlow, type TensorFlow } from '../../../../src/numerics/backend.js';
import { randomStream } from '../../../../src/numerics/random.js';
import { exactTrainingLosses, needsObjective } from '../../../../src/prediction/modelpred/network/loss.js';
import { kernelEngine } from '../../../../src/prediction/modelpred/network/kernel-engine.js';
import { tensorEngine } from '../../../../src/prediction/modelpred/network/tensor-engine.js';
import { initialWeights, weightViews } from '../../../../src/prediction/modelpred/network/network-shape.js';
import {
  authorsArchitecture,
  improvedArchitecture,
  type LossSettings,
  modelPredLosses,
} from '../../../../src/prediction/modelpred/settings.js';
import type { Subsets } from '../../../../src/subsets/subsets.js';
import { encodePoints } from '../../../../src/prediction/modelpred/network/point-encoding.js';
import { networkShape } from './shapes.js';
import { cloudPool } from '../../../learners/pools.js';

const relativeDistance = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  assert.equal(a.length, b.length);
  const norm = (x: number[]): number => Math.sqrt(x.reduce((sum, v) => sum + v * v, 0));
  return norm(Array.from(a, (v, i) => v - b[i])) / norm(Array.from(b));
};

describe('the ModelPred network on WebAssembly kernels', function () {
  this.timeout(20_000);
  let tf: TensorFlow;
  before(async () => {
    tf = await loadTensorFlow();
  });

  // Sizes that do and do not fill blocks of 4 rows and 8 columns, more points than subsets and fewer.
  const cases = [
    { size: 9, dimension: 2, classCount: 2, count: 5 },
    { size: 8, dimension: 7, classCount: 2, count: 16 },
    { size: 7, dimension: 3, classCount: 3, count: 30 },
    { size: 33, dimension: 4, classCount: 5, count: 1 },
  ];
  const architectures = {
    authors: authorsArchitecture,
    improved: improvedArchitecture,
    'sizes without skip': { ...authorsArchitecture, sizeInputs: true, pointLayers: [16, 8] },
    'improved, with steps': improvedArchitecture,
    'skip without sizes': { ...improvedArchitecture, sizeInputs: false, biases: false, pooling: 'sum' as const },
  };
  const losses: Readonly<Record<string, LossSettings>> = {
    'parameter MSE': modelPredLosses['parameter MSE'],
    Huber: { ...modelPredLosses['parameter MSE'], huber: 0.7 },
    full: modelPredLosses.full,
    'mean square': modelPredLosses['stationarity + utility, mean square'],
  };
  const combinations = cases.flatMap((options) =>
    Object.entries(architectures).map(([name, architecture]) => ({ ...options, name, architecture })),
  );
  for (const { size, dimension, classCount, count, name: form, architecture } of combinations) {
    const pool = cloudPool({ size, dimension, classCount, seed: 1 });
    const p = (classCount === 2 ? 1 : classCount) * (dimension + 1);
    const stepInputs = form === 'improved, with steps' ? 5 : 0;
    const shape = networkShape(pool, p, architecture, stepInputs);
    const random = randomStream(count);
    const normal = (length: number): Float64Array => Float64Array.from({ length }, () => random.normal());
    // Far from their initial values, so that ELU bends and the head's bias matters.
    const weights = initialWeights(shape, 8).map((w) => 2 * w);
    weightViews(shape, weights)
      .slice(-1)
      .forEach((bias) => bias.set(normal(p)));
    const network = { shape, weights, points: encodePoints(pool), referenceSize: size };
    const multiplicities = Uint8Array.from({ length: count * size }, (_, k) => (k % size < 2 ? 1 : random.integer(3)));
    const subsets: Subsets = { count, poolSize: size, weights: multiplicities };
    const steps = Float32Array.from(normal(count * stepInputs));
    const batch = { subsets, parameters: normal(count * p), steps };

    describe(`${form}, ${size} points, ${count} subsets, ${p} parameters`, () => {
      it('predicts what the tensor library predicts', () => {
        const [actual, expected] = [kernelEngine(tf), tensorEngine(tf, 'cpu')].map((engine) =>
          engine.predict(network, { ...subsets, steps }),
        );
        assert.ok(relativeDistance(actual, expected) < 2e-6);
      });

      it('predicts subsets that have points once by tables of sums, among others as alone', () => {
        const mixed = subsets.weights.map((weight, k) =>
          Math.floor(k / size) % 2 === 0 ? Math.min(weight, 1) : weight,
        );
        const [actual, expected] = [kernelEngine(tf), tensorEngine(tf, 'cpu')].map((engine) =>
          engine.predict(network, { ...subsets, weights: mixed, steps }),
        );
        assert.ok(relativeDistance(actual, expected) < 2e-6);
        for (let b = 0; b < count; b++) {
          const weights = mixed.subarray(b * size, (b + 1) * size);
          const ownSteps = steps.subarray(b * stepInputs, (b + 1) * stepInputs);
          const alone = kernelEngine(tf).predict(network, { count: 1, poolSize: size, weights, steps: ownSteps });
          assert.deepEqual(alone, actual.slice(b * p, (b + 1) * p));
        }
      });

      it('has the gradient in real-valued weights of the tensor library, and of finite differences', () => {
        const weights = Float64Array.from({ length: count * size }, () => 0.2 + random.uniform());
        const cotangent = Float32Array.from(normal(count * p));
        const rows = { count, poolSize: size, weights, steps };
        const [actual, expected] = [kernelEngine(tf), tensorEngine(tf, 'cpu')].map((engine) =>
          engine.weightGradient(network, rows, cotangent),
        );
        assert.ok(relativeDistance(actual, expected) < 2e-5);
        const along = normal(count * size);
        const value = (h: number): number =>
          kernelEngine(tf)
            .predict(network, { ...rows, weights: weights.map((w, k) => w + h * along[k]) })
            .reduce((sum, output, k) => sum + output * cotangent[k], 0);
        const h = 0.005;
        const numeric = (value(h) - value(-h)) / (2 * h);
        const analytic = actual.reduce((sum, g, k) => sum + g * along[k], 0);
        const scale = Math.sqrt(actual.reduce((sum, g) => sum + g * g, 0));
        assert.ok(Math.abs(numeric - analytic) < 0.03 * scale, `${numeric} is not ${analytic}`);
      });

      for (const [name, settings] of Object.entries(losses)) {
        it(`has the loss and gradient of the tensor library: ${name}`, () => {
          const objective = needsObjective(settings) ? logisticRegressionTensors(tf, pool, 2) : undefined;
          const exactLosses = objective && exactTrainingLosses(tf, objective, subsets, batch.parameters);
          const expected = tensorEngine(tf, 'cpu').lossAndGradient(network, {
            ...batch,
            settings,
            objective,
            exactLosses,
          });
          const layers = weightViews(shape, expected.gradient);
          // Penalties differentiated by the tensor library, and by formulas.
          for (const penaltyObjective of objective ? [undefined, logisticRegressionPenalties(pool, 2)] : [undefined]) {
            for (const engine of [kernelEngine(tf), tensorEngine(tf, 'cpu')]) {
              const actual = engine.lossAndGradient(network, {
                ...batch,
                settings,
                objective,
                penaltyObjective,
                exactLosses,
              });
              assert.ok(Math.abs(actual.loss / expected.loss - 1) < 1e-5, `${actual.loss} is not ${expected.loss}`);
              weightViews(shape, actual.gradient).forEach((layer, l) => {
                const distance = relativeDistance(layer, layers[l]);
                assert.ok(distance < 2e-5, `layer ${l}: ${distance}`);
              });
            }
          }
        });
      }
    });
  }
});
