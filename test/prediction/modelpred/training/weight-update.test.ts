import assert from 'node:assert/strict';
import { randomStream } from '../../../../src/numerics/random.js';
import { initialAdam } from '../../../../src/prediction/modelpred/training/adam.js';
import { initialWeights, weightCount } from '../../../../src/prediction/modelpred/network/network-shape.js';
import { authorsArchitecture, improvedArchitecture } from '../../../../src/prediction/modelpred/settings.js';
import { kernelWeightUpdate, plainWeightUpdate } from '../../../../src/prediction/modelpred/training/weight-update.js';

describe('the update of the weights', () => {
  for (const [name, architecture] of Object.entries({ authorsArchitecture, improvedArchitecture })) {
    // Odd layer sizes, so that matrices do not end with whole vectors.
    const shape = { architecture, inputs: 3, outputs: 5 };

    it(`by kernels is that by loops: ${name}`, () => {
      const random = randomStream(2);
      const updates = [kernelWeightUpdate, plainWeightUpdate].map((make) =>
        make(shape, { weights: initialWeights(shape, 1), adam: initialAdam(weightCount(shape)) }),
      );
      for (let step = 1; step <= 5; step++) {
        const gradient = Float32Array.from({ length: weightCount(shape) }, () => random.normal());
        const [value, expected] = updates.map((update) => {
          update.gradient.set(gradient);
          const penalties = update.addPenalties({ l1: 0.3, l2: 0.7 });
          update.adamStep(step, 0.01, 0.1);
          return penalties;
        });
        assert.ok(Math.abs(value / expected - 1) < 1e-5, `${value} is not ${expected}`);
      }
      const [actual, expected] = updates.map(({ weights, gradient, adam }) => ({ weights, gradient, ...adam }));
      for (const key of ['weights', 'gradient', 'first', 'second'] as const) {
        actual[key].forEach((v, k) => assert.ok(Math.abs(v - expected[key][k]) < 2e-6, `${key} ${k}`));
      }
    });

    it(`of weight 0 leaves the gradient alone: ${name}`, () => {
      const update = kernelWeightUpdate(shape, {
        weights: initialWeights(shape, 1),
        adam: initialAdam(weightCount(shape)),
      });
      assert.equal(update.addPenalties({ l1: 0, l2: 0 }), 0);
      assert.ok(update.gradient.every((v) => v === 0));
    });
  }
});
