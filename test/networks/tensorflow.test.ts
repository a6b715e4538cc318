import assert from 'node:assert/strict';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import {
  initialParameters,
  networkFromLayersModel,
  networkOutputs,
  networkToLayersModel,
  type Network,
} from '../../src/index.js';
import { loadTensorFlow } from '../../src/numerics/backend.js';
import { randomStream } from '../../src/numerics/random.js';

type Library = typeof import('@tensorflow/tfjs-layers');

const points = 5;
const classes = 3;

describe('networks and TensorFlow.js models', function () {
  this.timeout(60_000);
  let library: Library;
  before(async () => {
    await loadTensorFlow();
    library = await import('@tensorflow/tfjs-layers');
  });

  /** Normal numbers, or tokens below `vocabulary`. */
  function features(length: number, vocabulary?: number): Float64Array {
    const stream = randomStream(5, 'tensorflow', length);
    return Float64Array.from({ length }, () => Math.fround(vocabulary ? stream.integer(vocabulary) : stream.normal()));
  }

  async function modelOutputs(model: LayersModel, inputs: Float64Array): Promise<Float64Array> {
    const tf = await loadTensorFlow();
    const shape = [points, ...model.inputs[0].shape.slice(1).map(Number)];
    const result = tf.tidy(() => model.predict(tf.tensor(Float32Array.from(inputs), shape)));
    assert.ok(!Array.isArray(result));
    const outputs = Float64Array.from(result.dataSync());
    result.dispose();
    return outputs;
  }

  async function outputsOf(network: Network, parameters: Float64Array, inputs: Float64Array): Promise<Float64Array> {
    const labels = new Uint8Array(points);
    const question = { network, parameters, points: { size: points, features: inputs, labels } };
    return (await networkOutputs({ ...question, precision: 'float64' })).outputs;
  }

  function assertNear(actual: Float64Array, expected: Float64Array): void {
    assert.equal(actual.length, expected.length);
    actual.forEach((value, k) => assert.ok(Math.abs(value - expected[k]) <= 1e-5 * Math.max(1, Math.abs(expected[k]))));
    assert.ok(expected.some((value) => Math.abs(value) > 1e-3));
  }

  /** Weights that are all different, so that one in a wrong place shows. */
  async function withWeights(model: LayersModel): Promise<LayersModel> {
    const tf = await loadTensorFlow();
    const stream = randomStream(6, 'tensorflow', 'weights');
    const weights = model.getWeights().map(({ shape, size }) =>
      tf.tensor(
        Float32Array.from({ length: size }, () => 0.5 * stream.normal()),
        shape,
      ),
    );
    model.setWeights(weights);
    tf.dispose(weights);
    return model;
  }

  const apply = (layer: { apply: (x: SymbolicTensor) => unknown }, x: SymbolicTensor) =>
    layer.apply(x) as SymbolicTensor;

  function models(): Record<
    string,
    { readonly model: LayersModel; readonly vocabulary?: number; readonly softmax?: true }
  > {
    const { layers, input, model, sequential } = library;
    const image = input({ shape: [9, 8, 2] });
    const first = apply(
      layers.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', activation: 'gelu' }),
      image,
    );
    const padded = apply(
      layers.conv2d({ filters: 4, kernelSize: 3 }),
      apply(layers.zeroPadding2d({ padding: 1 }), first),
    );
    const inner = layers.add().apply([padded, first]) as SymbolicTensor;
    const main = apply(layers.layerNormalization({ epsilon: 0.01 }), inner);
    const short = apply(layers.conv2d({ filters: 4, kernelSize: 1, useBias: false }), first);
    const sum = layers.add().apply([short, main]) as SymbolicTensor;
    const pooled = apply(
      layers.averagePooling2d({ poolSize: 3, strides: 1, padding: 'same' }),
      apply(layers.elu(), sum),
    );
    const outputs = apply(layers.dense({ units: classes }), apply(layers.globalAveragePooling2d({}), pooled));
    return {
      'a Sequential perceptron with softmax': {
        softmax: true,
        model: sequential({
          layers: [
            layers.dense({ units: 7, inputShape: [6], activation: 'relu' }),
            layers.dropout({ rate: 0.3 }),
            layers.dense({ units: 5, useBias: false }),
            layers.activation({ activation: 'tanh' }),
            layers.dense({ units: classes, activation: 'softmax' }),
          ],
        }),
      },
      'a Sequential convolutional network': {
        model: sequential({
          layers: [
            layers.conv2d({ filters: 3, kernelSize: [3, 2], inputShape: [8, 7, 2] }),
            layers.reLU(),
            layers.maxPooling2d({ poolSize: [2, 2] }),
            layers.flatten(),
            layers.dense({ units: classes }),
          ],
        }),
      },
      'a functional residual network': { model: model({ inputs: image, outputs }) },
      'a network of tokens': {
        vocabulary: 11,
        model: sequential({
          layers: [
            layers.embedding({ inputDim: 11, outputDim: 4, inputLength: 6 }),
            layers.dense({ units: 5, activation: 'elu' }),
            layers.globalAveragePooling1d({}),
            layers.dense({ units: classes }),
          ],
        }),
      },
    };
  }

  it('go in and out with the same outputs', async () => {
    for (const [name, { model, vocabulary, softmax }] of Object.entries(models())) {
      await withWeights(model);
      const { network, parameters } = networkFromLayersModel(model);
      const size = model.inputs[0].shape.slice(1).reduce((product: number, side) => product * Number(side), points);
      const inputs = features(size, vocabulary);
      const outputs = await outputsOf(network, parameters, inputs);
      const expected = await modelOutputs(model, inputs);
      if (softmax) {
        const logits = Array.from({ length: points }, (_, i) => outputs.subarray(i * classes, (i + 1) * classes));
        const sums = logits.map((row) => row.reduce((all, value) => all + Math.exp(value), 0));
        assertNear(
          Float64Array.from(outputs, (value, k) => Math.exp(value) / sums[Math.floor(k / classes)]),
          expected,
        );
      } else assertNear(outputs, expected);

      const back = await networkToLayersModel({ network, parameters });
      assertNear(await modelOutputs(back, inputs), outputs);
      const again = networkFromLayersModel(back);
      assert.deepEqual(again.parameters, parameters, name);
      assertNear(await outputsOf(again.network, again.parameters, inputs), outputs);
      model.dispose();
      back.dispose();
    }
  });

  it('are refused by the name of a layer that the other does not have', async () => {
    const { layers, sequential, model, input } = library;
    const refused = (built: LayersModel, message: RegExp): void => {
      assert.throws(() => networkFromLayersModel(built), { name: 'InputError', message });
      built.dispose();
    };
    const dense = layers.dense({ units: 3, inputShape: [4] });
    refused(
      sequential({ layers: [dense, layers.batchNormalization({ name: 'scaled' })] }),
      /"scaled" is a BatchNormalization/,
    );
    refused(
      sequential({ layers: [layers.dense({ units: 3, inputShape: [4], activation: 'sigmoid', name: 'gate' })] }),
      /"gate", a Dense, has options that networks do not have \(\{"activation":"sigmoid"\}\)/,
    );
    const shared = layers.dense({ units: 4, name: 'twice' });
    const x = input({ shape: [4] });
    refused(model({ inputs: x, outputs: apply(shared, apply(shared, x)) }), /"twice" is used more than once/);
    refused(
      model({ inputs: x, outputs: layers.concatenate({ name: 'side' }).apply([x, x]) as SymbolicTensor }),
      /"side" joins/,
    );
    const network: Network = {
      input: { kind: 'image', height: 2, width: 2, channels: 2 },
      layers: [{ kind: 'group norm', groups: 2 }, { kind: 'flatten' }],
    };
    await assert.rejects(networkToLayersModel({ network, parameters: initialParameters(network, 1) }), {
      message: 'TensorFlow.js has no layer like "group norm".',
    });
    await assert.rejects(networkToLayersModel({ network, parameters: [] }), /has 4 parameters, not 0/);
  });
});
