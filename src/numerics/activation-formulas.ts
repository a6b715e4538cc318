import type { Activation } from './layer-kernels.js';
import { normalDensity, normalDistribution } from './normal-distribution.js';

/** φ, φ′ and φ″ at a number. Where a derivative does not exist (relu at 0) it is that of the left side. */
interface ActivationFormulas {
  readonly value: (x: number) => number;
  readonly slope: (x: number) => number;
  readonly curvature: (x: number) => number;
}

export const activationFormulas: Readonly<Record<Activation, ActivationFormulas>> = {
  relu: {
    value: (x) => Math.max(x, 0),
    slope: (x) => (x > 0 ? 1 : 0),
    curvature: () => 0,
  },
  tanh: {
    value: Math.tanh,
    slope: (x) => 1 - Math.tanh(x) ** 2,
    curvature: (x) => -2 * Math.tanh(x) * (1 - Math.tanh(x) ** 2),
  },
  elu: {
    value: (x) => (x > 0 ? x : Math.expm1(x)),
    slope: (x) => (x > 0 ? 1 : Math.exp(x)),
    curvature: (x) => (x > 0 ? 0 : Math.exp(x)),
  },
  gelu: {
    value: (x) => x * normalDistribution(x),
    slope: (x) => normalDistribution(x) + x * normalDensity(x),
    curvature: (x) => (2 - x * x) * normalDensity(x),
  },
};
