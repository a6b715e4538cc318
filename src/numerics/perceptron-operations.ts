/** Where numbers start in the memory of {@link PerceptronKernels}, in bytes. */
export type Address = number;

/**
 * Float64 kernels for training multilayer perceptrons, on row-major matrices in one memory. They hold no state between calls: a
 * caller lays its matrices out anew each time. Every sum is taken in an order that depends on its length alone.
 */
export interface PerceptronKernels {
  /**
   * C = A·B for A `m×k`, B `k×n` and C `m×n`, n a multiple of 8. Element (i, l) of A is at a + i·rowStep + l·innerStep (in
   * bytes), so A may be a transpose, or a part of a matrix.
   */
  multiply(
    m: number,
    k: number,
    n: number,
    a: Address,
    rowStep: number,
    innerStep: number,
    b: Address,
    c: Address,
  ): void;
  /** C = A·Bᵀ for A `rows×inner`, B `columns×inner` and C `rows×columns`. */
  multiplyTransposed(a: Address, b: Address, rows: number, columns: number, inner: number, c: Address): void;
  /** y = tanh(y) for `length` numbers, an even count. */
  tanh(length: number, y: Address): void;
  /** gradient = gradient·(1 − y²) for `length` numbers, an even count, with y the output of tanh. */
  tanhGradient(length: number, y: Address, gradient: Address): void;
  /** y = max(y, 0) for `length` numbers, an even count. */
  relu(length: number, y: Address): void;
  /** gradient = 0 where y, the output of relu, is 0, for `length` numbers, an even count. */
  reluGradient(length: number, y: Address, gradient: Address): void;
  /**
   * Returns Σ_i cost_i·−log P(label_i) and replaces each logit by cost_i·(P(k) − [k = label_i]); logits are `classes×points`
   * with rows of `bytes` bytes, labels and costs one number per point.
   */
  softmaxLoss(logits: Address, classes: number, labels: Address, costs: Address, bytes: number): number;
  /**
   * One step of Adam (Kingma & Ba 2015, alg. 1) for `length` parameters, an even count; the gradient is taken plus
   * weightDecay·parameters, `step` is the learning rate divided by 1 − β₁ᵗ and `squareScale` is 1/√(1 − β₂ᵗ).
   */
  adam(
    length: number,
    parameters: Address,
    gradient: Address,
    mean: Address,
    square: Address,
    weightDecay: number,
    meanRate: number,
    squareRate: number,
    step: number,
    squareScale: number,
    epsilon: number,
  ): void;
}
