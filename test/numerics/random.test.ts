import { strict as assert } from 'node:assert';
import { InputError } from '../../src/errors.js';
import { deriveSeed, randomStream } from '../../src/numerics/random.js';

describe('random streams', () => {
  it('repeat with their seed and path, and differ otherwise', () => {
    const draw = (...path: (string | number)[]): number[] => {
      const stream = randomStream(3, ...path);
      return [stream.uniform(), stream.normal(), stream.integer(1000)];
    };
    assert.deepEqual(draw('a', 1), draw('a', 1));
    const seen = new Set(Array.from({ length: 1000 }, (_, i) => draw('a', i)[0]));
    assert.equal(seen.size, 1000);
    // Paths are not concatenated: ('a', 1, 2) and ('a', 12) are different streams.
    assert.notDeepEqual(draw('a', 1, 2), draw('a', 12));
  });
  it('refuse seeds and paths that JSON cannot tell apart', () => {
    for (const seed of [NaN, Infinity, 0.5, undefined as never, '1' as never])
      assert.throws(() => randomStream(seed), InputError, String(seed));
    for (const part of [NaN, -Infinity, undefined as never, null as never])
      assert.throws(() => deriveSeed(1, 'a', part), InputError, String(part));
  });
  it('normals have mean 0 and variance 1 (4 standard errors)', () => {
    const stream = randomStream(1, 'normal');
    const n = 20000;
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < n; i++) {
      const z = stream.normal();
      sum += z;
      squares += z * z;
    }
    assert.ok(Math.abs(sum / n) < 4 / Math.sqrt(n));
    assert.ok(Math.abs(squares / n - 1) < 4 * Math.sqrt(2 / n));
  });
  it('gives every order of three items equally often (chi-square, 5 degrees of freedom, 99.99 %)', () => {
    const counts = new Map<string, number>();
    const n = 6000;
    for (let i = 0; i < n; i++) {
      const key = randomStream(2, 'order', i).permutation(3).join('');
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    assert.equal(counts.size, 6);
    const chiSquare = [...counts.values()].reduce((sum, c) => sum + (c - n / 6) ** 2 / (n / 6), 0);
    assert.ok(chiSquare < 25.7, `chi-square ${chiSquare}`);
  });
});
