import type { Dataset } from '../../data/dataset.js';
import type { WasmKernels } from '../../numerics/wasm-kernels.js';
import { checkFinite } from '../checks.js';

/** The rows of a design matrix without their zeros (compressed rows). */
export interface SparseDesign {
  /** N + 1 indices of each point's first entry, and the end. */
  readonly starts: Int32Array;
  /** Column of each entry, ascending within a row. */
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

/** A matrix with more entries than this share of its size is as fast dense. */
const largestDensity = 0.3;
/** Below this size nothing is gained. */
const smallestDesign = 2 ** 17;

/**
 * Features and a 1 of every point without their zeros, or undefined if the pool is small or dense.
 *
 * @throws InputError if a feature is not finite.
 */
export function sparseDesign(pool: Dataset): SparseDesign | undefined {
  const { size, dimension, features } = pool;
  if (features.length < smallestDesign) return undefined;
  checkFinite(pool);
  let count = size;
  for (let at = 0; at < features.length; at++) if (features[at] !== 0) count++;
  if (count > largestDensity * features.length) return undefined;
  const starts = new Int32Array(size + 1);
  const columns = new Int32Array(count);
  const values = new Float64Array(count);
  for (let i = 0, at = 0; i < size; i++) {
    for (let j = 0; j < dimension; j++) {
      const value = features[i * dimension + j];
      if (value === 0) continue;
      columns[at] = j;
      values[at++] = value;
    }
    columns[at] = dimension;
    values[at++] = 1;
    starts[i + 1] = at;
  }
  return { starts, columns, values };
}

/** The `N×D` matrix with its zeros. */
export function denseDesign({ starts, columns, values }: SparseDesign, width: number): Float64Array {
  const dense = new Float64Array((starts.length - 1) * width);
  for (let i = 0; i + 1 < starts.length; i++) {
    for (let e = starts[i]; e < starts[i + 1]; e++) dense[i * width + columns[e]] = values[e];
  }
  return dense;
}

/** Whether these are the entries of the pool's features. */
export function holdsFeatures({ starts, columns, values }: SparseDesign, { features, dimension }: Dataset): boolean {
  for (let i = 0; i + 1 < starts.length; i++) {
    let e = starts[i];
    for (let j = 0; j < dimension; j++) {
      const value = columns[e] === j ? values[e++] : 0;
      if (features[i * dimension + j] !== value) return false;
    }
  }
  return true;
}

/** Products of rows of numbers with a design `N×D`. */
export interface DesignProducts {
  /** `rows×N`: parameters (`rows×D`) times the design's transpose. Of a sparse one `out` has room for whole groups of rows. */
  logits(parameters: Float64Array, rows: number, out: Float64Array): void;
  /** `rows×D`: slopes (`rows×N`, with the same room) times the design. */
  gradients(slopes: Float64Array, rows: number, out: Float64Array): void;
}

/** Rows that the kernels take together. */
export const groupRows = 8;

/** Rows of whole groups. */
export const paddedRows = (rows: number): number => groupRows * Math.ceil(rows / groupRows);

/** Float64 numbers that hold so many int32. */
const halves = (count: number): number => Math.ceil(count / 2);

/** Numbers of {@link WasmKernels.reserve} that {@link sparseProducts} wants. */
export function sparseReservation({ starts, columns, values }: SparseDesign, width: number): number[] {
  return [halves(starts.length), halves(columns.length), values.length, width * groupRows];
}

/** The products in WebAssembly's memory, in arrays reserved as {@link sparseReservation} says; `out` and slopes lie there too. */
export function sparseProducts(
  kernels: WasmKernels,
  { starts, columns, values }: SparseDesign,
  width: number,
  [startsAt, columnsAt, valuesAt, across]: readonly Float64Array[],
): DesignProducts {
  new Int32Array(startsAt.buffer, startsAt.byteOffset, starts.length).set(starts);
  new Int32Array(columnsAt.buffer, columnsAt.byteOffset, columns.length).set(columns);
  valuesAt.set(values);
  const points = starts.length - 1;
  const matrix = [startsAt.byteOffset, columnsAt.byteOffset, valuesAt.byteOffset, points] as const;
  return {
    logits(parameters, rows, out) {
      for (let first = 0; first < rows; first += groupRows) {
        across.fill(0);
        for (let r = first; r < Math.min(rows, first + groupRows); r++) {
          for (let j = 0; j < width; j++) across[j * groupRows + r - first] = parameters[r * width + j];
        }
        kernels.sparseTimesEight(...matrix, across.byteOffset, out.byteOffset + 8 * first * points);
      }
    },
    gradients(slopes, rows, out) {
      for (let first = 0; first < rows; first += groupRows) {
        across.fill(0);
        kernels.addTransposedTimesEight(...matrix, slopes.byteOffset + 8 * first * points, across.byteOffset);
        for (let r = first; r < Math.min(rows, first + groupRows); r++) {
          for (let j = 0; j < width; j++) out[r * width + j] = across[j * groupRows + r - first];
        }
      }
    },
  };
}

/** The twin of {@link sparseProducts} without WebAssembly: the same sums in the same order. */
export function plainSparseProducts({ starts, columns, values }: SparseDesign, width: number): DesignProducts {
  const points = starts.length - 1;
  return {
    logits(parameters, rows, out) {
      for (let r = 0; r < rows; r++) {
        for (let i = 0; i < points; i++) {
          let sum = 0;
          for (let e = starts[i]; e < starts[i + 1]; e++) sum += values[e] * parameters[r * width + columns[e]];
          out[r * points + i] = sum;
        }
      }
    },
    gradients(slopes, rows, out) {
      out.fill(0, 0, rows * width);
      for (let r = 0; r < rows; r++) {
        for (let i = 0; i < points; i++) {
          const slope = slopes[r * points + i];
          for (let e = starts[i]; e < starts[i + 1]; e++) out[r * width + columns[e]] += values[e] * slope;
        }
      }
    },
  };
}

/** The lower triangle of Σ_i c_i·x̃_i·x̃_iᵀ, `D×D`; the upper one is 0. Cost: half the squares of the points' numbers of entries. */
export function sparseGram(
  { starts, columns, values }: SparseDesign,
  width: number,
  curvatures: Float64Array,
): Float64Array {
  const gram = new Float64Array(width * width);
  for (let i = 0; i + 1 < starts.length; i++) {
    if (curvatures[i] === 0) continue;
    for (let e = starts[i]; e < starts[i + 1]; e++) {
      const scaled = curvatures[i] * values[e];
      const row = columns[e] * width;
      for (let f = starts[i]; f <= e; f++) gram[row + columns[f]] += scaled * values[f];
    }
  }
  return gram;
}
