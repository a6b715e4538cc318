import type { OptimisationSettings } from '../settings.js';

/** What Adam carries from step to step: plain arrays, so that a training can be stored and resumed exactly. */
export interface AdamState {
  /** Running mean of gradients. */
  readonly first: Float32Array;
  /** Running mean of squared gradients. */
  readonly second: Float32Array;
}

export const firstDecay = 0.9;
export const secondDecay = 0.999;
export const epsilon = 1e-8;

export function initialAdam(length: number): AdamState {
  return { first: new Float32Array(length), second: new Float32Array(length) };
}

/**
 * One step of Adam with decoupled weight decay (Kingma & Ba 2015; Loshchilov & Hutter 2019), in place.
 *
 * @param step 1 for the first step.
 */
export function adamStep(
  weights: Float32Array,
  gradient: Float32Array,
  { first, second }: AdamState,
  step: number,
  rate: number,
  weightDecay: number,
): void {
  const stepSize = rate / (1 - firstDecay ** step);
  const correction = 1 / Math.sqrt(1 - secondDecay ** step);
  const keep = 1 - rate * weightDecay;
  for (let i = 0; i < weights.length; i++) {
    const g = gradient[i];
    const mean = firstDecay * first[i] + (1 - firstDecay) * g;
    const meanSquare = secondDecay * second[i] + (1 - secondDecay) * g * g;
    first[i] = mean;
    second[i] = meanSquare;
    weights[i] = keep * weights[i] - (stepSize * mean) / (Math.sqrt(meanSquare) * correction + epsilon);
  }
}

/** Learning rate of a step, 0 for the first: constant, or one cycle (Smith & Topin 2019). */
export function learningRateAt(step: number, { steps, learningRate, schedule }: OptimisationSettings): number {
  if (schedule === 'constant') return learningRate;
  const peak = 0.3 * steps;
  const cosine = (from: number, to: number, part: number): number =>
    to + ((from - to) * (1 + Math.cos(Math.PI * part))) / 2;
  return step < peak
    ? cosine(learningRate / 25, learningRate, step / peak)
    : cosine(learningRate, 0, (step - peak) / (steps - peak));
}
