import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { differenceOfMeans, fitDatamodels, fitRidgeDatamodels, predictOutputs } from '../../src/attribution/index.js';
import { lassoPath } from '../../src/numerics/lasso.js';
import { momentsOf } from '../../src/attribution/datamodels/mask-moments.js';
import { InputError } from '../../src/errors.js';
import { mean } from '../../src/statistics/index.js';
import { randomStream } from '../../src/numerics/random.js';
import { bernoulliSubsets, fixedSizeSubsets, type Subsets } from '../../src/subsets/index.js';

/** `M×T` outputs intercept_t + Σ_i effect_ti s_i + noise. */
function linearOutputs(subsets: Subsets, effects: readonly number[][], noise: number, seed = 1): Float64Array {
  const stream = randomStream(seed, 'noise');
  return Float64Array.from({ length: subsets.count * effects.length }, (_, at) => {
    const [b, t] = [Math.floor(at / effects.length), at % effects.length];
    return (
      effects[t].reduce((sum, effect, i) => sum + effect * subsets.weights[b * subsets.poolSize + i], t) +
      noise * stream.normal()
    );
  });
}

describe('the LASSO path', () => {
  it('satisfies the optimality conditions at every strength, from all zeros on', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 2, max: 12 }), (seed, n) => {
        const subsets = fixedSizeSubsets({ poolSize: n, count: 30, size: Math.ceil(n / 2), seed });
        const stream = randomStream(seed, 'outputs');
        const { gram, cross } = momentsOf(
          subsets,
          Float64Array.from({ length: 30 }, () => stream.normal()),
        );
        const top = Math.max(...cross.map(Math.abs));
        const strengths = [1, 0.5, 0.1, 0.01].map((share) => share * top);
        const tolerance = 1e-9 * top;
        lassoPath(gram, cross, strengths, tolerance, (index, coefficients) => {
          if (index === 0) assert.ok(coefficients.every((value) => value === 0));
          coefficients.forEach((beta, j) => {
            // Residual from scratch, not as the descent updates it.
            let residual = cross[j];
            for (let i = 0; i < n; i++) residual -= gram[j * n + i] * coefficients[i];
            const violation =
              beta === 0
                ? Math.abs(residual) - strengths[index]
                : Math.abs(residual - strengths[index] * Math.sign(beta));
            assert.ok(violation <= 2 * tolerance, `${violation} at coordinate ${j}, strength ${index}`);
          });
        });
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it('comes to the same coefficients from any start', () => {
    const subsets = fixedSizeSubsets({ poolSize: 9, count: 40, size: 5, seed: 1 });
    const stream = randomStream(2, 'outputs and start');
    const { gram, cross } = momentsOf(
      subsets,
      Float64Array.from({ length: 40 }, () => stream.normal()),
    );
    const strength = 0.1 * Math.max(...cross.map(Math.abs));
    const solve = (start?: Float64Array): Float64Array => {
      const solution = new Float64Array(9);
      lassoPath(gram, cross, [strength], 1e-12, (_, found) => solution.set(found), start);
      return solution;
    };
    const fromZero = solve();
    solve(Float64Array.from({ length: 9 }, () => stream.normal())).forEach((beta, j) =>
      assert.ok(Math.abs(beta - fromZero[j]) < 1e-9),
    );
  });

  it('is soft thresholding where coordinates are orthogonal', () => {
    const found: number[][] = [];
    const gram = Float64Array.of(1, 0, 0, 0, 2, 0, 0, 0, 0);
    lassoPath(gram, Float64Array.of(3, -2, 1), [2, 1], 1e-12, (_, coefficients) => found.push([...coefficients]));
    assert.deepEqual(found, [
      [1, 0, 0],
      [2, -0.5, 0],
    ]);
  });
});

