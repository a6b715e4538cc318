import assert from 'node:assert/strict';
import { logisticRegressionTensors } from '../../../../src/prediction/modelpred/objectives/logistic-regression-tensors.js';
import { loadTensorFlow } from '../../../../src/numerics/backend.js';
import { randomStream } from '../../../../src/numerics/random.js';
import { exactTrainingLosses, modelPredLoss } from '../../../../src/prediction/modelpred/network/loss.js';
import { tensorEngine } from '../../../../src/prediction/modelpred/network/tensor-engine.js';
import { initialWeights, weightViews } from '../../../../src/prediction/modelpred/network/network-shape.js';
import { type LossSettings, modelPredLosses } from '../../../../src/prediction/modelpred/settings.js';
import { addWeightPenalties } from '../../../../src/prediction/modelpred/training/weight-penalties.js';
import { encodePoints } from '../../../../src/prediction/modelpred/network/point-encoding.js';
import { networkShape } from './shapes.js';
import { cloudPool } from '../../../learners/pools.js';
import { naiveGradient, naiveObjective } from '../../../learners/linear/reference-logistic.js';
import { paddedNetwork } from './padded-network.js';

const C = 2;
const B = 3;
const nothing: LossSettings = {
  parameterError: 0,
  huber: null,
  stationarity: 0,
  utility: 0,
  decrement: 0,
  l1: 0,
  l2: 0,
  penalties: 'norm',
};
const norm = (x: Iterable<number>): number => {
  let squares = 0;
  for (const v of x) squares += v * v;
  return Math.sqrt(squares);
};
const mean = (x: readonly number[]): number => x.reduce((sum, v) => sum + v, 0) / x.length;

