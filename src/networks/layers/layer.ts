import type { LayerKernels, Place } from '../../numerics/layer-kernels.js';
import type { RandomStream } from '../../numerics/random.js';
import type { Shape } from '../shape.js';

/** Where there is nothing: a derivative that nobody asks for, or that is 0. */
export const nowhere: Place = -1;

/** The places of a variable and of its derivatives, all of the same size; {@link nowhere} where one is not kept. */
export interface Quantity {
  readonly value: Place;
  /** ∂F/∂value: what reverse mode computes. */
  readonly slope: Place;
  /** The value's derivative along the parameters' tangent: what forward mode computes. */
  readonly tangent: Place;
  /** The slope's derivative along it: what forward mode over reverse mode computes. */
  readonly slopeTangent: Place;
}

/** What dropout's masks are drawn from, so that a point's mask at a step does not depend on the rest of the batch. */
export interface DropoutKey {
  readonly seed: number;
  readonly step: number;
  /** The pool's index of every row of the batch. */
  readonly points: ArrayLike<number>;
}

/** One pass over a batch. */
export interface Pass {
  readonly kernels: LayerKernels;
  /** Rows of the batch. */
  readonly count: number;
  /** All parameters, layer after layer. */
  readonly parameters: Quantity;
  /** Present while a network with dropout is trained. */
  readonly dropout?: DropoutKey;
}

/**
 * A layer with its places in a memory. Passes are called in this order; each reads what those before it have written, and does
 * nothing where the place of its result is {@link nowhere}.
 */
export interface PlacedLayer {
  readonly output: Quantity;
  /** `rows×length`: 1 where the output's sequence has a token, 0 where it is padded. Absent: as the input's. */
  readonly mask?: Place;
  /** output.value from input.value. */
  forward(pass: Pass): void;
  /** output.tangent from input.tangent and the parameters' tangent. */
  tangent(pass: Pass): void;
  /** input.slope from output.slope. */
  reverse(pass: Pass): void;
  /** input.slopeTangent from output.slopeTangent and everything above. */
  reverseTangent(pass: Pass): void;
  /** Adds the parameters' slopes from rows first … first + count − 1 to a vector as long as all parameters. Absent: no parameters. */
  addParameterSlopes?(pass: Pass, first: number, count: number, to: Place): void;
  /** Adds the tangents of the parameters' slopes from all rows to parameters.slopeTangent. */
  addParameterSlopeTangents?(pass: Pass): void;
}

/** What a layer is placed with. */
export interface Site {
  readonly input: Quantity;
  /** Where the layer is: its place among the layers, and among those of every layer that it is inside of, outermost first. */
  readonly path: readonly number[];
  /** Where the layer's parameters begin among all. */
  readonly offset: number;
  /** `rows×length`: 1 for tokens, 0 for padding; {@link nowhere} if no layer before has said so. */
  readonly mask: Place;
  /** Room for so many numbers a row. */
  readonly take: (size: number) => Place;
  /** Room for a variable of so many numbers a row; with `like`, only for those of its derivatives that this one has. */
  readonly quantity: (size: number, like?: Quantity) => Quantity;
}

/** A named part of a layer's parameters, row-major; its first axis are the units (neurons, filters) that it belongs to. */
export interface ParameterBlock {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A layer for inputs of one shape. */
export interface Layer {
  readonly output: Shape;
  /** Its parameters in the order in which they lie. */
  readonly parameters: readonly ParameterBlock[];
  /** Writes initial parameters into `theta`, the layer's own part. */
  initialise(theta: Float64Array, stream: RandomStream): void;
  place(site: Site): PlacedLayer;
}

export function blockSize({ shape }: ParameterBlock): number {
  return shape.reduce((product, size) => product * size, 1);
}

export function layerParameterCount(layer: Layer): number {
  return layer.parameters.reduce((sum, block) => sum + blockSize(block), 0);
}

/** For layers that have no parameters. */
export const withoutParameters = { parameters: [], initialise: (): void => undefined } as const;
