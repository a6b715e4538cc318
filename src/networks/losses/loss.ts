import type { LayerKernels, Place } from '../../numerics/layer-kernels.js';
import type { Quantity } from '../layers/layer.js';

/** Where a loss finds what it needs about the rows of a batch, and leaves what it computes. */
export interface LossSite {
  /** The network's outputs, `rows×outputs`. */
  readonly output: Quantity;
  readonly outputs: number;
  readonly labels: Place;
  /** `rows×outputs`, for losses that compare with numbers. */
  readonly targets: Place;
  /** What every row's loss is multiplied by in F, and the tangents of that. */
  readonly weights: Place;
  readonly weightTangents: Place;
  /** Losses of the rows without their weights, and tangents of those. */
  readonly losses: Place;
  readonly lossTangents: Place;
  readonly take: (size: number) => Place;
}

/** A loss with its places in a memory. */
export interface PlacedLoss {
  /** The rows' losses, and output.slope of F = Σ weight·loss. */
  forward(kernels: LayerKernels, count: number): void;
  /** Their tangents, and output.slopeTangent. */
  tangent(kernels: LayerKernels, count: number): void;
}

export interface Loss {
  /** Whether it compares with `targets` rather than with labels. */
  readonly needsTargets: boolean;
  place(site: LossSite): PlacedLoss;
}
