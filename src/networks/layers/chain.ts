import type { Shape } from '../shape.js';
import { layerParameterCount, type Layer, type PlacedLayer, type Site } from './layer.js';

/** Layers one after the other, as one layer. */
export function chain(layers: readonly Layer[], input: Shape): Layer {
  return {
    output: layers.at(-1)?.output ?? input,
    parameters: layers.flatMap((layer, k) =>
      layer.parameters.map(({ name, shape }) => ({ name: `${k}.${name}`, shape })),
    ),
    initialise(theta, stream) {
      let first = 0;
      for (const layer of layers) {
        const count = layerParameterCount(layer);
        layer.initialise(theta.subarray(first, first + count), stream);
        first += count;
      }
    },
    place: (site) => placeChain(layers, site),
  };
}

function placeChain(layers: readonly Layer[], site: Site): PlacedLayer {
  const placed: PlacedLayer[] = [];
  let { input, mask, offset } = site;
  for (const [k, layer] of layers.entries()) {
    const next = layer.place({ ...site, path: [...site.path, k], input, mask, offset });
    placed.push(next);
    input = next.output;
    mask = next.mask ?? mask;
    offset += layerParameterCount(layer);
  }
  const backwards = placed.toReversed();
  return {
    output: input,
    mask,
    forward: (pass) => placed.forEach((layer) => layer.forward(pass)),
    tangent: (pass) => placed.forEach((layer) => layer.tangent(pass)),
    reverse: (pass) => backwards.forEach((layer) => layer.reverse(pass)),
    reverseTangent: (pass) => backwards.forEach((layer) => layer.reverseTangent(pass)),
    addParameterSlopes(pass, first, count, to) {
      backwards.forEach((layer) => layer.addParameterSlopes?.(pass, first, count, to));
    },
    addParameterSlopeTangents: (pass) => backwards.forEach((layer) => layer.addParameterSlopeTangents?.(pass)),
  };
}
