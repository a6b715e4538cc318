import assert from 'node:assert/strict';
import { InterruptedError } from '../../src/errors.js';
import { lbfgsMemory, lbfgsRule } from '../../src/numerics/lbfgs-rule.js';
import { minimiseBatch, type BatchObjective, type DirectionRule } from '../../src/numerics/minimise-batch.js';
import { newtonRule } from '../../src/numerics/newton-rule.js';
import { randomStream } from '../../src/numerics/random.js';

/**
 * Function b of a batch: Σ_j (cosh(s_j·(x_j − b)) − 1) with s_j = j+1: convex, far from quadratic, minimal at x_j = b. A
 * full Newton step from far away overshoots nothing here, but a gradient step does.
 */
const p = 3;
function hyperbolicCosines(count: number): BatchObjective & { evaluated: number[] } {
  const evaluated: number[] = [];
  return {
    count,
    parameterCount: p,
    evaluated,
    evaluate(rows, active, points, values, gradients) {
      evaluated.push(active);
      for (let k = 0; k < active; k++) {
        values[k] = 0;
        for (let j = 0; j < p; j++) {
          const u = (j + 1) * (points[k * p + j] - rows[k]);
          values[k] += Math.cosh(u) - 1;
          gradients[k * p + j] = (j + 1) * Math.sinh(u);
        }
      }
    },
  };
}

const newton = (): DirectionRule =>
  newtonRule(p, (row, point, out) => {
    out.fill(0);
    for (let j = 0; j < p; j++) out[j * p + j] = (j + 1) ** 2 * Math.cosh((j + 1) * (point[j] - row));
  });
const lbfgs = (count: number): DirectionRule => lbfgsRule(count, p, () => undefined);

const optionsFor = (count: number) => ({
  parameters: new Float64Array(count * p).fill(1.5),
  gradientTolerance: new Float64Array(count).fill(1e-10),
  maxIterations: 200,
  label: 'the test',
});

const inner = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, j) => sum + value * b[j], 0);

/** Nocedal & Wright 2006, algorithm 7.4, from the newest correction pairs and the identity. */
function twoLoops(
  all: readonly { readonly s: number[]; readonly y: number[] }[],
  gradient: readonly number[],
): number[] {
  const pairs = all.slice(-lbfgsMemory);
  let q = [...gradient];
  const alphas = new Array<number>(pairs.length);
  for (let t = pairs.length - 1; t >= 0; t--) {
    alphas[t] = inner(pairs[t].s, q) / inner(pairs[t].s, pairs[t].y);
    q = q.map((value, j) => value - alphas[t] * pairs[t].y[j]);
  }
  pairs.forEach(({ s, y }, t) => {
    const beta = inner(y, q) / inner(s, y);
    q = q.map((value, j) => value + (alphas[t] - beta) * s[j]);
  });
  return q.map((value) => -value);
}

