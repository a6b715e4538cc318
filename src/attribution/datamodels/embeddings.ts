import { InputError } from '../../errors.js';
import { multiplyTransposed } from '../../numerics/dense.js';
import { principalDirections } from '../../numerics/principal-directions.js';
import { refuseUnknownOptions } from '../../unknown-options.js';

/** Principal components of T vectors of length N. */
export interface VectorComponents {
  /** `K×N` orthonormal directions. */
  readonly directions: Float64Array;
  /** `T×K` coordinates along them, about the vectors' mean. */
  readonly scores: Float64Array;
  /** `K` shares of the vectors' squared distances from their mean. */
  readonly explained: Float64Array;
}

export interface VectorComponentsOptions {
  /** `T×N` */
  readonly vectors: Float64Array;
  readonly count: number;
  readonly components: number;
}

/**
 * Principal components of vectors, such as the coefficients of datamodels as embeddings of their targets (Ilyas et al. 2022,
 * §4.3): targets that respond alike to the training points are close, and a direction weighs training points.
 *
 * @throws InputError unless the vectors are T whole rows and there are at most T and N components, and one.
 */
export function vectorComponents(options: VectorComponentsOptions): VectorComponents {
  refuseUnknownOptions(options, ['vectors', 'count', 'components'], 'vectorComponents');
  const { vectors, count, components } = options;
  const length = vectors.length / count;
  if (!Number.isInteger(length))
    throw new InputError(`${vectors.length} numbers are no ${count} vectors of one length; pass a T×N array.`);
  if (!(Number.isInteger(components) && components >= 1 && components <= Math.min(count, length)))
    throw new InputError(
      `${count} vectors of length ${length} have no ${components} principal components; ask for 1 to ${Math.min(count, length)}.`,
    );
  const centre = new Float64Array(length);
  vectors.forEach((value, at) => (centre[at % length] += value / count));
  const centred = vectors.map((value, at) => value - centre[at % length]);
  const directions = principalDirections(centred, count, length, components);
  const scores = new Float64Array(count * components);
  multiplyTransposed(centred, directions, count, components, length, scores);
  const total = centred.reduce((sum, value) => sum + value ** 2, 0);
  const explained = new Float64Array(components);
  scores.forEach((score, at) => (explained[at % components] += score ** 2 / total));
  return { directions, scores, explained };
}

/** How alike two vectors are: by the cosine of their angle, or by how close they are. */
export type Similarity = 'cosine' | 'euclidean';

export interface NearestVectorsOptions {
  /** `T×N` */
  readonly vectors: Float64Array;
  readonly count: number;
  readonly similarity: Similarity;
  /** `T`, e.g. classes: only vectors of the same one are neighbours. Default: all are. */
  readonly groups?: ArrayLike<number>;
}

/**
 * `T` indices: the most similar other one of each of T vectors, the first where several are.
 *
 * @throws InputError if a vector is the only one of its group.
 */
export function nearestVectors(options: NearestVectorsOptions): Int32Array {
  refuseUnknownOptions(options, ['vectors', 'count', 'similarity', 'groups'], 'nearestVectors');
  const { vectors, count, similarity, groups = new Uint8Array(count) } = options;
  const length = vectors.length / count;
  const products = new Float64Array(count * count);
  multiplyTransposed(vectors, vectors, count, count, length, products);
  const squares = Float64Array.from({ length: count }, (_, t) => products[t * count + t]);
  const likeness = (a: number, b: number): number =>
    similarity === 'cosine'
      ? products[a * count + b] / (Math.sqrt(squares[a] * squares[b]) || 1)
      : 2 * products[a * count + b] - squares[b];
  return Int32Array.from({ length: count }, (_, a) => {
    let best = -1;
    for (let b = 0; b < count; b++) {
      if (b === a || groups[b] !== groups[a]) continue;
      if (best < 0 || likeness(a, b) > likeness(a, best)) best = b;
    }
    if (best < 0) throw new InputError(`Vector ${a} has no neighbour; pass at least two of its group.`);
    return best;
  });
}
