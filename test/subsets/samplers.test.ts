import assert from 'node:assert/strict';
import fc from 'fast-check';
import { InputError } from '../../src/errors.js';
import {
  bernoulliSubsets,
  bootstrapSubsets,
  drawPermutations,
  fixedSizeSubsets,
  fullPool,
  leaveGroupOut,
  leaveOneOut,
  permutationPrefixes,
  subsetSizes,
  uniformSizeSubsets,
  type Subsets,
} from '../../src/subsets/index.js';
import { chiSquare, chiSquareTail } from './chi-square.js';

/**
 * Each law is tested once, with a fixed seed. A correct sampler would fail a chi-square test for one seed in 10,000
 * (`falseAlarm`); a seed that passes passes for ever.
 */
const falseAlarm = 1e-4;

function assertLaw(observed: readonly number[], expected: readonly number[], degrees = observed.length - 1): void {
  assert.ok(
    expected.every((count) => count >= 5),
    'chi-square needs larger expected counts',
  );
  const tail = chiSquareTail(chiSquare(observed, expected), degrees);
  assert.ok(tail > falseAlarm, `chi-square tail ${tail}: ${observed.join(' ')} against ${expected.join(' ')}`);
}

function histogram(values: ArrayLike<number>, cells: number): number[] {
  const counts = new Array<number>(cells).fill(0);
  for (let k = 0; k < values.length; k++) counts[values[k]]++;
  return counts;
}

/** How many subsets hold each point. */
function inclusions({ count, poolSize, weights }: Subsets): number[] {
  return Array.from({ length: poolSize }, (_, i) => {
    let held = 0;
    for (let b = 0; b < count; b++) held += weights[b * poolSize + i] > 0 ? 1 : 0;
    return held;
  });
}

const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);
const bitsOf = ({ count, poolSize, weights }: Subsets): number[] =>
  Array.from({ length: count }, (_, b) => {
    let bits = 0;
    for (let i = 0; i < poolSize; i++) bits += weights[b * poolSize + i] << i;
    return bits;
  });

describe('chi-square tail', () => {
  it('matches tabulated quantiles', () => {
    for (const [statistic, degrees, tail] of [
      [18.307, 10, 0.05],
      [29.588, 10, 0.001],
      [135.807, 100, 0.01],
    ]) {
      assert.ok(Math.abs(chiSquareTail(statistic, degrees) - tail) < 0.02 * tail + 2e-4);
    }
  });
});

describe('fixed-size subsets', () => {
  it('are uniform over all subsets of that size, on both sides of half the pool', () => {
    for (const size of [2, 3, 5]) {
      const subsets = fixedSizeSubsets({ poolSize: 7, count: 7000, size, seed: 1 });
      assert.ok(subsetSizes(subsets).every((n) => n === size));
      const counts = histogram(bitsOf(subsets), 128).filter((n) => n > 0);
      const cells = choose(7, size);
      assert.equal(counts.length, cells);
      assertLaw(counts, new Array<number>(cells).fill(7000 / cells));
    }
  });

  it('hold every pair with probability n(n−1)/(N(N−1))', () => {
    const [poolSize, size, count] = [12, 5, 8000];
    const { weights } = fixedSizeSubsets({ poolSize, count, size, seed: 2 });
    const probability = (size * (size - 1)) / (poolSize * (poolSize - 1));
    // 66 dependent pairs: Bonferroni at falseAlarm in all, |z| ≤ 4.8.
    for (let i = 0; i < poolSize; i++) {
      for (let j = 0; j < i; j++) {
        let together = 0;
        for (let b = 0; b < count; b++) together += weights[b * poolSize + i] & weights[b * poolSize + j];
        const z = (together - count * probability) / Math.sqrt(count * probability * (1 - probability));
        assert.ok(Math.abs(z) < 4.8, `pair ${i}, ${j}: z = ${z}`);
      }
    }
  });
});

