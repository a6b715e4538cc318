import assert from 'node:assert/strict';
import {
  gaussNewtonProducts,
  hessianProducts,
  initialParameters,
  networkGradient,
  networkOutputs,
  outputValues,
  pointGradients,
  projectedPointGradients,
} from '../../src/index.js';
import { networks, perceptron, randomPoints, randomVector, relativeDifference } from './networks.js';

const precision = 'float64';
/** The derivative at 0 by central differences, with an error of the fourth order in the step. */
async function differenceOf(values: (step: number) => Promise<Float64Array>, step = 3e-5): Promise<Float64Array> {
  const [far, near, before, behind] = await Promise.all([2 * step, step, -step, -2 * step].map(values));
  return far.map((value, k) => (8 * (near[k] - before[k]) - (value - behind[k])) / (12 * step));
}

describe('derivatives of networks', () => {
  for (const [name, network] of Object.entries(networks)) {
    const points = randomPoints(network.input, 9, 3);
    const parameters = initialParameters(network, 1);
    const p = parameters.length;
    const weights = randomVector(9, 3).map(Math.abs);
    const question = { network, points, parameters, weights, precision } as const;
    const moved = (vector: Float64Array, step: number): Float64Array => parameters.map((v, j) => v + step * vector[j]);

    it(`${name}: gradients equal differences of objectives`, async () => {
      const { gradient } = await networkGradient(question);
      const slopes = new Float64Array(8);
      const differences = new Float64Array(8);
      for (let k = 0; k < 8; k++) {
        const vector = randomVector(p, 20 + k);
        slopes[k] = vector.reduce((sum, value, j) => sum + value * gradient[j], 0);
        const objectiveAt = async (step: number): Promise<Float64Array> =>
          Float64Array.of((await networkGradient({ ...question, parameters: moved(vector, step) })).objective);
        [differences[k]] = await differenceOf(objectiveAt);
      }
      assert.ok(relativeDifference(slopes, differences) < 1e-9);
    });

    it(`${name}: Hessian products and point tangents equal differences of gradients and losses`, async () => {
      const vectors = randomVector(2 * p, 5);
      const { products, pointTangents } = await hessianProducts({ ...question, vectors });
      for (const m of [0, 1]) {
        const vector = vectors.subarray(m * p, (m + 1) * p);
        const at = (step: number) => ({ ...question, parameters: moved(vector, step) });
        const changes = await differenceOf(async (step) => (await networkGradient(at(step))).gradient);
        assert.ok(relativeDifference(products.subarray(m * p, (m + 1) * p), changes) < 1e-8);
        const slopes = await differenceOf(async (step) => (await networkOutputs(at(step))).losses);
        assert.ok(relativeDifference(pointTangents.subarray(m * 9, (m + 1) * 9), slopes) < 1e-9);
      }
    });

    it(`${name}: mixed derivatives in inputs equal differences of Hessian products' slopes`, async () => {
      if (network.input.kind === 'tokens') return;
      const vectors = randomVector(p, 6);
      const { inputSlopes } = await hessianProducts({ ...question, vectors, inputSlopes: true });
      const features = Float64Array.from(points.features);
      const direction = randomVector(features.length, 8);
      const gradientAt = async (step: number): Promise<number> => {
        const changed = { ...points, features: features.map((x, k) => x + step * direction[k]) };
        const { gradient } = await networkGradient({ ...question, points: changed });
        return gradient.reduce((sum, value, j) => sum + value * vectors[j], 0);
      };
      const difference = ((await gradientAt(1e-5)) - (await gradientAt(-1e-5))) / 2e-5;
      const along = direction.reduce((sum, value, k) => sum + value * inputSlopes![k], 0);
      assert.ok(Math.abs(along - difference) < 1e-7 * Math.max(1, Math.abs(difference)));
    });

    it(`${name}: gradients of points add up to that of their sum, and belong to each output function`, async () => {
      const { gradient } = await networkGradient(question);
      const { gradients } = await pointGradients(question);
      const sum = Float64Array.from({ length: p }, (_, j) =>
        weights.reduce((all, weight, i) => all + weight * gradients[i * p + j], 0),
      );
      assert.ok(relativeDifference(sum, gradient) < 1e-12);
      const vector = randomVector(p, 9);
      for (const output of ['margin', 'log-odds', 'logit', 'loss'] as const) {
        const own = await pointGradients({ ...question, output });
        const [up, down] = await Promise.all(
          [1e-6, -1e-6].map((step) => outputValues({ ...question, parameters: moved(vector, step), output })),
        );
        assert.ok(relativeDifference(own.values, await outputValues({ ...question, output })) < 1e-14);
        const along = Float64Array.from({ length: 9 }, (_, i) =>
          vector.reduce((all, value, j) => all + value * own.gradients[i * p + j], 0),
        );
        assert.ok(
          relativeDifference(
            along,
            up.map((value, i) => (value - down[i]) / 2e-6),
          ) < 1e-7,
        );
      }
    });

    it(`${name}: Gauss–Newton products are those of JᵀHJ, and float32 agrees with float64`, async () => {
      const vectors = randomVector(2 * p, 5);
      const products = await gaussNewtonProducts({ ...question, vectors });
      const [first, second] = [vectors.subarray(0, p), vectors.subarray(p)];
      const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, j) => sum + value * b[j], 0);
      const [aGb, bGa] = [dot(first, products.subarray(p)), dot(second, products.subarray(0, p))];
      assert.ok(Math.abs(aGb - bGa) < 1e-10 * Math.abs(aGb) && dot(first, products.subarray(0, p)) > 0);
      const single = await hessianProducts({ ...question, vectors, precision: 'float32' });
      const double = await hessianProducts({ ...question, vectors });
      assert.ok(relativeDifference(single.products, double.products) < 1e-4);
      assert.ok(relativeDifference(single.pointTangents, double.pointTangents) < 1e-4);
    });
  }

  it('projections are those of the gradients on ±1/√k directions, whatever the block', async () => {
    const network = perceptron(5, [7, 4], 3);
    const points = randomPoints(network.input, 40, 3);
    const parameters = initialParameters(network, 1);
    const question = { network, points, parameters, precision } as const;
    const { gradients } = await pointGradients(question);
    const { projections } = await projectedPointGradients({ ...question, directions: 4096, seed: 3 });
    const p = parameters.length;
    const product = (rows: Float64Array, width: number, i: number, j: number): number =>
      rows.subarray(i * width, (i + 1) * width).reduce((sum, value, k) => sum + value * rows[j * width + k], 0);
    for (let i = 0; i < 5; i++) {
      const length = Math.sqrt(product(gradients, p, i, i) * product(gradients, p, i + 1, i + 1));
      const error = product(projections, 4096, i, i + 1) - product(gradients, p, i, i + 1);
      assert.ok(Math.abs(error) < (5 / 64) * length);
    }
  });
});
