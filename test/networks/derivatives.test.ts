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
  type Network,
} from '../../src/index.js';
import { perceptron, randomPoints, randomVector, relativeDifference } from './networks.js';

const precision = 'float64';
const networks: Readonly<Record<string, Network>> = {
  'tanh perceptron': perceptron(5, [7, 4], 3),
  'gelu perceptron': perceptron(5, [7, 4], 3, 'gelu'),
  'elu perceptron': perceptron(5, [7], 3, 'elu'),
  'relu perceptron': perceptron(5, [7], 3, 'relu'),
  'tanh perceptron with squared error': { ...perceptron(5, [7], 3), loss: 'squared error' },
};

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
      const differences = Float64Array.from({ length: p }, () => 0);
      for (let j = 0; j < p; j++) {
        const unit = new Float64Array(p);
        unit[j] = 1;
        const [up, down] = await Promise.all(
          [1e-5, -1e-5].map((step) => networkGradient({ ...question, parameters: moved(unit, step) })),
        );
        differences[j] = (up.objective - down.objective) / 2e-5;
      }
      assert.ok(relativeDifference(gradient, differences) < 1e-8);
    });

    it(`${name}: Hessian products and point tangents equal differences of gradients and losses`, async () => {
      const vectors = randomVector(2 * p, 5);
      const { products, pointTangents } = await hessianProducts({ ...question, vectors });
      for (const m of [0, 1]) {
        const vector = vectors.subarray(m * p, (m + 1) * p);
        const at = (step: number) => ({ ...question, parameters: moved(vector, step) });
        const [up, down] = await Promise.all([networkGradient(at(1e-5)), networkGradient(at(-1e-5))]);
        const differences = up.gradient.map((value, j) => (value - down.gradient[j]) / 2e-5);
        assert.ok(relativeDifference(products.subarray(m * p, (m + 1) * p), differences) < 1e-8);
        const [upper, lower] = await Promise.all([networkOutputs(at(1e-5)), networkOutputs(at(-1e-5))]);
        const slopes = upper.losses.map((value, i) => (value - lower.losses[i]) / 2e-5);
        assert.ok(relativeDifference(pointTangents.subarray(m * 9, (m + 1) * 9), slopes) < 1e-8);
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