describe('uniform-size subsets', () => {
  it('have uniform sizes', () => {
    const sizes = subsetSizes(
      uniformSizeSubsets({ poolSize: 20, count: 6000, minimumSize: 3, maximumSize: 17, seed: 3 }),
    );
    const counts = histogram(sizes, 21);
    assert.deepEqual(
      counts.map((n) => n > 0),
      Array.from({ length: 21 }, (_, n) => n >= 3 && n <= 17),
    );
    assertLaw(counts.slice(3, 18), new Array<number>(15).fill(400));
  });

  it('are uniform over subsets of each size', () => {
    const subsets = uniformSizeSubsets({ poolSize: 4, count: 8000, minimumSize: 1, seed: 4 });
    const observed = histogram(bitsOf(subsets), 16).slice(1);
    const expected = observed.map((_, k) => {
      const size = [1, 2, 4, 8].filter((bit) => (k + 1) & bit).length;
      return 8000 / 4 / choose(4, size);
    });
    assertLaw(observed, expected);
  });

  it('given labels, follow the same law among the subsets that hold every class', () => {
    const labels = Uint8Array.of(0, 0, 1, 1);
    const subsets = uniformSizeSubsets({ poolSize: 4, count: 8000, seed: 5, labels, classCount: 2 });
    const observed = histogram(bitsOf(subsets), 16);
    const share = Array.from({ length: 16 }, (_, bits) => {
      const complete = (bits & 3) !== 0 && (bits & 12) !== 0;
      const size = [1, 2, 4, 8].filter((bit) => bits & bit).length;
      return complete ? 1 / choose(4, size) : 0;
    });
    const total = share.reduce((a, b) => a + b);
    const possible = share.map((_, bits) => bits).filter((bits) => share[bits] > 0);
    assert.equal(
      observed.reduce((sum, n, bits) => sum + (share[bits] === 0 ? n : 0), 0),
      0,
    );
    assertLaw(
      possible.map((bits) => observed[bits]),
      possible.map((bits) => (8000 * share[bits]) / total),
    );
  });

  it('give up with a sentence when no draw can hold every class', () => {
    const labels = Uint8Array.of(0, 1, 2, 2);
    assert.throws(
      () => uniformSizeSubsets({ poolSize: 4, count: 1, maximumSize: 2, seed: 6, labels }),
      /None of 1000 draws of 1 to 2 points had all 3 classes; raise minimumSize/,
    );
    assert.throws(
      () => uniformSizeSubsets({ poolSize: 4, count: 1, seed: 6, labels, classCount: 5 }),
      /points of 3 of its 5 classes/,
    );
  });
});

describe('Bernoulli subsets', () => {
  it('hold each point independently', () => {
    const subsets = bernoulliSubsets({ poolSize: 3, count: 6000, probability: 0.3, seed: 7 });
    const observed = histogram(bitsOf(subsets), 8);
    const expected = observed.map((_, bits) => {
      const size = [1, 2, 4].filter((bit) => bits & bit).length;
      return 6000 * 0.3 ** size * 0.7 ** (3 - size);
    });
    assertLaw(observed, expected);
  });

  it('include nothing at probability 0 and everything at 1', () => {
    const at = (probability: number) => bernoulliSubsets({ poolSize: 5, count: 4, probability, seed: 8 }).weights;
    assert.ok(at(0).every((weight) => weight === 0));
    assert.ok(at(1).every((weight) => weight === 1));
  });
});

