/** A number computed from one point's network outputs (logits) and its label, and its slopes in them. */
export interface OutputFunction {
  /** Writes the slopes to `slopes` from `at` on, and returns the value. */
  (logits: ArrayLike<number>, label: number, slopes: { [index: number]: number }, at: number): number;
}

/** Functions of a point's logits z, y its label. Larger is better for all but the loss. */
export const outputFunctions = {
  /** z_y − max over the other classes (Ilyas et al. 2022, §3.1), in nats. */
  margin: (logits, label, slopes, at) => {
    let other = label === 0 ? 1 : 0;
    for (let k = 0; k < logits.length; k++) if (k !== label && logits[k] > logits[other]) other = k;
    for (let k = 0; k < logits.length; k++) slopes[at + k] = (k === label ? 1 : 0) - (k === other ? 1 : 0);
    return logits[label] - logits[other];
  },
  /** log(p_y/(1 − p_y)) = z_y − log Σ_{k≠y} e^{z_k} (Park et al. 2023, §3.1), in nats. */
  'log-odds': (logits, label, slopes, at) => {
    const [sum, largest] = exponentialsBut(label, logits);
    for (let k = 0; k < logits.length; k++) {
      slopes[at + k] = k === label ? 1 : -Math.exp(logits[k] - largest) / sum;
    }
    return logits[label] - largest - Math.log(sum);
  },
  /** z_y. */
  logit: (logits, label, slopes, at) => {
    for (let k = 0; k < logits.length; k++) slopes[at + k] = k === label ? 1 : 0;
    return logits[label];
  },
  /** −log p_y, in nats. */
  loss: (logits, label, slopes, at) => {
    const [sum, largest] = exponentialsBut(-1, logits);
    for (let k = 0; k < logits.length; k++) {
      slopes[at + k] = Math.exp(logits[k] - largest) / sum - (k === label ? 1 : 0);
    }
    return largest + Math.log(sum) - logits[label];
  },
} as const satisfies Readonly<Record<string, OutputFunction>>;

export type OutputName = keyof typeof outputFunctions;

/** Σ exp(z_k − largest) over classes but one, and the largest of these. */
function exponentialsBut(omitted: number, logits: ArrayLike<number>): [sum: number, largest: number] {
  let largest = -Infinity;
  for (let k = 0; k < logits.length; k++) if (k !== omitted) largest = Math.max(largest, logits[k]);
  let sum = 0;
  for (let k = 0; k < logits.length; k++) if (k !== omitted) sum += Math.exp(logits[k] - largest);
  return [sum, largest];
}
