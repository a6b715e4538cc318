import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  hessianProducts,
  networkGradient,
  trainNetwork,
  type LayerDescription,
  type Network,
  type Optimiser,
  type Training,
} from '../../src/index.js';
import { relativeDifference } from './networks.js';

interface Case {
  readonly inputs: readonly number[];
  readonly labels: readonly number[];
  readonly parameters: readonly number[];
  readonly vector: readonly number[];
  readonly gradient: readonly number[];
  readonly pointTangents: readonly number[];
  readonly product: readonly number[];
  readonly trained: Readonly<Record<string, readonly number[]>>;
}

/** Recorded by `scripts/reference/make_networks.py`. */
const fixture = JSON.parse(readFileSync('test/fixtures/networks.json', 'utf8')) as {
  readonly cases: Readonly<Record<string, Case>>;
};

const dense = (units: number): LayerDescription => ({ kind: 'dense', units });
const networks: Readonly<Record<string, Network>> = {
  perceptron: {
    input: { kind: 'features', size: 5 },
    layers: [dense(7), { kind: 'tanh' }, dense(6), { kind: 'gelu' }, dense(5), { kind: 'elu' }, dense(3)],
  },
  convolutional: {
    input: { kind: 'image', height: 6, width: 6, channels: 2 },
    layers: [
      { kind: 'conv2d', filters: 4, size: 3, stride: 2, padding: 1 },
      { kind: 'group norm', groups: 2 },
      { kind: 'tanh' },
      {
        kind: 'residual',
        layers: [
          { kind: 'conv2d', filters: 4, size: 3, padding: 1 },
          { kind: 'tanh' },
          { kind: 'conv2d', filters: 4, size: 3, padding: 1 },
        ],
      },
      {
        kind: 'residual',
        layers: [{ kind: 'conv2d', filters: 6, size: 3, stride: 2, padding: 1 }, { kind: 'gelu' }],
        shortcut: [{ kind: 'conv2d', filters: 6, size: 1, stride: 2 }],
      },
      { kind: 'global average pool' },
      dense(3),
    ],
  },
  pooled: {
    input: { kind: 'image', height: 8, width: 7, channels: 1 },
    layers: [
      { kind: 'conv2d', filters: 4, size: 3 },
      { kind: 'relu' },
      { kind: 'maximum pool', size: 2 },
      { kind: 'average pool', size: 2, stride: 1, padding: 1 },
      { kind: 'flatten' },
      dense(3),
    ],
  },
  transformer: {
    input: { kind: 'tokens', length: 6, vocabulary: 9 },
    layers: [
      { kind: 'embedding', width: 8 },
      { kind: 'residual', layers: [{ kind: 'layer norm' }, { kind: 'attention', heads: 2 }] },
      { kind: 'residual', layers: [{ kind: 'layer norm' }, dense(10), { kind: 'gelu' }, dense(8)] },
      { kind: 'global average pool' },
      dense(3),
    ],
  },
};
const trainings: Readonly<Record<string, { readonly optimiser: Optimiser; readonly learningRate: number }>> = {
  sgd: { optimiser: { kind: 'sgd', momentum: 0 }, learningRate: 0.05 },
  momentum: { optimiser: { kind: 'sgd', momentum: 0.9, weightDecay: 1e-3 }, learningRate: 0.02 },
  adam: { optimiser: { kind: 'adam', weightDecay: 1e-3 }, learningRate: 0.01 },
  adamw: { optimiser: { kind: 'adam', weightDecay: 1e-2, decoupled: true }, learningRate: 0.01 },
};

describe('networks against PyTorch in float64', () => {
  for (const [name, network] of Object.entries(networks)) {
    const { inputs, labels, parameters, vector, gradient, pointTangents, product, trained } = fixture.cases[name];
    const points = { size: labels.length, features: inputs, labels };

    for (const [precision, tolerance] of [
      ['float64', 1e-9],
      ['float32', 1e-4],
    ] as const) {
      it(`${name} in ${precision}: gradient, losses' tangents and Hessian product to ${tolerance}`, async () => {
        const question = { network, points, parameters, precision } as const;
        const own = await networkGradient(question);
        const second = await hessianProducts({ ...question, vectors: Float64Array.from(vector) });
        assert.ok(relativeDifference(own.gradient, gradient) < tolerance);
        assert.ok(relativeDifference(second.pointTangents, pointTangents) < tolerance);
        assert.ok(relativeDifference(second.products, product) < tolerance);
      });
    }

    for (const [key, { optimiser, learningRate }] of Object.entries(trainings)) {
      it(`${name}: parameters after 100 steps of ${key} to 1e-6`, async () => {
        const training: Training = { optimiser, learningRate, steps: 100, batchSize: 4, seed: 3 };
        const from = Float64Array.from(parameters);
        const own = await trainNetwork({ network, pool: points, training, from, precision: 'float64' });
        const difference = relativeDifference(own, trained[key]);
        assert.ok(difference < 1e-6, `${difference}`);
      });
    }
  }
});