for (const classCount of [2, 3]) {
  const pool = cloudPool({ size: 5, dimension: 2, classCount, seed: 1 });
  const width = pool.dimension + 1;
  const p = (classCount === 2 ? 1 : classCount) * width;
  const shape = networkShape(pool, p);
  const points = encodePoints(pool);
  const weights = initialWeights(shape, 8);
  const subsets = Float32Array.of(1, 1, 1, 0, 1, 0, 1, 1, 1, 1, 2, 1, 1, 0, 0);
  const random = randomStream(9);
  const exact = Float64Array.from({ length: B * p }, () => random.normal());

  const rowOf = <T extends Float32Array | Float64Array>(array: T, b: number, length: number): T =>
    array.subarray(b * length, (b + 1) * length) as T;

  const sizes = Array.from({ length: B }, (_, b) => rowOf(subsets, b, pool.size).reduce((sum, w) => sum + w, 0));
  const trainingLoss = (b: number, theta: Float64Array): number => {
    const penalty = naiveObjective(pool, new Uint8Array(pool.size), theta, 1);
    return (naiveObjective(pool, rowOf(subsets, b, pool.size), theta, 1) - penalty) / sizes[b];
  };

  /** The loss from its definition, in float64 loops over subsets and points. */
  const lossTwin = (settings: LossSettings, network: Float64Array | Float32Array): number => {
    const predicted = sizes.map((_, b) => paddedNetwork(shape, network, points, rowOf(subsets, b, pool.size)));
    const lossGaps = predicted.map((theta, b) => trainingLoss(b, theta) - trainingLoss(b, rowOf(exact, b, p)));
    const gradients = predicted.map((theta, b) => naiveGradient(pool, rowOf(subsets, b, pool.size), theta, C));
    const squareOrLinear = (e: number): number =>
      settings.huber === null || Math.abs(e) <= settings.huber
        ? e * e
        : settings.huber * (2 * Math.abs(e) - settings.huber);
    const isIntercept = (j: number): boolean => j % width === width - 1;
    const stationarity =
      settings.penalties === 'norm'
        ? norm(gradients.flatMap((g) => g.filter((_, j) => !isIntercept(j)))) +
          norm(gradients.flatMap((g) => g.filter((_, j) => isIntercept(j))))
        : mean(gradients.flatMap((g, b) => g.map((v) => (v / (C * sizes[b])) ** 2)));
    const utility = settings.penalties === 'norm' ? norm(lossGaps) : mean(lossGaps.map((gap) => gap * gap));
    const matrices: Float64Array[] = [];
    let offset = 0;
    for (const view of weightViews(shape, weights).slice(0, -1)) {
      matrices.push(Float64Array.from(network.subarray(offset, offset + view.length)));
      offset += view.length;
    }
    return (
      settings.parameterError *
        mean(predicted.flatMap((theta, b) => Array.from(theta, (v, j) => squareOrLinear(v - exact[b * p + j])))) +
      settings.stationarity * stationarity +
      settings.utility * utility +
      settings.l1 * matrices.reduce((sum, matrix) => sum + matrix.reduce((s, w) => s + Math.abs(w), 0), 0) +
      settings.l2 * matrices.reduce((sum, matrix) => sum + norm(matrix), 0)
    );
  };

  const lossAndGradient = async (settings: LossSettings) => {
    const tf = await loadTensorFlow();
    const objective = logisticRegressionTensors(tf, pool, C);
    const subsetRows = { count: B, poolSize: pool.size, weights: Uint8Array.from(subsets) };
    const { loss, gradient } = tensorEngine(tf, 'cpu').lossAndGradient(
      { shape, weights, points, referenceSize: pool.size },
      {
        settings,
        objective,
        subsets: subsetRows,
        parameters: exact,
        exactLosses: exactTrainingLosses(tf, objective, subsetRows, exact),
      },
    );
    const [matrices, gradients] = [weights, gradient].map((array) => weightViews(shape, array).slice(0, -1));
    return { loss: loss + addWeightPenalties(settings, matrices, gradients), gradient };
  };

  describe(`the ModelPred loss, ${classCount} classes`, function () {
    this.timeout(20_000);
    const single: Readonly<Record<string, LossSettings>> = {
      'parameter error': { ...nothing, parameterError: 1 },
      'parameter error, Huber': { ...nothing, parameterError: 1, huber: 0.8 },
      'stationarity, norm': { ...nothing, stationarity: 0.7 },
      'stationarity, mean square': { ...nothing, stationarity: 0.7, penalties: 'mean-square' },
      'utility, norm': { ...nothing, utility: 1.3 },
      'utility, mean square': { ...nothing, utility: 1.3, penalties: 'mean-square' },
      L1: { ...nothing, parameterError: 1, l1: 0.01 },
      L2: { ...nothing, parameterError: 1, l2: 0.01 },
      full: modelPredLosses.full,
    };
    for (const [name, settings] of Object.entries(single)) {
      it(`${name}: value and gradient are those of plain loops and their finite differences`, async () => {
        const { loss, gradient } = await lossAndGradient(settings);
        const expected = lossTwin(settings, weights);
        assert.ok(Math.abs(loss - expected) <= 1e-5 * Math.abs(expected), `${loss} is not ${expected}`);
        // A few weights of every layer, the head's bias included.
        const scale = norm(gradient) / Math.sqrt(gradient.length);
        let offset = 0;
        for (const view of weightViews(shape, weights)) {
          for (const part of [0.1, 0.5, 0.9]) {
            const k = offset + Math.floor(part * view.length);
            const h = 1e-5;
            const shifted = (by: number): number => {
              const moved = Float64Array.from(weights);
              moved[k] += by;
              return lossTwin(settings, moved);
            };
            const numeric = (shifted(h) - shifted(-h)) / (2 * h);
            assert.ok(
              Math.abs(gradient[k] - numeric) <= 1e-4 * Math.max(scale, Math.abs(numeric)),
              `weight ${k}: ${gradient[k]} is not ${numeric}`,
            );
          }
          offset += view.length;
        }
      });
    }

    it('has no utility penalty where the prediction is exact', async () => {
      const tf = await loadTensorFlow();
      const objective = logisticRegressionTensors(tf, pool, C);
      const value = tf.tidy(() => {
        const target = tf.tensor2d(Float32Array.from(exact), [B, p]);
        const rows = { count: B, poolSize: pool.size, weights: Uint8Array.from(subsets) };
        const exactLosses = tf.tensor1d(exactTrainingLosses(tf, objective, rows, exact));
        const subsetWeights = tf.tensor2d(subsets, [B, pool.size]);
        const batch = { predicted: target, exact: target, subsetWeights, exactLosses };
        return modelPredLoss(tf, { ...nothing, utility: 1 }, batch, objective).dataSync()[0];
      });
      assert.ok(value < 1e-6);
    });
  });
}