describe('datamodels', () => {
  const subsets = fixedSizeSubsets({ poolSize: 20, count: 800, size: 10, seed: 1 });
  const effects = [
    Array.from({ length: 20 }, (_, i) => (i < 3 ? 2 - i / 2 : 0)),
    Array.from({ length: 20 }, (_, i) => (i === 7 ? -1 : 0)),
  ];
  const outputs = linearOutputs(subsets, effects, 0.3);

  it('find the few points that matter, and predict what was not seen', async () => {
    const datamodels = await fitDatamodels({ subsets, outputs });
    effects.forEach((ofOutput, t) => {
      ofOutput.forEach((effect, i) => {
        // A fixed size leaves a common shift of all coefficients open; the LASSO takes the sparse one.
        assert.ok(Math.abs(datamodels.coefficients[t * 20 + i] - effect) < 0.15);
      });
    });
    const unseen = fixedSizeSubsets({ poolSize: 20, count: 200, size: 10, seed: 2 });
    const predicted = predictOutputs(datamodels, unseen);
    const clean = linearOutputs(unseen, effects, 0);
    assert.ok(Math.sqrt(mean(predicted.map((value, at) => (value - clean[at]) ** 2))) < 0.1);
  });

  it('predict the mean output of the fitted subsets on average, by every method', async () => {
    const fits = [await fitDatamodels({ subsets, outputs }), await fitRidgeDatamodels({ subsets, outputs })];
    for (const datamodels of [...fits, differenceOfMeans(subsets, outputs)]) {
      const predicted = predictOutputs(datamodels, subsets);
      for (const t of [0, 1]) {
        const column = (rows: Float64Array) => mean(rows.filter((_, at) => at % 2 === t));
        assert.ok(Math.abs(column(predicted) - column(outputs)) < 1e-9, datamodels.name);
      }
    }
  });

  it('by ridge solve the normal equations with the chosen strength', async () => {
    const { coefficients, strengths } = await fitRidgeDatamodels({ subsets, outputs });
    assert.ok(strengths);
    const { gram, cross } = momentsOf(subsets, outputs);
    for (const t of [0, 1]) {
      for (let j = 0; j < 20; j++) {
        let left = strengths[t] * coefficients[t * 20 + j];
        for (let i = 0; i < 20; i++) left += gram[j * 20 + i] * coefficients[t * 20 + i];
        assert.ok(Math.abs(left - cross[t * 20 + j]) < 1e-10);
      }
    }
  });

  it('give equal outputs equal coefficients', async () => {
    const doubled = Float64Array.from({ length: 1600 }, (_, at) => outputs[2 * Math.floor(at / 2)]);
    const both = await fitDatamodels({ subsets, outputs: doubled });
    assert.deepEqual(both.coefficients.slice(0, 20), both.coefficients.slice(20));
  });

  it('by differences of means compare subsets with and without a point', () => {
    const masks = bernoulliSubsets({ poolSize: 6, count: 60, probability: 0.4, seed: 3 });
    const values = linearOutputs(masks, [[1, 2, 3, 0, 0, -1]], 0.5);
    const { coefficients } = differenceOfMeans(masks, values);
    for (let i = 0; i < 6; i++) {
      const meanWhere = (wanted: number) => mean(values.filter((_, b) => masks.weights[b * 6 + i] === wanted));
      assert.ok(Math.abs(coefficients[i] - (meanWhere(1) - meanWhere(0))) < 1e-12);
    }
  });

  it('by differences of means leave out points that are in all subsets or in none, however many there are', () => {
    for (const count of [11, 49, 1000]) {
      const weights = Uint8Array.from({ length: 3 * count }, (_, at) => (at % 3 === 2 ? (at / 3) & 1 : at % 3));
      const masks = { count, poolSize: 3, weights };
      const { coefficients } = differenceOfMeans(masks, linearOutputs(masks, [[1, 2, 3]], 0.5));
      assert.deepEqual([...coefficients.subarray(0, 2)].map(Math.abs), [0, 0], `${count}`);
    }
  });

  it('refuse outputs that do not fit or are not numbers', async () => {
    assert.throws(() => differenceOfMeans(subsets, new Float64Array(801)), InputError);
    assert.throws(() => differenceOfMeans(subsets, new Float64Array(800).fill(NaN)), InputError);
    await assert.rejects(fitDatamodels({ subsets, outputs, validationFraction: 0 }), InputError);
    await assert.rejects(fitDatamodels({ subsets, outputs, validationFraction: NaN }), InputError);
    await assert.rejects(fitDatamodels({ subsets, outputs, strengthCount: 1 }), InputError);
    const datamodels = differenceOfMeans(subsets, outputs);
    assert.throws(() => predictOutputs(datamodels, { ...subsets, poolSize: 10 }), InputError);
  });
});
