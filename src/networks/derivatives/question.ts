import type { RunControl } from '../../control.js';
import { InputError } from '../../errors.js';
import type { Network, NetworkPoints } from '../network.js';
import { pacer } from '../pace.js';
import { networkWorkspace, type Precision, type Workspace, type WorkspaceOptions } from '../workspace.js';

/** A network with parameters, and points that it is asked about. */
export interface NetworkQuestion {
  readonly network: Network;
  readonly points: NetworkPoints;
  /** `p`. */
  readonly parameters: ArrayLike<number>;
  /** Default `float32`. */
  readonly precision?: Precision;
  readonly control?: RunControl;
}

/** Points that are computed at a time. */
const blockPoints = 128;

/** A workspace with the question's points and parameters. */
export function workspaceFor(
  question: NetworkQuestion,
  options: Pick<WorkspaceOptions, 'derivatives'> & Partial<WorkspaceOptions>,
): Workspace {
  const { network, points, parameters, precision } = question;
  const capacity = Math.max(1, Math.min(blockPoints, points.size));
  const workspace = networkWorkspace({ network, points, capacity, precision, ...options });
  const { kernels, parameters: places, parameterCount } = workspace;
  if (parameters.length !== parameterCount) {
    throw new InputError(`The network has ${parameterCount} parameters, not ${parameters.length}.`);
  }
  kernels.numbers.set(parameters, places.value);
  return workspace;
}

/** Points of a block: the first and how many. */
export interface Block {
  readonly first: number;
  readonly count: number;
}

/** Takes the points of a workspace block by block, each of its weight, or of weight 1. */
export function* takeBlocks(workspace: Workspace, size: number, weights?: ArrayLike<number>): Generator<Block> {
  for (let first = 0; first < size; first += blockPoints) {
    const count = Math.min(blockPoints, size - first);
    const block = Int32Array.from({ length: count }, (_, i) => first + i);
    workspace.take(block, weights && Float64Array.from(block, (i) => weights[i]));
    yield { first, count };
  }
}

/** Takes the points block by block, and calls `visit` with the first and the number of them. */
export async function forBlocks(
  { points: { size }, control }: NetworkQuestion,
  workspace: Workspace,
  { weights, label }: { readonly weights?: ArrayLike<number>; readonly label: string },
  visit: (first: number, count: number) => void,
): Promise<void> {
  const report = pacer(control, label, size);
  for (const { first, count } of takeBlocks(workspace, size, weights)) {
    visit(first, count);
    await report(first + count);
  }
}

/** `N` weights 1/N: F is the mean loss. */
export function meanWeights({ points: { size } }: NetworkQuestion): Float64Array {
  return new Float64Array(size).fill(1 / size);
}

/** sum += the vector at `place`. */
export function addInto(sum: Float64Array, numbers: ArrayLike<number>, place: number): void {
  for (let j = 0; j < sum.length; j++) sum[j] += numbers[place + j];
}