describe('permutation prefixes', () => {
  it('add the points of the permutation one after the other', () => {
    const { subsets, permutations, sizes } = permutationPrefixes({ poolSize: 9, count: 5, seed: 9 });
    assert.deepEqual(sizes, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.equal(subsets.count, 45);
    permutations.forEach((permutation, t) => {
      sizes.forEach((size, k) => {
        const row = subsets.weights.subarray((t * 9 + k) * 9, (t * 9 + k + 1) * 9);
        const members = new Set(permutation.subarray(0, size));
        assert.deepEqual(
          [...row],
          Array.from({ length: 9 }, (_, i) => (members.has(i) ? 1 : 0)),
        );
      });
    });
  });

  it('come in every order equally often', () => {
    const { permutations } = permutationPrefixes({ poolSize: 4, count: 4800, seed: 10, sizes: [2] });
    const counts = new Map<string, number>();
    for (const permutation of permutations) counts.set(permutation.join(), (counts.get(permutation.join()) ?? 0) + 1);
    assert.equal(counts.size, 24);
    assertLaw([...counts.values()], new Array<number>(24).fill(200));
  });

  it('at given sizes are the same prefixes', () => {
    const all = permutationPrefixes({ poolSize: 8, count: 3, seed: 11 });
    const some = permutationPrefixes({ poolSize: 8, count: 3, seed: 11, sizes: [0, 2, 7] });
    assert.deepEqual(some.permutations, all.permutations);
    assert.deepEqual([...subsetSizes(some.subsets)], [0, 2, 7, 0, 2, 7, 0, 2, 7]);
    assert.deepEqual(some.subsets.weights.subarray(8, 16), all.subsets.weights.subarray(8, 16));
  });
});

describe('bootstrap samples', () => {
  const [poolSize, count] = [20, 4000];
  const { weights } = bootstrapSubsets({ poolSize, count, seed: 12 });

  it('have multiplicities with the moments of the multinomial', () => {
    let mean = 0;
    let second = 0;
    let product = 0;
    for (let b = 0; b < count; b++) {
      for (let i = 0; i < poolSize; i++) mean += weights[b * poolSize + i] / (count * poolSize);
      for (let i = 0; i < poolSize; i++) second += (weights[b * poolSize + i] - 1) ** 2 / (count * poolSize);
      product += (weights[b * poolSize] - 1) * (weights[b * poolSize + 1] - 1) * (1 / count);
    }
    // E w = 1, Var w = 1 − 1/N = .95, Cov = −1/N = −.05; bounds are 4 standard errors or more.
    assert.ok(Math.abs(mean - 1) < 1e-12);
    assert.ok(Math.abs(second - 0.95) < 0.03, `variance ${second}`);
    assert.ok(Math.abs(product + 0.05) < 0.065, `covariance ${product}`);
  });

  it('have binomial multiplicities for each point', () => {
    const first = Array.from({ length: count }, (_, b) => Math.min(weights[b * poolSize], 4));
    const at = (k: number) => count * choose(20, k) * 0.05 ** k * 0.95 ** (20 - k);
    const expected = [at(0), at(1), at(2), at(3)];
    assertLaw(histogram(first, 5), [...expected, count - expected.reduce((a, b) => a + b)]);
  });

  it('are refused when a weight would not fit', () => {
    assert.throws(
      () => bootstrapSubsets({ poolSize: 1, count: 1, seed: 13, size: 256 }),
      (error) => error instanceof InputError && /Subset 0 holds point 0 more than 255 times/.test(error.message),
    );
    assert.deepEqual([...bootstrapSubsets({ poolSize: 1, count: 1, seed: 13, size: 255 }).weights], [255]);
  });
});

describe('leaving out', () => {
  it('removes one point per row, or a group', () => {
    assert.deepEqual([...leaveOneOut(3).weights], [0, 1, 1, 1, 0, 1, 1, 1, 0]);
    const groups = leaveGroupOut(4, [[0, 2], [], Int32Array.of(3, 3)]);
    assert.deepEqual([...groups.weights], [0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0]);
    assert.throws(() => leaveGroupOut(4, [[4]]), /Group 0 names point 4; points run from 0 to 3/);
  });
});

describe('every sampler', () => {
  const labels = Uint8Array.from({ length: 15 }, (_, i) => i % 3);
  const samplers: Record<string, (count: number, seed: number) => Subsets> = {
    'uniform size': (count, seed) => uniformSizeSubsets({ poolSize: 15, count, seed }),
    'uniform size with labels': (count, seed) => uniformSizeSubsets({ poolSize: 15, count, seed, labels }),
    'fixed size': (count, seed) => fixedSizeSubsets({ poolSize: 15, count, size: 6, seed }),
    Bernoulli: (count, seed) => bernoulliSubsets({ poolSize: 15, count, probability: 0.5, seed }),
    prefixes: (count, seed) => permutationPrefixes({ poolSize: 15, count, seed, sizes: [7] }).subsets,
    bootstrap: (count, seed) => bootstrapSubsets({ poolSize: 15, count, seed }),
  };

  for (const [name, draw] of Object.entries(samplers)) {
    it(`draws the same rows for the same seed, whatever the count (${name})`, () => {
      fc.assert(
        fc.property(fc.integer(), fc.integer({ min: 0, max: 12 }), (seed, count) => {
          const long = draw(12, seed);
          const short = draw(count, seed);
          assert.deepEqual(short.weights, long.weights.subarray(0, count * 15));
          assert.equal(short.count, count);
        }),
        { seed: 14, numRuns: 20 },
      );
      assert.notDeepEqual(draw(12, 1).weights, draw(12, 2).weights);
    });

    it(`treats all points alike (${name})`, () => {
      const counts = inclusions(draw(3000, 15));
      const mean = counts.reduce((a, b) => a + b) / 15;
      const deviation = Math.sqrt(mean * (1 - mean / 3000));
      // 15 points: |z| ≤ 4.5 is a false alarm once in 10,000.
      for (const held of counts) assert.ok(Math.abs(held - mean) < 4.5 * deviation, counts.join(' '));
    });
  }

  it('refuses sizes and counts that make no sense', () => {
    const refused = (work: () => unknown, message: RegExp) =>
      assert.throws(work, (error) => error instanceof InputError && message.test(error.message));
    refused(() => fixedSizeSubsets({ poolSize: 5, count: 1, size: 6, seed: 0 }), /size is 6; .* from 0 to 5/);
    refused(() => fixedSizeSubsets({ poolSize: 5, count: -1, size: 2, seed: 0 }), /count is -1/);
    refused(
      () => uniformSizeSubsets({ poolSize: 5, count: 1, minimumSize: 4, maximumSize: 3, seed: 0 }),
      /minimumSize/,
    );
    refused(() => uniformSizeSubsets({ poolSize: 5, count: 1, seed: 0, labels: new Uint8Array(4) }), /4 labels for 5/);
    refused(() => bernoulliSubsets({ poolSize: 5, count: 1, probability: 1.5, seed: 0 }), /probability is 1.5/);
    refused(() => permutationPrefixes({ poolSize: 5, count: 1, seed: 0, sizes: [3, 3] }), /ascending order/);
    refused(() => permutationPrefixes({ poolSize: 5, count: 1, seed: 0, sizes: [1.5] }), /sizes\[0\] is 1.5/);
    refused(() => bootstrapSubsets({ poolSize: 5, count: 1, seed: 0, size: NaN }), /size is NaN/);
    for (const poolSize of [-1, 2.5, NaN]) {
      const [count, seed] = [1, 0];
      refused(() => bernoulliSubsets({ poolSize, count, seed, probability: 0.5 }), /poolSize is/);
      refused(() => bootstrapSubsets({ poolSize, count, seed }), /poolSize is/);
      refused(() => fixedSizeSubsets({ poolSize, count, seed, size: 0 }), /poolSize is/);
      refused(() => permutationPrefixes({ poolSize, count, seed }), /poolSize is/);
      refused(() => uniformSizeSubsets({ poolSize, count, seed }), /poolSize is/);
      for (const make of [leaveOneOut, fullPool]) refused(() => make(poolSize), /poolSize is/);
    }
    refused(() => drawPermutations({ poolSize: 5, count: 1.5, seed: 0 }), /count is 1.5/);
    refused(() => drawPermutations({ poolSize: 5, count: 1, seed: 0, first: NaN }), /first is NaN/);
    refused(() => fixedSizeSubsets({ poolSize: 5, count: 1, size: 2, seed: NaN }), /seed is NaN/);
  });
});