describe('batched minimisation', () => {
  for (const [name, rule] of [
    ['Newton', newton],
    ['L-BFGS', lbfgs],
  ] as const) {
    it(`finds every minimum (${name})`, async () => {
      const count = 6;
      const options = optionsFor(count);
      const { gradientNorms, iterations } = await minimiseBatch(hyperbolicCosines(count), rule(count), options);
      for (let b = 0; b < count; b++) {
        assert.ok(gradientNorms[b] <= 1e-10);
        for (let j = 0; j < p; j++) assert.ok(Math.abs(options.parameters[b * p + j] - b) < 1e-9);
      }
      assert.ok(iterations.every((n) => n > 0 && n < 100));
    });

    it(`treats each function as if it were alone (${name})`, async () => {
      const together = optionsFor(5);
      const all = await minimiseBatch(hyperbolicCosines(5), rule(5), together);
      // Function 0 alone: the first of a batch of one.
      const alone = optionsFor(1);
      const one = await minimiseBatch(hyperbolicCosines(1), rule(1), alone);
      assert.deepEqual(together.parameters.slice(0, p), alone.parameters);
      assert.equal(all.iterations[0], one.iterations[0]);
      assert.equal(all.gradientNorms[0], one.gradientNorms[0]);
    });
  }

  it('keeps all correction pairs when rounding leaves one without curvature (L-BFGS)', () => {
    const stream = randomStream(1, 'pairs');
    const rule = lbfgs(1);
    const pairs: { s: number[]; y: number[] }[] = [];
    let point = [0, 0, 0];
    let gradient = [1, 2, 3];
    for (let visit = 0; visit < 2 * lbfgsMemory; visit++) {
      const directions = new Float64Array(p);
      rule.directions(Int32Array.of(0), 1, Float64Array.from(point), Float64Array.from(gradient), directions);
      twoLoops(pairs, gradient).forEach((expected, j) => assert.ok(Math.abs(directions[j] - expected) < 1e-9));
      const s = point.map(() => stream.normal());
      const curved = visit % 5 !== 3;
      const y = s.map((change, j) => (curved ? (j + 1) * change : -change));
      if (curved) pairs.push({ s, y });
      const before = { point, gradient };
      point = s.map((change, j) => before.point[j] + change);
      gradient = y.map((change, j) => before.gradient[j] + change);
    }
  });

  it('also stops where the next step is a small share of the parameters, and tells the share', async () => {
    const stepTolerance = 0.1;
    const options = optionsFor(3);
    options.parameters.set([1.01, 1.01, 1.01], p); // Function 1 starts near its minimum.
    options.parameters.fill(2, 2 * p); // Function 2 starts at its minimum: there is no step.
    const { gradientNorms, iterations, stepShares } = await minimiseBatch(hyperbolicCosines(3), lbfgs(3), {
      ...options,
      stepTolerance,
    });
    // The minimum of function 0 is the origin, beside which no step is short: it runs to its gradient tolerance.
    assert.ok(gradientNorms[0] <= 1e-10 && Number.isNaN(stepShares[0]));
    assert.equal(iterations[1], 0);
    const step = Math.hypot(...[1, 2, 3].map((s) => s * Math.sinh(s * 0.01)));
    assert.ok(Math.abs(stepShares[1] - step / Math.hypot(1.01, 1.01, 1.01)) < 1e-12);
    assert.ok(gradientNorms[1] > 1e-10 && stepShares[1] <= stepTolerance);
    assert.deepEqual([gradientNorms[2], iterations[2], stepShares[2]], [0, 0, NaN]);
  });

  it('takes the last of steps that converge quadratically without an evaluation', async () => {
    const stepTolerance = 1e-4;
    const run = async (quadratic: boolean) => {
      const options = { ...optionsFor(3), stepTolerance };
      options.parameters.fill(1.3);
      return { ...options, ...(await minimiseBatch(hyperbolicCosines(3), { ...newton(), quadratic }, options)) };
    };
    const [all, fewer] = [await run(false), await run(true)];
    // No share of parameters that vanish is small.
    assert.ok(fewer.gradientNorms[0] <= 1e-10 && fewer.iterations[0] === all.iterations[0]);
    for (const b of [1, 2]) {
      assert.ok(fewer.iterations[b] < all.iterations[b] && fewer.iterations[b] > 0);
      assert.ok(Number.isNaN(fewer.gradientNorms[b]) && all.gradientNorms[b] > 0);
      const row = fewer.parameters.subarray(b * p, (b + 1) * p);
      const error = Math.hypot(...row.map((value) => value - b)) / Math.hypot(...row);
      assert.ok(error <= fewer.stepShares[b] && fewer.stepShares[b] <= stepTolerance);
    }
  });

  it('evaluates only functions that are not done', async () => {
    const objective = hyperbolicCosines(4);
    const options = optionsFor(4);
    options.parameters.fill(2); // Function 2 starts at its minimum.
    const { iterations } = await minimiseBatch(objective, newton(), options);
    assert.equal(iterations[2], 0);
    assert.deepEqual(objective.evaluated.slice(0, 2), [4, 3]);
    assert.equal(
      objective.evaluated.reduce((a, b) => a + b),
      iterations.reduce((sum, n) => sum + n + 1, 0),
    );
  });

  it('halves steps that overshoot', async () => {
    // Directions a thousand times too long.
    const long: DirectionRule = {
      directions(_rows, active, _points, gradients, directions) {
        for (let at = 0; at < active * p; at++) directions[at] = -1000 * gradients[at];
      },
    };
    const options = { ...optionsFor(2), maxIterations: 5000 };
    const { gradientNorms } = await minimiseBatch(hyperbolicCosines(2), long, options);
    assert.ok(gradientNorms.every((norm) => norm <= 1e-10));
  });

  it('stops at the iteration limit with the best point so far', async () => {
    const options = { ...optionsFor(3), maxIterations: 1 };
    const before = Float64Array.from(options.parameters);
    const { gradientNorms, iterations } = await minimiseBatch(hyperbolicCosines(3), newton(), options);
    assert.deepEqual([...iterations], [1, 1, 1]);
    const objective = hyperbolicCosines(3);
    const value = (parameters: Float64Array) => {
      const values = new Float64Array(3);
      const gradients = new Float64Array(3 * p);
      objective.evaluate(Int32Array.of(0, 1, 2), 3, parameters, values, gradients);
      return { values, gradients };
    };
    const [then, now] = [value(before), value(options.parameters)];
    for (let b = 0; b < 3; b++) {
      assert.ok(now.values[b] < then.values[b]);
      assert.equal(gradientNorms[b], Math.max(...now.gradients.subarray(b * p, (b + 1) * p).map(Math.abs)));
    }
  });

  it('gives up on a function without a usable direction, not on the others', async () => {
    const inner = newton();
    const uphillForFirst: DirectionRule = {
      directions(rows, active, points, gradients, directions) {
        inner.directions(rows, active, points, gradients, directions);
        for (let k = 0; k < active; k++) {
          for (let j = k * p; j < (k + 1) * p; j++) if (rows[k] === 0) directions[j] = -directions[j];
        }
      },
    };
    const options = optionsFor(3);
    const { gradientNorms } = await minimiseBatch(hyperbolicCosines(3), uphillForFirst, options);
    assert.deepEqual(options.parameters.slice(0, p), new Float64Array(p).fill(1.5));
    assert.ok(gradientNorms[0] > 1 && gradientNorms[1] <= 1e-10 && gradientNorms[2] <= 1e-10);
  });

  it('stops when asked to', async () => {
    const work = minimiseBatch(hyperbolicCosines(2), newton(), { ...optionsFor(2), signal: AbortSignal.abort() });
    await assert.rejects(work, (error) => error instanceof InterruptedError && /during the test/.test(error.message));
  });
});
