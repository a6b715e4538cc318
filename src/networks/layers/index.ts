import { z } from 'zod';
import { listNearest } from '../../nearest-names.js';
import { InputError } from '../../errors.js';
import { activations } from '../../numerics/layer-kernels.js';
import type { Shape } from '../shape.js';
import { activation, type ActivationLayer } from './activation.js';
import { attention, attentionSchema, type AttentionLayer } from './attention.js';
import { chain } from './chain.js';
import { conv2d, conv2dSchema, type Conv2dLayer } from './conv2d.js';
import { dense, denseSchema, type DenseLayer } from './dense.js';
import { dropout, dropoutSchema, type DropoutLayer } from './dropout.js';
import { embedding, embeddingSchema, type EmbeddingLayer } from './embedding.js';
import { flatten, flattenSchema, type FlattenLayer } from './flatten.js';
import { globalAveragePool, globalAveragePoolSchema, type GlobalAveragePoolLayer } from './global-average-pool.js';
import type { Layer } from './layer.js';
import {
  groupNorm,
  groupNormSchema,
  layerNorm,
  layerNormSchema,
  type GroupNormLayer,
  type LayerNormLayer,
} from './norm.js';
import { pool, poolSchema, type PoolLayer } from './pool.js';
import { residual, residualSchema, type ResidualLayer } from './residual.js';

/** One layer of a network in plain data. */
export type LayerDescription =
  | ActivationLayer
  | AttentionLayer
  | Conv2dLayer
  | DenseLayer
  | DropoutLayer
  | EmbeddingLayer
  | FlattenLayer
  | GlobalAveragePoolLayer
  | GroupNormLayer
  | LayerNormLayer
  | PoolLayer
  | ResidualLayer<LayerDescription>;

/** Makes layers one after the other, each for what the one before gives. */
export type BuildChain = (descriptions: readonly LayerDescription[], input: Shape) => Layer;

/** One kind of layer: its description checked, then the layer made for inputs of a shape. */
type Create = (description: LayerDescription, input: Shape) => Layer;

const elementwise = entry(z.strictObject({ kind: z.enum(activations) }), activation);

const pooling = entry(poolSchema, pool);

/** A new kind of layer is one line here and one in {@link LayerDescription}. */
const kinds: Readonly<Record<LayerDescription['kind'], Create>> = {
  dense: entry(denseSchema, dense),
  conv2d: entry(conv2dSchema, conv2d),
  'maximum pool': pooling,
  'average pool': pooling,
  'global average pool': entry(globalAveragePoolSchema, globalAveragePool),
  flatten: entry(flattenSchema, flatten),
  residual: entry(residualSchema<LayerDescription>(), residual),
  'layer norm': entry(layerNormSchema, layerNorm),
  'group norm': entry(groupNormSchema, groupNorm),
  embedding: entry(embeddingSchema, embedding),
  attention: entry(attentionSchema, attention),
  dropout: entry(dropoutSchema, dropout),
  relu: elementwise,
  tanh: elementwise,
  elu: elementwise,
  gelu: elementwise,
};

/** Kinds of layers that a network can have. */
export const layerKinds: readonly string[] = Object.keys(kinds);

/**
 * Layers one after the other for inputs of this shape, as one layer.
 *
 * @throws InputError if a layer is unknown, its description has an unknown, missing or bad part, or it cannot take what the one
 * before it gives.
 */
export function buildChain(descriptions: readonly LayerDescription[], input: Shape): Layer {
  const layers: Layer[] = [];
  let shape = input;
  for (const description of descriptions) {
    const layer = buildLayer(description, shape);
    layers.push(layer);
    shape = layer.output;
  }
  return chain(layers, input);
}

function buildLayer(description: LayerDescription, input: Shape): Layer {
  const { kind } = description;
  if (!Object.hasOwn(kinds, kind)) {
    throw new InputError(`There is no layer "${kind}"; ${listNearest(kind, layerKinds)}.`);
  }
  return kinds[kind](description, input);
}

function entry<Description>(
  schema: z.ZodType<Description>,
  create: (description: Description, input: Shape, build: BuildChain) => Layer,
): Create {
  return (description, input) => {
    const checked = schema.safeParse(description);
    if (checked.success) return create(checked.data, input, buildChain);
    const { path, message } = checked.error.issues[0];
    throw new InputError(
      `The ${path.join('.') || 'description'} of a layer "${description.kind}" cannot be used (${message}).`,
    );
  };
}
