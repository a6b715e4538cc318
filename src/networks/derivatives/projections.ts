import { mixedBits, weylStep } from '../../numerics/mixed-bits.js';
import { buildNetwork } from '../network.js';
import { forPointGradients, type GradientBlock, type PointGradientOptions } from './point-gradients.js';

export interface ProjectionOptions extends Omit<PointGradientOptions, 'block' | 'scratch'> {
  /** k: numbers that are kept of every gradient. */
  readonly directions: number;
  /** Of the random directions. */
  readonly seed: number;
}

/** Parameters whose directions are drawn at a time. */
const tileParameters = 1024;
/** Numbers that a block of gradients takes at most. */
const blockNumbers = 2 ** 23;

/**
 * Random projections (`N×k`) of the gradients of every point's loss or other output, P·∇ with entries of P ±1/√k that belong to the
 * seed: inner products are kept on average, with relative error about 1/√k (Johnson & Lindenstrauss). Neither the `N×p` gradients nor
 * P are ever there as a whole. Cost: 2·N·p·k operations beside the gradients; P is drawn again for each block of points.
 */
export async function projectedPointGradients(
  options: ProjectionOptions,
): Promise<{ projections: Float64Array; values: Float64Array }> {
  const {
    points: { size },
    directions,
    seed,
  } = options;
  const { parameterCount: p } = buildNetwork(options.network);
  const block = Math.max(1, Math.min(256, Math.floor(blockNumbers / p), size));
  const projections = new Float64Array(size * directions);
  const values = new Float64Array(size);
  const scratch = directions * (tileParameters + block);
  await forPointGradients({ ...options, block, scratch }, (rows) => {
    project(rows, { p, directions, seed });
    const { first, count, workspace, scratch: results } = rows;
    projections.set(workspace.kernels.numbers.subarray(results, results + count * directions), first * directions);
    values.set(rows.values, first);
  });
  return { projections, values };
}

interface Projection {
  readonly p: number;
  readonly directions: number;
  readonly seed: number;
}

/** Leaves `count×k` projections of a block's gradients at the beginning of its scratch. */
function project({ count, workspace, place, scratch }: GradientBlock, { p, directions, seed }: Projection): void {
  const { kernels } = workspace;
  const results = scratch;
  const signs = scratch + count * directions;
  kernels.numbers.fill(0, results, results + count * directions);
  for (let first = 0; first < p; first += tileParameters) {
    const width = Math.min(tileParameters, p - first);
    drawSigns(kernels.numbers.subarray(signs, signs + directions * width), seed, first, 1 / Math.sqrt(directions));
    kernels.multiply(2, count, directions, width, place + first, p, signs, width, results, directions, 1, 1, 0, 0, 0);
  }
}

/** ±size in an order that belongs to the seed and the tile: 32 signs from each number of Weyl's sequence, mixed as MurmurHash3 does. */
function drawSigns(numbers: Float32Array | Float64Array, seed: number, tile: number, size: number): void {
  let state = mixedBits(mixedBits(seed | 0) ^ tile);
  let bits = 0;
  for (let j = 0; j < numbers.length; j++) {
    if ((j & 31) === 0) {
      state = (state + weylStep) | 0;
      bits = mixedBits(state);
    }
    numbers[j] = bits & 1 ? size : -size;
    bits >>>= 1;
  }
}
