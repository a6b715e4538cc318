import { InputError } from '../errors.js';
import { planMemory, type LayerKernels, type MemoryPlan, type Place } from '../numerics/layer-kernels.js';
import { plainLayerKernels } from '../numerics/layer-kernels-plain.js';
import { wasmLayerKernels } from '../numerics/layer-kernels-wasm.js';
import { nowhere, type DropoutKey, type Pass, type PlacedLayer, type Quantity } from './layers/layer.js';
import { losses } from './losses/index.js';
import type { LossSite, PlacedLoss } from './losses/loss.js';
import { buildNetwork, type BuiltNetwork, type Network, type NetworkPoints } from './network.js';
import type { Shape } from './shape.js';

/** float32: WebAssembly SIMD, for training and predicting; float64: plain TypeScript, slower, for reference. */
export type Precision = 'float32' | 'float64';

export interface WorkspaceOptions {
  readonly network: Network;
  /** The points that batches are taken from. */
  readonly points: NetworkPoints;
  /** The largest batch. */
  readonly capacity: number;
  /** Which passes can be made: `none`: forward; `first`: reverse too; `second`: tangents and tangents of slopes too. */
  readonly derivatives: 'none' | 'first' | 'second';
  /** Whether reverse passes go through to the inputs' slopes. Default false. */
  readonly inputSlopes?: boolean;
  /** Further vectors of p numbers for the caller. Default 0. */
  readonly vectors?: number;
  /** Further numbers for the caller. Default 0. */
  readonly scratch?: number;
  /** Default `float32`. */
  readonly precision?: Precision;
}

/**
 * A network, its points and everything that passes over batches of them need, in one memory of exactly the size it takes. F is
 * Σ weight·loss over the rows of the batch.
 */
export interface Workspace {
  readonly kernels: LayerKernels;
  readonly parameterCount: number;
  /** Outputs of a point, K. */
  readonly outputs: number;
  readonly parameters: Quantity;
  /** The vectors and the numbers that the caller asked for. */
  readonly vectors: readonly Place[];
  readonly scratch: Place;
  /** Of the batch: inputs `rows×d`, outputs `rows×K`, losses without weights, the weights, and tangents of both. */
  readonly input: Quantity;
  readonly output: Quantity;
  readonly losses: Place;
  readonly lossTangents: Place;
  readonly weights: Place;
  readonly weightTangents: Place;
  /** All points: features `N×d`. */
  readonly features: Place;
  /** Makes these points the batch, all of weight 1 unless weights are given; weight tangents become 0. */
  take(points: ArrayLike<number>, weights?: ArrayLike<number>, dropout?: Omit<DropoutKey, 'points'>): void;
  /** Outputs, losses, and slopes of the outputs. */
  forward(): void;
  /** After forward: parameters.slope = ∇F, and input slopes where asked for. Slopes of outputs may be replaced before. */
  reverse(): void;
  /** After forward: tangents of outputs, losses and output slopes along parameters.tangent (and weight tangents). */
  tangent(): void;
  /** After reverse and tangent: parameters.slopeTangent = the tangent of ∇F (and of input slopes). */
  reverseTangent(): void;
  /** After forward and reverse: adds the gradient of weight·loss of rows first … first + count − 1 to the vector at `to`. */
  addParameterSlopes(first: number, count: number, to: Place): void;
}

/** Kernels over a new memory: float32 in WebAssembly where that has SIMD, else in plain TypeScript. */
function layerKernels(precision: Precision, length: number): LayerKernels {
  const fast = precision === 'float32' ? wasmLayerKernels(length) : undefined;
  return fast ?? plainLayerKernels(length, precision);
}

/**
 * @throws InputError if the network cannot be built, or the points are not its inputs.
 */
export function networkWorkspace(options: WorkspaceOptions): Workspace {
  const { network, points, precision = 'float32' } = options;
  const built = buildNetwork(network);
  checkPoints(built, network.input, points);
  const plan = planMemory();
  const places = planPlaces(built, options, plan);
  const kernels = layerKernels(precision, plan.length);
  kernels.numbers.set(points.features, places.features);
  kernels.numbers.set(points.labels, places.poolLabels);
  if (places.poolTargets !== nowhere) {
    kernels.numbers.set(points.targets ?? oneHotTargets(points, built.outputs), places.poolTargets);
  }
  return { ...places, ...sizesOf(built), kernels, ...passesOf(built, places, kernels) };
}

/** Bytes of the memory that {@link networkWorkspace} makes; it needs no points but their number. */
export function workspaceBytes(
  options: Omit<WorkspaceOptions, 'points'> & { readonly points: { readonly size: number } },
): number {
  const plan = planMemory();
  planPlaces(buildNetwork(options.network), options, plan);
  return (options.precision === 'float64' ? 8 : 4) * plan.length;
}

const sizesOf = ({ parameterCount, outputs }: BuiltNetwork) => ({ parameterCount, outputs });

function checkPoints(
  { inputSize, outputs, loss }: BuiltNetwork,
  input: Shape,
  { size, features, labels, targets }: NetworkPoints,
): void {
  if (features.length !== size * inputSize) {
    throw new InputError(`The network takes ${inputSize} numbers a point, but ${size} points have ${features.length}.`);
  }
  if (labels.length !== size) throw new InputError(`${size} points have ${labels.length} labels; give one for each.`);
  if (targets && targets.length !== size * outputs) {
    throw new InputError(
      `The network gives ${outputs} outputs a point, but ${size} points have ${targets.length} targets.`,
    );
  }
  if (input.kind === 'tokens') checkTokens(features, input.vocabulary);
  for (let i = 0; i < size; i++) {
    if (!(labels[i] >= 0 && labels[i] < outputs) && !(targets && losses[loss].needsTargets)) {
      throw new InputError(`Point ${i} has the label ${labels[i]}, but the network has ${outputs} outputs.`);
    }
  }
}

