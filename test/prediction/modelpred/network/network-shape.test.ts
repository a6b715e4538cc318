import assert from 'node:assert/strict';
import fc from 'fast-check';
import { loadNetworkEngine } from '../../../../src/prediction/modelpred/network/load-engine.js';
import type { NetworkEngine } from '../../../../src/prediction/modelpred/network/network-engine.js';
import {
  initialWeights,
  type NetworkShape,
  weightCount,
  weightShapes,
  weightViews,
} from '../../../../src/prediction/modelpred/network/network-shape.js';
import type { Subsets } from '../../../../src/subsets/subsets.js';
import { encodePoints } from '../../../../src/prediction/modelpred/network/point-encoding.js';
import { networkShape } from './shapes.js';
import { cloudPool } from '../../../learners/pools.js';
import { paddedNetwork } from './padded-network.js';

const smallPool = (size: number, dimension: number, classCount: number) =>
  cloudPool({ size, dimension, classCount, seed: 1 });

const subsetsOf = (poolSize: number, rows: readonly (readonly number[])[]): Subsets => ({
  count: rows.length,
  poolSize,
  weights: Uint8Array.from(rows.flat()),
});

const relativeDistance = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  assert.equal(a.length, b.length);
  const norm = (x: number[]): number => Math.sqrt(x.reduce((sum, v) => sum + v * v, 0));
  return norm(Array.from(a, (v, i) => v - b[i])) / norm(Array.from(b));
};

describe('the ModelPred network', () => {
  let engine: NetworkEngine;
  before(async () => {
    engine = await loadNetworkEngine();
  });

  const predict = (shape: NetworkShape, weights: Float32Array, points: Float32Array, subsets: Subsets): Float64Array =>
    engine.predict({ shape, weights, points, referenceSize: subsets.poolSize }, subsets);

  it("has the authors' number of weights", () => {
    assert.equal(weightCount(networkShape(smallPool(4, 4, 2), 5)), 74_693);
    assert.equal(weightCount(networkShape(smallPool(4, 25, 2), 26)), 78_746);
    assert.equal(weightCount(networkShape(smallPool(10, 128, 10), 1290)), 175_242);
  });

  it('starts from weights uniform on ±1/√inputs, the same for the same seed', () => {
    const shape = networkShape(smallPool(4, 4, 2), 5);
    const weights = initialWeights(shape, 3);
    assert.deepEqual(weights, initialWeights(shape, 3));
    assert.notDeepEqual(weights, initialWeights(shape, 4));
    const shapes = weightShapes(shape);
    weightViews(shape, weights).forEach((view, i) => {
      const bound = 1 / Math.sqrt(shapes[i].length === 1 ? 64 : shapes[i][0]);
      assert.ok(view.every((w) => Math.abs(w) <= bound));
      const variance = view.reduce((sum, w) => sum + w * w, 0) / view.length;
      if (view.length > 500) assert.ok(Math.abs(variance / (bound ** 2 / 3) - 1) < 0.15);
    });
  });

  it('reads binary labels as 0 or 1 and more classes one-hot', () => {
    const binary = smallPool(3, 2, 2);
    const [x, three] = [binary.features, smallPool(3, 2, 3)];
    assert.deepEqual(encodePoints(binary), Float32Array.of(x[0], x[1], 0, x[2], x[3], 1, x[4], x[5], 0));
    assert.deepEqual([...encodePoints(three).subarray(2, 5)], [1, 0, 0]);
    assert.deepEqual([...encodePoints(three).subarray(12, 15)], [0, 0, 1]);
  });

  it('pools by one product what padded loops over each subset pool, for 2 and 3 classes', () => {
    for (const classCount of [2, 3]) {
      const pool = smallPool(7, 3, classCount);
      const shape = networkShape(pool, 4);
      const weights = initialWeights(shape, 5);
      const subsets = subsetsOf(7, [
        [1, 1, 1, 1, 1, 1, 1],
        [0, 1, 0, 0, 1, 0, 0],
        [3, 0, 0, 1, 0, 0, 2],
        [0, 0, 0, 0, 0, 0, 0],
      ]);
      const actual = predict(shape, weights, encodePoints(pool), subsets);
      const expected = Array.from({ length: subsets.count }, (_, b) => [
        ...paddedNetwork(shape, weights, encodePoints(pool), subsets.weights.subarray(b * 7, (b + 1) * 7)),
      ]).flat();
      assert.ok(relativeDistance(actual, expected) < 1e-5);
    }
  });

  it('does not depend on the order of the points, and weight 2 is the point twice', () => {
    const pool = smallPool(6, 2, 2);
    const shape = networkShape(pool, 3);
    const weights = initialWeights(shape, 1);
    const points = encodePoints(pool);
    const width = shape.inputs;
    const rowsOf = (order: readonly number[]): Float32Array =>
      Float32Array.from(order.flatMap((i) => [...points.subarray(i * width, (i + 1) * width)]));
    fc.assert(
      fc.property(
        fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6, maxLength: 6 }),
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 6, maxLength: 6 }).filter((w) => w.some((v) => v > 0)),
        (order, multiplicity) => {
          const straight = predict(shape, weights, points, subsetsOf(6, [multiplicity]));
          const shuffled = predict(shape, weights, rowsOf(order), subsetsOf(6, [order.map((i) => multiplicity[i])]));
          assert.ok(relativeDistance(shuffled, straight) < 1e-5);
          const repeated = order.flatMap((i) => new Array<number>(multiplicity[i]).fill(i));
          const ones = subsetsOf(repeated.length, [repeated.map(() => 1)]);
          assert.ok(relativeDistance(predict(shape, weights, rowsOf(repeated), ones), straight) < 1e-5);
        },
      ),
      { numRuns: 25, seed: 7 },
    );
  });

  it('predicts every row the same alone and among many passes', () => {
    const pool = smallPool(5, 2, 2);
    const shape = networkShape(pool, 3);
    const weights = initialWeights(shape, 2);
    const rows = Array.from({ length: 2500 }, (_, b) => [1, b % 2, (b >> 1) % 2, (b >> 2) % 2, (b >> 3) % 2]);
    const all = predict(shape, weights, encodePoints(pool), subsetsOf(5, rows));
    for (const b of [0, 1023, 1024, 2499]) {
      const alone = predict(shape, weights, encodePoints(pool), subsetsOf(5, [rows[b]]));
      assert.ok(relativeDistance(alone, all.subarray(b * 3, (b + 1) * 3)) < 1e-5);
    }
  });
});
