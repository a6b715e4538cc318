import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import {
  additiveChanges,
  dataSupports,
  leaveOneOutEffects,
  nearestVectors,
  ordersByEffect,
  vectorComponents,
} from '../../src/attribution/index.js';
import { InputError, InterruptedError } from '../../src/errors.js';
import { randomStream } from '../../src/numerics/random.js';
import { bernoulliSubsets, fullPool, subsetsFromMembers, type Subsets } from '../../src/subsets/index.js';

const normals = (length: number, seed: number): Float64Array => {
  const stream = randomStream(seed, 'normals');
  return Float64Array.from({ length }, () => stream.normal());
};

/** `B×T` outputs margin_t + Σ_i w_ti (s_i − 1), and how many subsets were asked for. */
function additiveOutputs(margins: Float64Array, effects: Float64Array) {
  const asked = { subsets: 0 };
  const outputsOf = (subsets: Subsets): Float64Array => {
    asked.subsets += subsets.count;
    return additiveChanges(effects, subsets).map((change, at) => margins[at % margins.length] + change);
  };
  return { asked, outputsOf };
}

describe('effects of removing points', () => {
  it('are the coefficients themselves where outputs are additive', async () => {
    const effects = normals(3 * 8, 1);
    const { outputsOf, asked } = additiveOutputs(normals(3, 2), effects);
    const found = await leaveOneOutEffects(8, outputsOf);
    effects.forEach((effect, at) => assert.ok(Math.abs(found[at] - effect) < 1e-12));
    assert.equal(asked.subsets, 9);
  });

  it('add up to the change of a subset, and to nothing for the whole pool', () => {
    const effects = normals(2 * 6, 3);
    const subsets = bernoulliSubsets({ poolSize: 6, count: 10, probability: 0.5, seed: 1 });
    const changes = additiveChanges(effects, subsets);
    for (let b = 0; b < 10; b++) {
      for (let t = 0; t < 2; t++) {
        let expected = 0;
        for (let i = 0; i < 6; i++) if (subsets.weights[b * 6 + i] === 0) expected -= effects[t * 6 + i];
        assert.ok(Math.abs(changes[b * 2 + t] - expected) < 1e-12);
      }
    }
    assert.deepEqual([...additiveChanges(effects, fullPool(6))], [0, 0]);
  });

  it('order points from the most helpful to the most harmful, ties as in the pool', () => {
    const orders = ordersByEffect(Float64Array.of(1, -1, 3, 1, 0, 0, 0, 2), 4);
    assert.deepEqual(
      orders.map((order) => [...order]),
      [
        [2, 0, 3, 1],
        [3, 0, 1, 2],
      ],
    );
  });

  it('refuse what is no T×N', () => {
    assert.throws(() => ordersByEffect(new Float64Array(7), 3), InputError);
    assert.throws(() => additiveChanges(new Float64Array(7), fullPool(3)), InputError);
  });
});