function checkTokens(tokens: ArrayLike<number>, vocabulary: number): void {
  for (let k = 0; k < tokens.length; k++) {
    if (!(Number.isInteger(tokens[k]) && tokens[k] < vocabulary)) {
      throw new InputError(
        `A token is ${tokens[k]}; tokens are whole numbers below ${vocabulary}, below 0 for padding.`,
      );
    }
  }
}

function oneHotTargets({ size, labels }: NetworkPoints, outputs: number): Float64Array {
  const targets = new Float64Array(size * outputs);
  for (let i = 0; i < size; i++) targets[i * outputs + labels[i]] = 1;
  return targets;
}

type PlanOptions = Pick<WorkspaceOptions, 'capacity' | 'derivatives' | 'inputSlopes' | 'vectors' | 'scratch'> & {
  readonly points: { readonly size: number };
};

interface Places extends LossSite {
  readonly placed: PlacedLayer;
  readonly placedLoss: PlacedLoss;
  readonly parameters: Quantity;
  readonly vectors: readonly Place[];
  readonly scratch: Place;
  readonly input: Quantity;
  readonly indices: Place;
  readonly features: Place;
  readonly poolLabels: Place;
  readonly poolTargets: Place;
}

/** Room for a variable of so many numbers, or for those of its derivatives that `like` has. */
function quantities(derivatives: WorkspaceOptions['derivatives'], take: (size: number) => Place) {
  return (size: number, like?: Quantity): Quantity => {
    const first = derivatives !== 'none';
    const second = derivatives === 'second';
    return {
      value: take(size),
      slope: first && like?.slope !== nowhere ? take(size) : nowhere,
      tangent: second && like?.tangent !== nowhere ? take(size) : nowhere,
      slopeTangent: second && like?.slopeTangent !== nowhere ? take(size) : nowhere,
    };
  };
}

function planPlaces(built: BuiltNetwork, options: PlanOptions, plan: MemoryPlan): Places {
  const { points, capacity, derivatives, inputSlopes = false, vectors = 0, scratch = 0 } = options;
  const { inputSize, outputs, parameterCount, loss } = built;
  const take = (size: number): Place => plan.take(size * capacity);
  const quantity = quantities(derivatives, take);
  const { needsTargets } = losses[loss];
  const wanted = inputSlopes ? 0 : nowhere;
  const input = quantity(inputSize, { value: 0, slope: wanted, tangent: nowhere, slopeTangent: wanted });
  const parameters = quantities(derivatives, plan.take)(parameterCount);
  const placed = built.layers.place({ input, path: [], offset: 0, mask: nowhere, take, quantity });
  const { slope } = placed.output;
  const site: LossSite = {
    output: { ...placed.output, slope: slope === nowhere ? take(outputs) : slope },
    outputs,
    labels: take(1),
    targets: needsTargets ? take(outputs) : nowhere,
    weights: take(1),
    weightTangents: take(1),
    losses: take(1),
    lossTangents: take(1),
    take,
  };
  return {
    ...site,
    placed,
    placedLoss: losses[loss].place(site),
    parameters,
    vectors: Array.from({ length: vectors }, () => plan.take(parameterCount)),
    scratch: plan.take(scratch),
    input,
    indices: take(1),
    features: plan.take(points.size * inputSize),
    poolLabels: plan.take(points.size),
    poolTargets: needsTargets ? plan.take(points.size * outputs) : nowhere,
  };
}

type Passes = Pick<Workspace, 'take' | 'forward' | 'reverse' | 'tangent' | 'reverseTangent' | 'addParameterSlopes'>;

function passesOf(built: BuiltNetwork, places: Places, kernels: LayerKernels): Passes {
  const { inputSize, outputs, parameterCount } = built;
  const { placed, placedLoss, parameters } = places;
  const { numbers } = kernels;
  let pass: Pass = { kernels, count: 0, parameters };

  return {
    take(points, weights, dropout) {
      const count = points.length;
      pass = { kernels, count, parameters, dropout: dropout && { ...dropout, points } };
      for (let i = 0; i < count; i++) {
        numbers[places.indices + i] = points[i];
        numbers[places.labels + i] = numbers[places.poolLabels + points[i]];
        numbers[places.weights + i] = weights ? weights[i] : 1;
      }
      numbers.fill(0, places.weightTangents, places.weightTangents + count);
      kernels.takeRows(count, inputSize, places.indices, places.features, places.input.value);
      if (places.targets === nowhere) return;
      kernels.takeRows(count, outputs, places.indices, places.poolTargets, places.targets);
    },
    forward() {
      placed.forward(pass);
      placedLoss.forward(kernels, pass.count);
    },
    reverse() {
      placed.reverse(pass);
      numbers.fill(0, parameters.slope, parameters.slope + parameterCount);
      placed.addParameterSlopes?.(pass, 0, pass.count, parameters.slope);
    },
    tangent() {
      placed.tangent(pass);
      placedLoss.tangent(kernels, pass.count);
    },
    reverseTangent() {
      placed.reverseTangent(pass);
      numbers.fill(0, parameters.slopeTangent, parameters.slopeTangent + parameterCount);
      placed.addParameterSlopeTangents?.(pass);
    },
    addParameterSlopes: (first, count, to) => placed.addParameterSlopes?.(pass, first, count, to),
  };
}
