/**
 * The operations that layers of networks are written in: forward, reverse, tangent and tangent of reverse are all made of these,
 * once for every arithmetic. Two implementations: float64 or float32 in plain TypeScript (`layer-kernels-plain.ts`), and float32
 * in WebAssembly SIMD.
 */

/** Where a matrix or vector begins in {@link LayerKernels.numbers}, counted in numbers; at {@link firstPlace} or behind it. */
export type Place = number;

/** The first numbers of a memory are the kernels' own. */
export const firstPlace: Place = 1024;

/** 1: the result is added to what is there; 0: it replaces it. */
export type Accumulate = 0 | 1;

export const activations = ['relu', 'tanh', 'elu', 'gelu'] as const;
/** relu: max(x, 0). elu: x, or eˣ − 1 below 0. gelu: x·Φ(x) with the normal distribution's Φ (not its tanh approximation). */
export type Activation = (typeof activations)[number];

/** Sizes of a two-dimensional window operation on images with channels last. Padding is with zeros (maximum: with −∞). */
export interface WindowShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly windowHeight: number;
  readonly windowWidth: number;
  readonly stride: number;
  /** Rows and columns before the first one. Those behind the last one follow from the output's size. */
  readonly paddingTop: number;
  readonly paddingLeft: number;
  readonly outHeight: number;
  readonly outWidth: number;
}

/** Groups of channels that are normalised together over all positions of an example; layer norm is one position, one group. */
export interface NormShape {
  readonly positions: number;
  readonly channels: number;
  readonly groups: number;
}

/**
 * Everything is row-major and without gaps unless strides are given. Whole numbers (labels, tokens, indices) are kept as numbers
 * of the same kind. Sizes may be 0. Results never overlap operands, except where "in place" is said. Sums are taken in an order
 * that depends on the sizes alone, so the same call gives the same bytes.
 */
export interface LayerKernels {
  readonly precision: 'float32' | 'float64';
  /** The whole memory; its size never changes. */
  readonly numbers: Float32Array | Float64Array;

  /**
   * `count` products C = A·B of the inner size k: A `m×k`, B `k×n`, C `m×n`, with rows `aRow`, `bRow`, `cRow` numbers apart and
   * the matrices `aStep`, `bStep`, `cStep`. With `transposed` 1 the first operand is stored as its transpose (`k×m`), with 2 the
   * second one (`n×k`), with 0 none.
   */
  multiply(
    transposed: 0 | 1 | 2,
    m: number,
    n: number,
    k: number,
    a: Place,
    aRow: number,
    b: Place,
    bRow: number,
    c: Place,
    cRow: number,
    accumulate: Accumulate,
    count: number,
    aStep: number,
    bStep: number,
    cStep: number,
  ): void;

  /** y = convolution of `examples` images x with `filters` filters w: x `height×width×channels`, w `filters×(window·channels)`, y `outHeight×outWidth×filters`. */
  convolve(
    shape: WindowShape,
    examples: number,
    filters: number,
    x: Place,
    w: Place,
    y: Place,
    accumulate: Accumulate,
  ): void;
  /** x = the transpose of that in its images: for slopes y, the slopes of x. */
  convolveBack(
    shape: WindowShape,
    examples: number,
    filters: number,
    y: Place,
    w: Place,
    x: Place,
    accumulate: Accumulate,
  ): void;
  /** w = the transpose of that in its filters: for images x and slopes y, the slopes of w, summed over examples. */
  convolveFilters(
    shape: WindowShape,
    examples: number,
    filters: number,
    x: Place,
    y: Place,
    w: Place,
    accumulate: Accumulate,
  ): void;

  /** y = maximum of every window and channel, `indices` its place within the example (0 … height·width·channels − 1); the first of equal ones. */
  maximumPool(shape: WindowShape, examples: number, x: Place, y: Place, indices: Place): void;
  /** y[e, j] = x[e, indices[e, j]], with `inner` numbers of x and `outer` of y and indices in an example. */
  takeAt(examples: number, inner: number, outer: number, indices: Place, x: Place, y: Place): void;
  /** x[e, indices[e, j]] += y[e, j]. */
  addAt(examples: number, inner: number, outer: number, indices: Place, y: Place, x: Place): void;
  /** y = mean of every window and channel over the pixels that are in the image. */
  averagePool(shape: WindowShape, examples: number, x: Place, y: Place): void;
  /** x += the transpose of that: every slope of y in equal shares to the pixels of its window. */
  averagePoolBack(shape: WindowShape, examples: number, y: Place, x: Place): void;

  /** y = φ(x) and its slope φ′(x). */
  activate(activation: Activation, length: number, x: Place, y: Place, slope: Place): void;
  /** out += φ″(x)·dx·g. */
  addCurvature(activation: Activation, length: number, x: Place, y: Place, dx: Place, g: Place, out: Place): void;

