/**
 * The loss of a linear model as a function of a point's m logits, summed over N points with a cost each. Logits of one
 * model are an `m×N` block (row k: logit k of every point) that starts at `offset`.
 */
export interface LogitLoss {
  /** Logits per point, m: 1 for two classes, K for more. */
  readonly logitsPerPoint: number;
  /** The WebAssembly kernel of a whole evaluation: logits, loss and gradient of many models. */
  readonly kernel: 'binaryCrossEntropy' | 'softmaxCrossEntropy' | 'squaredHinge' | 'squaredError';
  /**
   * Whether F contains ½(Σ_k b_k)²: for a loss that does not change when one number is added to all logits, and for a model
   * of one logit whose bias is penalised like a weight.
   */
  readonly biasSumPenalised: boolean;
  /** Where F is quadratic: everywhere, so that one Newton step is its minimiser in closed form; in pieces; or nowhere. */
  readonly quadratic: 'everywhere' | 'pieces' | 'nowhere';
  /** Returns Σ_i cost_i·ℓ_i and replaces each logit z_ik by cost_i·∂ℓ_i/∂z_ik. Costs start at `costOffset`. */
  differentiate(
    logits: Float64Array,
    offset: number,
    labels: Uint8Array,
    costs: Float64Array,
    costOffset: number,
  ): number;
  /**
   * Writes cost_i·∂²ℓ_i/∂z_ik∂z_il for k ≥ l to the `m(m+1)/2 × N` block of `out` at `outOffset`, rows in the order
   * (0,0), (1,0), (1,1), (2,0), …; where the loss has no second derivative, an element of the generalised one.
   */
  curvatures(
    logits: Float64Array,
    offset: number,
    labels: Uint8Array,
    costs: Float64Array,
    costOffset: number,
    out: Float64Array,
    outOffset: number,
  ): void;
  /** Writes the `N×K` class probabilities to `out` at `outOffset`. */
  probabilities(logits: Float64Array, offset: number, pointCount: number, out: Float64Array, outOffset: number): void;
}
