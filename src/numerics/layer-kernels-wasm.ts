import { InputError } from '../errors.js';
import type { Activation, LayerKernels, NormShape, Place, WindowShape } from './layer-kernels.js';
import { kernelChoice, type KernelChoice } from './wasm-kernels.js';
import { loadWasmModule } from './wasm-module.js';

/** Operations that the module takes as they are. */
type Direct = Omit<
  LayerKernels,
  | 'precision'
  | 'numbers'
  | 'convolve'
  | 'convolveBack'
  | 'convolveFilters'
  | 'maximumPool'
  | 'averagePool'
  | 'averagePoolBack'
  | 'activate'
  | 'addCurvature'
  | 'normalise'
  | 'normaliseDerivative'
  | 'addNormaliseCurvature'
>;

/** An operation whose sizes are plain numbers: those of the shape, in the order of its properties, then the others. */
type Plain = (...sizesAndPlaces: readonly number[]) => void;
type Activate = (length: number, x: Place, y: Place, slope: Place) => void;
type AddCurvature = (length: number, x: Place, y: Place, dx: Place, g: Place, out: Place) => void;

interface LayerExports extends Direct {
  readonly useScratch: (place: Place) => void;
  readonly convolve: Plain;
  readonly convolveBack: Plain;
  readonly convolveFilters: Plain;
  readonly maximumPool: Plain;
  readonly averagePool: Plain;
  readonly averagePoolBack: Plain;
  readonly normalise: Plain;
  readonly normaliseDerivative: Plain;
  readonly addNormaliseCurvature: Plain;
  readonly relu: Activate;
  readonly tanh: Activate;
  readonly elu: Activate;
  readonly gelu: Activate;
  readonly addTanhCurvature: AddCurvature;
  readonly addEluCurvature: AddCurvature;
  readonly addGeluCurvature: AddCurvature;
}

/** Numbers behind the caller's for the operations' own use. They take no room in the machine until an operation needs them. */
const scratchLength = 2 ** 22;

/**
 * Float32 kernels in WebAssembly SIMD over a new memory of `length` numbers; undefined where the engine has no SIMD or the plain
 * kernels are chosen.
 */
export function wasmLayerKernels(length: number): LayerKernels | undefined {
  const loaded = load(kernelChoice(), length);
  return loaded && { precision: 'float32', numbers: loaded.numbers, ...operations(loaded.exports) };
}

function load(
  choice: KernelChoice,
  length: number,
): { readonly exports: LayerExports; readonly numbers: Float32Array } | undefined {
  if (choice === 'plain') return undefined;
  const bytes = 4 * (length + scratchLength);
  const module = loadWasmModule<LayerExports>(choice === 'fused' ? 'layers-fused' : 'layers', bytes);
  if (!module) return undefined;
  const { exports, memory } = module;
  exports.useScratch(4 * Math.ceil(length / 4));
  return { exports, numbers: new Float32Array(memory.buffer, 0, length) };
}

function operations(exports: LayerExports): Omit<LayerKernels, 'precision' | 'numbers'> {
  return { ...exports, ...windowOperations(exports), ...activationOperations(exports), ...normOperations(exports) };
}

type WindowOperation =
  'convolve' | 'convolveBack' | 'convolveFilters' | 'maximumPool' | 'averagePool' | 'averagePoolBack';

function windowOperations(exports: LayerExports): Pick<LayerKernels, WindowOperation> {
  const convolution =
    (operation: Plain): LayerKernels['convolve'] =>
    (shape, examples, filters, first, second, result, accumulate) => {
      requireScratch(shape, filters);
      operation(...sizes(shape), examples, filters, first, second, result, accumulate);
    };
  return {
    convolve: convolution(exports.convolve),
    convolveBack: convolution(exports.convolveBack),
    convolveFilters: convolution(exports.convolveFilters),
    maximumPool: (shape, ...places) => exports.maximumPool(...sizes(shape), ...places),
    averagePool: (shape, ...places) => exports.averagePool(...sizes(shape), ...places),
    averagePoolBack: (shape, ...places) => exports.averagePoolBack(...sizes(shape), ...places),
  };
}

function sizes(shape: WindowShape): number[] {
  const { height, width, channels, windowHeight, windowWidth, stride } = shape;
  const { paddingTop, paddingLeft, outHeight, outWidth } = shape;
  return [height, width, channels, windowHeight, windowWidth, stride, paddingTop, paddingLeft, outHeight, outWidth];
}

/** Refuses a convolution whose packed filters and one framed image do not fit in the scratch. */
function requireScratch(shape: WindowShape, filters: number): void {
  const { height, width, channels, windowHeight, windowWidth, stride, outHeight, outWidth } = shape;
  const window = windowHeight * windowWidth;
  const packed = window * Math.max(channels * (filters + 8), filters * (channels + 8));
  const frame = Math.max(
    ((outHeight - 1) * stride + windowHeight) * ((outWidth - 1) * stride + windowWidth) * channels,
    (height + outHeight + windowHeight) * (width + outWidth + windowWidth) * filters,
  );
  if (packed + frame + 1024 > scratchLength)
    throw new InputError(
      `A convolution of ${height}×${width}×${channels} images with ${filters} filters of ${windowHeight}×${windowWidth} is too ` +
        'large for the kernels; reduce the images first.',
    );
}

function activationOperations(exports: LayerExports): Pick<LayerKernels, 'activate' | 'addCurvature'> {
  const values: Readonly<Record<Activation, Activate>> = {
    relu: exports.relu,
    tanh: exports.tanh,
    elu: exports.elu,
    gelu: exports.gelu,
  };
  const curvatures: Readonly<Record<Activation, AddCurvature>> = {
    relu: () => undefined,
    tanh: exports.addTanhCurvature,
    elu: exports.addEluCurvature,
    gelu: exports.addGeluCurvature,
  };
  return {
    activate: (activation, ...places) => values[activation](...places),
    addCurvature: (activation, ...places) => curvatures[activation](...places),
  };
}

type NormOperation = 'normalise' | 'normaliseDerivative' | 'addNormaliseCurvature';

function normOperations(exports: LayerExports): Pick<LayerKernels, NormOperation> {
  const norm =
    (operation: Plain) =>
    ({ positions, channels, groups }: NormShape, ...places: readonly number[]): void =>
      operation(positions, channels, groups, ...places);
  return {
    normalise: norm(exports.normalise),
    normaliseDerivative: norm(exports.normaliseDerivative),
    addNormaliseCurvature: norm(exports.addNormaliseCurvature),
  };
}
