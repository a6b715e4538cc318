import { z } from 'zod';
import { InputError } from '../../errors.js';
import type { Place } from '../../numerics/layer-kernels.js';
import { describeShape, shapeSize, type Shape } from '../shape.js';
import {
  layerParameterCount,
  nowhere,
  type Layer,
  type Pass,
  type PlacedLayer,
  type Quantity,
  type Site,
} from './layer.js';

/** y = layers(x) + shortcut(x), of layers described by `Inner`. */
export interface ResidualLayer<Inner> {
  readonly kind: 'residual';
  readonly layers: readonly Inner[];
  /** Default: none, x itself; e.g. a convolution of size 1 where the shape changes. */
  readonly shortcut?: readonly Inner[];
}

export const residualSchema = <Inner>() => {
  const descriptions = z.array(z.custom<Inner>((value) => typeof value === 'object' && value !== null));
  return z.strictObject({ kind: z.literal('residual'), layers: descriptions, shortcut: descriptions.optional() });
};

/** @param build makes layers one after the other, each for what the one before gives. */
export function residual<Inner>(
  { layers, shortcut = [] }: ResidualLayer<Inner>,
  input: Shape,
  build: (descriptions: readonly Inner[], input: Shape) => Layer,
): Layer {
  const branches = [build(layers, input), build(shortcut, input)] as const;
  const [main, short] = branches;
  if (JSON.stringify(main.output) !== JSON.stringify(short.output)) {
    throw new InputError(
      `The layers of a residual one give ${describeShape(main.output)}, its shortcut ${describeShape(short.output)}; they must be alike.`,
    );
  }
  const split = layerParameterCount(main);
  const named = (branch: Layer, name: string) =>
    branch.parameters.map((block) => ({ ...block, name: `${name}.${block.name}` }));
  return {
    output: main.output,
    parameters: [...named(main, 'layers'), ...named(short, 'shortcut')],
    initialise(theta, stream) {
      main.initialise(theta.subarray(0, split), stream);
      short.initialise(theta.subarray(split), stream);
    },
    place: (site) => placeResidual(branches, { input: shapeSize(input), output: shapeSize(main.output) }, site),
  };
}

function placeResidual(
  branches: readonly [Layer, Layer],
  sizes: { readonly input: number; readonly output: number },
  site: Site,
): PlacedLayer {
  const { input: x, take, offset } = site;
  // Both branches read x, but each goes backwards into slopes of its own.
  const ownSlopes = (): Quantity => ({
    ...x,
    slope: x.slope === nowhere ? nowhere : take(sizes.input),
    slopeTangent: x.slopeTangent === nowhere ? nowhere : take(sizes.input),
  });
  const [mainInput, shortInput] = [ownSlopes(), ownSlopes()];
  const main = branches[0].place({ ...site, path: [...site.path, 0], input: mainInput });
  const shortOffset = offset + layerParameterCount(branches[0]);
  const short = branches[1].place({ ...site, path: [...site.path, 1], input: shortInput, offset: shortOffset });
  const both = [main, short];
  const y = site.quantity(sizes.output, likeEither(main.output, short.output));

  return {
    output: y,
    forward(pass) {
      both.forEach((branch) => branch.forward(pass));
      add(pass, sizes.output, [main.output.value, short.output.value], y.value);
    },
    tangent(pass) {
      both.forEach((branch) => branch.tangent(pass));
      add(pass, sizes.output, [main.output.tangent, short.output.tangent], y.tangent);
    },
    reverse(pass) {
      both.forEach(({ output: { slope } }) => add(pass, sizes.output, [y.slope], slope));
      both.forEach((branch) => branch.reverse(pass));
      add(pass, sizes.input, [mainInput.slope, shortInput.slope], x.slope);
    },
    reverseTangent(pass) {
      both.forEach(({ output: { slopeTangent } }) => add(pass, sizes.output, [y.slopeTangent], slopeTangent));
      both.forEach((branch) => branch.reverseTangent(pass));
      add(pass, sizes.input, [mainInput.slopeTangent, shortInput.slopeTangent], x.slopeTangent);
    },
    addParameterSlopes(pass, first, count, to) {
      both.forEach((branch) => branch.addParameterSlopes?.(pass, first, count, to));
    },
    addParameterSlopeTangents: (pass) => both.forEach((branch) => branch.addParameterSlopeTangents?.(pass)),
  };
}

/** A variable that has the derivatives that either of two has. */
function likeEither(a: Quantity, b: Quantity): Quantity {
  const either = (part: keyof Quantity): Place => Math.max(a[part], b[part]);
  return { value: 0, slope: either('slope'), tangent: either('tangent'), slopeTangent: either('slopeTangent') };
}

/** to = the sum of parts, those that are somewhere; nothing where `to` is nowhere. */
function add({ kernels, count }: Pass, size: number, parts: readonly Place[], to: Place): void {
  if (to === nowhere) return;
  const present = parts.filter((part) => part !== nowhere);
  present.forEach((part, k) => kernels.combine(count * size, 1, part, k > 0 ? 1 : 0, to));
}
