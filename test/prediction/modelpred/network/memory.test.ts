import assert from 'node:assert/strict';
import { logisticRegression } from '../../../../src/learners/linear/logistic-regression.js';
import { loadTensorFlow } from '../../../../src/numerics/backend.js';
import { networkKernels } from '../../../../src/numerics/network-kernels.js';
import { exactTrainingLosses } from '../../../../src/prediction/modelpred/network/loss.js';
import { kernelEngine } from '../../../../src/prediction/modelpred/network/kernel-engine.js';
import { tensorEngine } from '../../../../src/prediction/modelpred/network/tensor-engine.js';
import { initialWeights } from '../../../../src/prediction/modelpred/network/network-shape.js';
import { trainingObjective } from '../../../../src/prediction/modelpred/objectives/training-objective.js';
import { encodePoints } from '../../../../src/prediction/modelpred/network/point-encoding.js';
import { modelPredLosses } from '../../../../src/prediction/modelpred/settings.js';
import { uniformSizeSubsets } from '../../../../src/subsets/uniform-size.js';
import { cloudPool } from '../../../learners/pools.js';
import { networkShape } from './shapes.js';

describe('the memory of a training', function () {
  this.timeout(20_000);
  const pool = cloudPool({ size: 20, dimension: 3, classCount: 2, seed: 1 });
  const shape = networkShape(pool, 4);
  const network = { shape, weights: initialWeights(shape, 1), points: encodePoints(pool), referenceSize: pool.size };
  const subsets = uniformSizeSubsets({ poolSize: 20, count: 8, minimumSize: 4, seed: 1, labels: pool.labels });
  const learner = logisticRegression();

  it('is the same after every step, tensors and kernels alike', async () => {
    const tf = await loadTensorFlow();
    const against = trainingObjective(learner, 'The test');
    const objective = against.tensors(tf, pool);
    const parameters = new Float64Array(8 * 4).fill(0.1);
    const exactLosses = exactTrainingLosses(tf, objective, subsets, parameters);
    const batch = { settings: modelPredLosses.full, objective, subsets, parameters, exactLosses };
    for (const engine of [tensorEngine(tf, 'cpu'), kernelEngine(tf)]) {
      for (const penaltyObjective of [undefined, against.penalties(pool)]) {
        const step = (): void => {
          engine.lossAndGradient(network, { ...batch, penaltyObjective });
          engine.predict(network, subsets);
          engine.weightGradient(
            network,
            { ...subsets, weights: Float64Array.from(subsets.weights) },
            new Float32Array(8 * 4),
          );
        };
        step();
        const tensors = tf.memory().numTensors;
        const bytes = networkKernels(1).numbers.byteLength;
        for (let k = 0; k < 5; k++) step();
        assert.equal(tf.memory().numTensors, tensors);
        assert.equal(networkKernels(1).numbers.byteLength, bytes);
      }
    }
  });
});
