import { strict as assert } from 'node:assert';
import type { Dataset } from '../../src/data/index.js';
import type { MethodId } from '../../src/evaluation/methods.js';
import {
  accuracyTable,
  costAccuracyRows,
  frontierTable,
  predictingModelsClaims,
  type PredictingModelsResult,
} from '../../src/experiments/predicting-models/index.js';

const points: Dataset = {
  name: 'two points',
  size: 2,
  dimension: 1,
  features: Float64Array.of(0, 1),
  labels: Uint8Array.of(0, 1),
  classes: ['no', 'yes'],
  featureNames: ['x'],
};

/** A method's trials: errors on two held-out subsets, one list a seed, and seconds of labels, training and prediction. */
const trials = (method: MethodId, seconds: readonly number[], ...errors: readonly (readonly number[])[]) => ({
  method,
  trials: errors.map((own) => ({
    errors: Float64Array.from(own),
    logLosses: Float64Array.of(0.1, 0.2),
    logLossCorrelation: 1,
    accuracyCorrelation: 1,
    agreement: 1,
    seconds: { labels: seconds[0], training: seconds[1], prediction: seconds[2] },
  })),
});

const result: PredictingModelsResult = {
  problem: {
    title: 'iris 0/1',
    pool: points,
    test: points,
    scaling: { kind: 'standardise', shift: [0], scale: [1] },
    minimumSize: 1,
    learner: 'logistic regression',
    parameterCount: 2,
  },
  sizes: Float64Array.of(1, 2),
  exactLogLosses: Float64Array.of(0.1, 0.2),
  largestResidual: 1e-9,
  retrainedModels: 6,
  exactSeconds: 4,
  methods: [
    trials('newton', [0, 1, 2], [0.2, 0.4]),
    trials('plain', [1, 1, 1], [0.02, 0.06], [0.04, 0.08]),
    trials('weightPenalties', [1, 1, 1], [1, 1], [1, 1]),
    trials('improved', [2, 2, 0], [0.01, 0.01], [0.01, 0.03]),
  ],
  seed: 1,
};

describe('tables and claims of predicted models, from numbers made by hand', () => {
  it('average over seeds and leave the ablation out', () => {
    const rows = accuracyTable([result]);
    assert.deepEqual(
      rows.map(({ method }) => method),
      ['one Newton step', 'ModelPred (parameter MSE)', 'ModelPred (improved)'],
    );
    const plain = rows[1];
    assert.ok(Math.abs(plain['relative error'] - 0.05) < 1e-12);
    assert.ok(Math.abs(plain['lowest seed'] - 0.04) < 1e-12 && Math.abs(plain['highest seed'] - 0.06) < 1e-12);
  });
  it('say from how many models a method is cheaper than retraining', () => {
    const from = frontierTable([result]).map((row) => row['cheaper than retraining from (models)']);
    // Saved per model: (4 − 2) / 2, (4 − 1) / 2, (4 − 0) / 2; spent before: 1, 2, 4.
    assert.deepEqual(from, [1, 2, 2, null]);
    assert.deepEqual(
      costAccuracyRows([result]).map(({ onlineSeconds, totalSeconds }) => [onlineSeconds, totalSeconds]),
      [
        [2, 3],
        [1, 3],
        [0, 4],
        [4, 4],
      ],
    );
  });
  it('state only what was compared, and the whole interval decides', () => {
    const claims = predictingModelsClaims([result], 'quick');
    const verdict = (start: string) => claims.find(({ id }) => id.startsWith(start))?.verdict;
    assert.equal(verdict('exact-retraining'), 'holds');
    // .05 on average, but its interval reaches past .06.
    assert.equal(verdict('parameter-error-iris-0-1'), 'undecided');
    assert.equal(verdict('ModelPred-parameter-MSE-against-one-Newton-step'), 'holds');
    assert.equal(verdict('ModelPred-improved-against-ModelPred-parameter-MSE'), 'holds');
    assert.equal(verdict('ModelPred-improved-against-influence'), undefined);
    assert.equal(verdict('cost-of-preparation'), 'does not hold');
    const worse = { ...result, largestResidual: 1e-7, methods: [trials('plain', [1, 1, 1], [0.07, 0.08])] };
    const [optimal, error] = predictingModelsClaims(
      [{ ...worse, methods: [...worse.methods, result.methods[3]] }],
      'quick',
    );
    assert.deepEqual([optimal.verdict, error.verdict], ['does not hold', 'does not hold']);
  });
});
