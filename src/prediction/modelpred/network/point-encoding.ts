import type { Dataset } from '../../../data/dataset.js';
import type { Learner } from '../../../learners/learner.js';
import { choleskyFactor, choleskySolve, multiplyTransposed } from '../../../numerics/dense.js';
import { principalDirections } from '../../../numerics/principal-directions.js';
import { fullPool } from '../../../subsets/subsets.js';
import type { ArchitectureSettings } from '../settings.js';

/** How points of a kind are described to φ; made from the pool, good for any points like its own. */
export interface PointEncoder {
  /** Numbers per point. */
  readonly width: number;
  /** `N×width`. */
  encode(points: Dataset): Float32Array;
  /**
   * `directions×p`: principal directions of what removing points of the pool changes, where p numbers are too many to be read as
   * they are.
   */
  readonly directions?: Float64Array;
}

/** Binary labels are one number, 0 or 1; K ≥ 3 classes are one-hot. */
function labelWidth(points: Dataset): number {
  return points.classes.length === 2 ? 1 : points.classes.length;
}

/** `N×(d+|y|)`: each point as the authors' network reads it, its features followed by its label. */
export function encodePoints(points: Dataset): Float32Array {
  const { size, dimension, features, labels } = points;
  const columns = dimension + labelWidth(points);
  const encoded = new Float32Array(size * columns);
  for (let i = 0; i < size; i++) {
    encoded.set(features.subarray(i * dimension, (i + 1) * dimension), i * columns);
    if (labelWidth(points) === 1) encoded[i * columns + dimension] = labels[i];
    else encoded[i * columns + dimension + labels[i]] = 1;
  }
  return encoded;
}

/** Of more numbers than this H⁻¹∇ℓ is shown along as many of its principal directions over the pool. */
const influenceLimit = 128;
/** Beyond this many parameters no Hessian is formed, and points are described without it. */
const hessianLimit = 2000;

/**
 * The encoder that an architecture asks for.
 *
 * @param reference `p` parameters of the whole pool; needed for model features.
 */
export function pointEncoder(
  { points: kind, standardise }: ArchitectureSettings,
  pool: Dataset,
  learner: Learner,
  reference: Float64Array | null,
): PointEncoder {
  const { raw, directions } =
    kind === 'model features' && reference !== null
      ? modelFeatures(pool, learner, reference)
      : { raw: encodePoints, directions: undefined };
  const ofPool = raw(pool);
  const width = ofPool.length / pool.size;
  if (!standardise) return { width, encode: raw, directions };
  const { shift, scale } = columnScaling(ofPool, width);
  return {
    width,
    encode: (points) => raw(points).map((value, k) => (value - shift[k % width]) / scale[k % width]),
    directions,
  };
}

function modelFeatures(
  pool: Dataset,
  learner: Learner,
  reference: Float64Array,
): { raw: (points: Dataset) => Float32Array; directions: Float64Array | undefined } {
  const p = reference.length;
  const hessian =
    p <= hessianLimit ? learner.hessian(pool, fullPool(pool.size).weights, reference) : new Float64Array(0);
  const definite = hessian.length > 0 && choleskyFactor(hessian, p);
  const influencesOf = (points: Dataset): Float64Array => {
    const influences = definite ? learner.pointGradients(points, reference) : new Float64Array(0);
    // As points of the pool, in an objective that is a mean over it.
    const factor = learner.lossFactor(pool) / learner.lossFactor(points);
    for (let at = 0; at < influences.length; at++) influences[at] *= factor;
    for (let i = 0; i * p < influences.length; i++) choleskySolve(hessian, p, influences, i * p);
    return influences;
  };
  const shownInfluences = Math.min(p, influenceLimit, pool.size);
  const directions =
    definite && shownInfluences < p
      ? principalDirections(influencesOf(pool), pool.size, p, shownInfluences)
      : undefined;
  const raw = (points: Dataset): Float32Array => {
    const { size, dimension: d, features, labels, classes } = points;
    const probabilities = learner.probabilities(points, reference);
    let influences = influencesOf(points);
    if (directions) {
      const projected = new Float64Array(size * shownInfluences);
      multiplyTransposed(influences, directions, size, shownInfluences, p, projected);
      influences = projected;
    }
    const binary = classes.length === 2;
    const plain = encodePoints(points);
    const rows = Array.from({ length: size }, (_, i) => {
      const [x, label] = [features.subarray(i * d, (i + 1) * d), labels[i]];
      const all = probabilities.subarray(i * classes.length, (i + 1) * classes.length);
      const shown = binary ? all.subarray(1) : all;
      return [
        ...plain.subarray((i * plain.length) / size, ((i + 1) * plain.length) / size),
        ...shown,
        ...shown.map((q, k) => q - Number(label === (binary ? 1 : k))),
        ...shown.map((q) => q * (1 - q)),
        all[label],
        ...(binary ? x.map((value) => (label === 1 ? value : -value)) : []),
        ...influences.subarray((i * influences.length) / size, ((i + 1) * influences.length) / size),
      ];
    });
    return Float32Array.from(rows.flat());
  };
  return { raw, directions };
}

/** Mean and standard deviation of every column; the deviation of a constant column is taken to be 1. */
export function columnScaling(
  matrix: Float32Array | Float64Array,
  width: number,
): { shift: Float64Array; scale: Float64Array } {
  const rows = matrix.length / width;
  const shift = new Float64Array(width);
  const scale = new Float64Array(width);
  for (let k = 0; k < matrix.length; k++) shift[k % width] += matrix[k] / rows;
  for (let k = 0; k < matrix.length; k++) scale[k % width] += (matrix[k] - shift[k % width]) ** 2 / rows;
  return {
    shift,
    scale: scale.map((variance, j) => (variance > 1e-16 * (1 + shift[j] ** 2) ? Math.sqrt(variance) : 1)),
  };
}
