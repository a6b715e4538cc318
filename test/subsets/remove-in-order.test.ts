import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { InputError } from '../../src/errors.js';
import { randomStream } from '../../src/numerics/random.js';
import { removeInOrder } from '../../src/subsets/index.js';

describe('removing points in order', () => {
  it('removes the first that can go, and keeps some of every class', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 0, max: 18 }), (seed, count) => {
        const labels = Uint8Array.from({ length: 24 }, (_, i) => i % 3);
        const order = randomStream(seed).permutation(24);
        const { weights } = removeInOrder({ labels, orders: [order], count });
        const kept = [0, 1, 2].map((label) => labels.filter((l, i) => l === label && weights[i] === 1).length);
        assert.equal(kept[0] + kept[1] + kept[2], 24 - count);
        kept.forEach((left) => assert.ok(left >= 2));
        // Whatever stayed before the last point removed was of a class that had no more to give.
        const last = order.findLastIndex((i) => weights[i] === 0);
        for (const i of order.subarray(0, Math.max(last, 0))) {
          if (weights[i] === 1) assert.equal(kept[labels[i]], 2);
        }
      }),
    );
  });
  it('is the plain prefix where classes are large', () => {
    const labels = Uint8Array.from([0, 0, 0, 1, 1, 1]);
    const { weights, count } = removeInOrder({
      labels,
      orders: [
        [5, 0, 1, 2, 3, 4],
        [0, 1, 2, 3, 4, 5],
      ],
      count: 2,
      keep: 1,
    });
    assert.equal(count, 2);
    assert.deepEqual([...weights], [0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1]);
  });
  it('refuses to remove more than can go', () => {
    const labels = Uint8Array.from([0, 0, 0, 1, 1]);
    assert.throws(() => removeInOrder({ labels, orders: [[0, 1, 2, 3, 4]], count: 2 }), InputError);
  });
  it('refuses numbers of points that are none, and orders that are none', () => {
    const labels = Uint8Array.from([0, 0, 0, 1, 1, 1]);
    for (const count of [-1, NaN, 0.5])
      assert.throws(() => removeInOrder({ labels, orders: [[0, 1]], count }), InputError, String(count));
    for (const order of [
      [0, 0],
      [0, 6],
      [0, -1],
      [0, 1.5],
    ])
      assert.throws(() => removeInOrder({ labels, orders: [order], count: 1 }), InputError, String(order));
    assert.throws(() => removeInOrder({ labels, orders: [[0]], count: 1, keep: NaN }), InputError);
  });
});