  /**
   * Softmax cross-entropy of `examples` rows of logits: losses ℓ = −log p_label (without weight), probabilities p, and slopes
   * weight·(p − 1_label).
   */
  softmaxLoss(
    examples: number,
    classes: number,
    logits: Place,
    labels: Place,
    weights: Place,
    losses: Place,
    probabilities: Place,
    slopes: Place,
  ): void;
  /**
   * Its tangent for tangents dz of the logits and dw of the weights: dℓ = (p − 1_label)·dz, and
   * dslopes = weight·p∘(dz − p·dz) + dw·(p − 1_label).
   */
  softmaxLossTangent(
    examples: number,
    classes: number,
    probabilities: Place,
    labels: Place,
    weights: Place,
    logitTangents: Place,
    weightTangents: Place,
    lossTangents: Place,
    slopeTangents: Place,
  ): void;

  /**
   * y = softmax(scale·x) over the columns whose mask is not 0, 0 elsewhere (everywhere, where none is): `rows` rows of each of
   * `examples` examples share the example's mask of `columns` numbers.
   */
  maskedSoftmax(examples: number, rows: number, columns: number, scale: number, x: Place, mask: Place, y: Place): void;
  /** out = scale·y∘(v − y·v) row by row: the derivative of softmax (symmetric, so both its tangent and its reverse). */
  softmaxDerivative(rows: number, columns: number, scale: number, y: Place, v: Place, out: Place): void;
  /** out += scale·[dy∘(v − y·v) − y·(dy·v)] row by row: how that derivative changes with y's tangent dy. */
  addSoftmaxCurvature(rows: number, columns: number, scale: number, y: Place, dy: Place, v: Place, out: Place): void;

  /** z = (x − mean)·s and s = 1/√(variance + ε) of every group: z as x (`positions×channels` an example), s `examples×groups`. */
  normalise(shape: NormShape, examples: number, epsilon: number, x: Place, z: Place, s: Place): void;
  /** out = s·(v − mean v − z·mean(z∘v)) in every group: the derivative of that (symmetric). */
  normaliseDerivative(shape: NormShape, examples: number, z: Place, s: Place, v: Place, out: Place): void;
  /** out += −s·mean(z∘dx)·D(v) − s·(dz·mean(z∘v) + z·mean(dz∘v)), D(v) the derivative above: how it changes with x's tangent dx, z's being dz. */
  addNormaliseCurvature(
    shape: NormShape,
    examples: number,
    z: Place,
    s: Place,
    dx: Place,
    dz: Place,
    v: Place,
    out: Place,
  ): void;

  /** y[r, c] += row[c]. */
  addRow(rows: number, columns: number, row: Place, y: Place): void;
  /** y[r, c] = x[r, c]·row[c]. */
  multiplyRow(rows: number, columns: number, x: Place, row: Place, y: Place, accumulate: Accumulate): void;
  /** out[c] += Σ_r x[r, c]. */
  addColumnSums(rows: number, columns: number, x: Place, out: Place): void;
  /** out[c] += Σ_r x[r, c]·y[r, c]. */
  addColumnProducts(rows: number, columns: number, x: Place, y: Place, out: Place): void;

  /** y[r] = table[indices[r]], rows of `columns` numbers; a row of zeros for an index below 0. */
  takeRows(rows: number, columns: number, indices: Place, table: Place, y: Place): void;
  /** table[indices[r]] += y[r], in the order of r; nothing for an index below 0. */
  addRows(rows: number, columns: number, indices: Place, y: Place, table: Place): void;

  /** out = x∘y. `out` may be x or y. */
  multiplyElements(length: number, x: Place, y: Place, out: Place, accumulate: Accumulate): void;
  /** y = α·x + β·y; β = 0 does not read y. */
  combine(length: number, alpha: number, x: Place, beta: number, y: Place): void;
  /** Σ x·y, summed in float64. */
  dot(length: number, x: Place, y: Place): number;

  /** g' = g + decay·θ, v = momentum·v + g', θ = θ − rate·v, in place. */
  momentumStep(
    length: number,
    parameters: Place,
    gradient: Place,
    velocity: Place,
    rate: number,
    momentum: number,
    decay: number,
  ): void;
  /**
   * Adam in place (Kingma & Ba 2015, alg. 1): g' = g + decay·θ, m = β₁m + (1−β₁)g', v = β₂v + (1−β₂)g'²,
   * θ = shrink·θ − step·m/(√v·squareScale + ε), step = rate/(1−β₁ᵗ), squareScale = 1/√(1−β₂ᵗ); shrink is 1, or 1 − rate·decay of AdamW.
   */
  adamStep(
    length: number,
    parameters: Place,
    gradient: Place,
    mean: Place,
    square: Place,
    step: number,
    squareScale: number,
    meanRate: number,
    squareRate: number,
    epsilon: number,
    decay: number,
    shrink: number,
  ): void;
}

/** Where matrices lie in a memory: one after the other. */
export interface MemoryPlan {
  /** Room for so many numbers, beginning at a multiple of four. */
  readonly take: (length: number) => Place;
  /** Numbers in all. */
  readonly length: number;
}

export function planMemory(): MemoryPlan {
  let length: number = firstPlace;
  return {
    take(size) {
      const place = length;
      length += 4 * Math.ceil(size / 4);
      return place;
    },
    get length() {
      return length;
    },
  };
}
