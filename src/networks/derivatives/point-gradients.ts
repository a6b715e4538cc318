import type { Place } from '../../numerics/layer-kernels.js';
import { buildNetwork, type NetworkPoints } from '../network.js';
import { outputFunctions, type OutputName } from '../outputs.js';
import { pacer } from '../pace.js';
import type { Workspace } from '../workspace.js';
import { workspaceFor, type NetworkQuestion } from './question.js';

/** Gradients of consecutive points. The views are overwritten by the next block. */
export interface GradientBlock {
  /** The first point. */
  readonly first: number;
  readonly count: number;
  /** `count×p`. */
  readonly gradients: Float32Array | Float64Array;
  /** `count` values of what was differentiated. */
  readonly values: Float64Array;
  readonly workspace: Workspace;
  /** Where the gradients lie in it, and further numbers that were asked for. */
  readonly place: Place;
  readonly scratch: Place;
}

export interface PointGradientOptions extends NetworkQuestion {
  /** What is differentiated with respect to the parameters. Default: the network's own loss. */
  readonly output?: OutputName;
  /** Points a block; it takes so many times p numbers. Default 32. */
  readonly block?: number;
  /** Further numbers in the workspace for the caller. Default 0. */
  readonly scratch?: number;
}

/** Gradients of every point's loss (or other output), block by block, so that no `N×p` matrix need be kept. */
export async function forPointGradients(
  options: PointGradientOptions,
  visit: (block: GradientBlock) => void,
): Promise<void> {
  const { points, control, block = 32, output, scratch = 0 } = options;
  const capacity = Math.max(1, Math.min(block, points.size));
  const { parameterCount: p } = buildNetwork(options.network);
  const workspace = workspaceFor(options, { derivatives: 'first', capacity, scratch: capacity * p + scratch });
  const { kernels, scratch: place } = workspace;
  const report = pacer(control, 'gradients of points', points.size);
  for (let first = 0; first < points.size; first += capacity) {
    const count = Math.min(capacity, points.size - first);
    workspace.take(Int32Array.from({ length: count }, (_, i) => first + i));
    workspace.forward();
    const values = differentiate(workspace, points, { first, count, output });
    const gradients = kernels.numbers.subarray(place, place + count * p).fill(0);
    for (let i = 0; i < count; i++) workspace.addParameterSlopes(i, 1, place + i * p);
    visit({ first, count, gradients, values, workspace, place, scratch: place + capacity * p });
    await report(first + count);
  }
}

interface Rows {
  readonly first: number;
  readonly count: number;
  readonly output: OutputName | undefined;
}

/** Goes backwards from the outputs' slopes of a function of them, or from those of the loss; returns its values. */
function differentiate(workspace: Workspace, { labels }: NetworkPoints, { first, count, output }: Rows): Float64Array {
  const {
    kernels: { numbers },
    outputs,
    output: { value, slope },
    losses,
  } = workspace;
  if (output) {
    const evaluate = outputFunctions[output];
    for (let i = 0; i < count; i++) {
      const logits = numbers.subarray(value + i * outputs, value + (i + 1) * outputs);
      numbers[losses + i] = evaluate(logits, labels[first + i], numbers, slope + i * outputs);
    }
  }
  workspace.reverse();
  return Float64Array.from(numbers.subarray(losses, losses + count));
}

/** `N×p` gradients of every point's loss or other output with respect to the parameters, and its values (`N`). */
export async function pointGradients(
  options: Omit<PointGradientOptions, 'block' | 'scratch'>,
): Promise<{ gradients: Float64Array; values: Float64Array }> {
  const { size } = options.points;
  const { parameterCount } = buildNetwork(options.network);
  const gradients = new Float64Array(size * parameterCount);
  const values = new Float64Array(size);
  await forPointGradients(options, (block) => {
    gradients.set(block.gradients, block.first * parameterCount);
    values.set(block.values, block.first);
  });
  return { gradients, values };
}