describe('data supports', () => {
  it('are those of trying every size, where margins fall along the order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 40 }), async (seed, poolSize) => {
        const targets = 4;
        const effects = normals(targets * poolSize, seed).map(Math.abs);
        const margins = normals(targets, seed + 1).map((value) => 10 * value);
        const orders = ordersByEffect(effects, poolSize);
        const { outputsOf, asked } = additiveOutputs(margins, effects);
        const found = await dataSupports({ poolSize, orders, outputsOf });
        const asking = asked.subsets;
        const expected = margins.map((_, t) => {
          for (let k = 0; k <= poolSize; k++) {
            const left = subsetsFromMembers(poolSize, [orders[t].subarray(k)]);
            if (outputsOf(left)[t] < 0) return k;
          }
          return Infinity;
        });
        assert.deepEqual([...found], [...expected]);
        assert.ok(asking <= 1 + targets * (2 + Math.ceil(Math.log2(poolSize))), `${asking} subsets`);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('flip the target, and one point less does not, even where margins rise again', async () => {
    const signs = normals(30, 5);
    const outputsOf = (subsets: Subsets) => {
      const changes = additiveChanges(signs, subsets);
      return changes.map((change) => 0.5 + change);
    };
    const orders = [Int32Array.from({ length: 30 }, (_, i) => i)];
    const [size] = await dataSupports({ poolSize: 30, orders, outputsOf });
    if (size === Infinity) assert.fail('the whole order flips it');
    const without = (k: number) => outputsOf(subsetsFromMembers(30, [orders[0].subarray(k)]))[0];
    assert.ok(without(size) < 0 && without(size - 1) >= 0);
  });

  it('are 0 where the target is misclassified and ∞ where nothing can be removed', async () => {
    const { outputsOf } = additiveOutputs(Float64Array.of(-1, 1), new Float64Array(2 * 3));
    const orders = [[0, 1, 2], []];
    assert.deepEqual([...(await dataSupports({ poolSize: 3, orders, outputsOf }))], [0, Infinity]);
  });

  it('stop on request', async () => {
    const { outputsOf } = additiveOutputs(Float64Array.of(1), Float64Array.of(1, 1));
    const searching = dataSupports({ poolSize: 2, orders: [[0, 1]], outputsOf, signal: AbortSignal.abort() });
    await assert.rejects(searching, InterruptedError);
  });
});

describe('embeddings', () => {
  it('have principal components that rebuild vectors of as many dimensions', () => {
    const [count, length] = [12, 7];
    const basis = normals(2 * length, 1);
    const weights = normals(count * 2, 2);
    const vectors = Float64Array.from({ length: count * length }, (_, at) => {
      const [t, i] = [Math.floor(at / length), at % length];
      return 1 + 3 * weights[2 * t] * basis[i] + weights[2 * t + 1] * basis[length + i];
    });
    const { directions, scores, explained } = vectorComponents({ vectors, count, components: 2 });
    assert.ok(Math.abs(explained[0] + explained[1] - 1) < 1e-9 && explained[0] > explained[1]);
    for (let i = 0; i < length; i++) {
      let mean = 0;
      for (let t = 0; t < count; t++) mean += vectors[t * length + i] / count;
      for (let t = 0; t < count; t++) {
        const rebuilt = mean + scores[2 * t] * directions[i] + scores[2 * t + 1] * directions[length + i];
        assert.ok(Math.abs(rebuilt - vectors[t * length + i]) < 1e-9);
      }
    }
  });

  it('have the neighbours that comparing all pairs finds', () => {
    const [count, length] = [20, 3];
    const vectors = normals(count * length, 4);
    const row = (t: number) => vectors.subarray(t * length, (t + 1) * length);
    const best = (a: number, distance: (x: Float64Array, y: Float64Array) => number): number =>
      [...Array(count).keys()]
        .filter((b) => b !== a)
        .reduce((nearest, b) => (distance(row(a), row(b)) < distance(row(a), row(nearest)) ? b : nearest));
    const product = (x: Float64Array, y: Float64Array) => x.reduce((sum, value, i) => sum + value * y[i], 0);
    const byCosine = nearestVectors({ vectors, count, similarity: 'cosine' });
    const byDistance = nearestVectors({ vectors, count, similarity: 'euclidean' });
    for (let a = 0; a < count; a++) {
      const angle = (x: Float64Array, y: Float64Array) => -product(x, y) / Math.sqrt(product(x, x) * product(y, y));
      const distance = (x: Float64Array, y: Float64Array) => Math.hypot(...x.map((value, i) => value - y[i]));
      assert.equal(byCosine[a], best(a, angle));
      assert.equal(byDistance[a], best(a, distance));
    }
  });

  it('keep their neighbours by angle when vectors are stretched', () => {
    const vectors = normals(15 * 4, 6);
    const stretched = vectors.map((value, at) => value * (1 + Math.floor(at / 4)));
    assert.deepEqual(
      nearestVectors({ vectors: stretched, count: 15, similarity: 'cosine' }),
      nearestVectors({ vectors, count: 15, similarity: 'cosine' }),
    );
  });

  it('have neighbours of their own group, the nearest of all where it is of it', () => {
    const vectors = normals(24 * 3, 7);
    const groups = Uint8Array.from({ length: 24 }, (_, t) => t % 3);
    const own = nearestVectors({ vectors, count: 24, similarity: 'euclidean', groups });
    nearestVectors({ vectors, count: 24, similarity: 'euclidean' }).forEach((nearest, t) => {
      assert.equal(groups[own[t]], groups[t]);
      if (groups[nearest] === groups[t]) assert.equal(own[t], nearest);
    });
  });

  it('refuse what has no components or neighbours', () => {
    assert.throws(() => vectorComponents({ vectors: new Float64Array(7), count: 2, components: 1 }), InputError);
    assert.throws(() => vectorComponents({ vectors: new Float64Array(6), count: 2, components: 3 }), InputError);
    assert.throws(() => nearestVectors({ vectors: new Float64Array(6), count: 1, similarity: 'cosine' }), InputError);
    assert.throws(
      () => nearestVectors({ vectors: new Float64Array(6), count: 3, similarity: 'cosine', groups: [0, 0, 1] }),
      InputError,
    );
  });
});
