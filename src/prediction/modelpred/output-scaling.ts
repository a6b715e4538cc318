/** How outputs z of a network stand for parameters: θ̂ = shift + scale ∘ z, `p` numbers each. */
export interface OutputScaling {
  readonly shift: Float64Array;
  readonly scale: Float64Array;
}

/** `B×p` parameters from a network's outputs, in place. */
export function toParameters(outputs: Float64Array, scaling: OutputScaling | null): Float64Array {
  if (scaling === null) return outputs;
  const { shift, scale } = scaling;
  const p = shift.length;
  for (let start = 0; start < outputs.length; start += p) {
    for (let j = 0; j < p; j++) outputs[start + j] = shift[j] + scale[j] * outputs[start + j];
  }
  return outputs;
}
