import { z } from 'zod';
import { listNearest } from '../../nearest-names.js';
import { InputError } from '../../errors.js';
import { activations } from '../../numerics/layer-kernels.js';
import type { Shape } from '../shape.js';
import { activation, type ActivationLayer } from './activation.js';
import { chain } from './chain.js';
import { dense, denseSchema, type DenseLayer } from './dense.js';
import type { Layer } from './layer.js';

/** One layer of a network in plain data. */
export type LayerDescription = ActivationLayer | DenseLayer;

/** Makes layers one after the other, each for what the one before gives. */
export type BuildChain = (descriptions: readonly LayerDescription[], input: Shape) => Layer;

/** One kind of layer: its description checked, then the layer made for inputs of a shape. */
type Create = (description: LayerDescription, input: Shape) => Layer;

const elementwise = entry(z.strictObject({ kind: z.enum(activations) }), activation);

/** A new kind of layer is one line here and one in {@link LayerDescription}. */
const kinds: Readonly<Record<LayerDescription['kind'], Create>> = {
  dense: entry(denseSchema, dense),
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
