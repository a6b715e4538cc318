import { safePoint, type RunControl } from '../control.js';
import { InputError } from '../errors.js';
import type { ErrorBounds } from './empirical-bernstein.js';
import type { Valuation } from './game.js';
import type { StoppingRule } from './stopping.js';
import type { SampledValues } from './sampled-values.js';

export interface SamplingOptions extends RunControl {
  readonly seed: number;
  readonly stop: StoppingRule;
  /** An estimate to go on from: ends with the same bytes as one run of the same length. */
  readonly from?: SampledValues;
  /** Called with every new estimate; keep the last one to lose nothing when the run is interrupted. */
  readonly onEstimate?: (estimate: SampledValues) => void;
}

/** How one estimator draws samples and sums them up. Sample s depends on the seed and s alone. */
export interface Sampler {
  readonly label: string;
  readonly settings: string;
  readonly players: number;
  readonly subsetsPerSample: number;
  emptySums(): Record<string, Float64Array>;
  /** Utilities of the samples `first`, `first + 1`, …: one array each. @param control told of the work within them */
  evaluate(first: number, count: number, control: RunControl): Promise<readonly SampleUtilities[]>;
  /** Adds a sample to the sums. */
  add(sums: Record<string, Float64Array>, sample: number, utilities: Float64Array): void;
  summarise(sums: Record<string, Float64Array>, samples: number): Valuation & Pick<SampledValues, 'halves'>;
  /** Bounds of the error if utilities lie in an interval of this width; absent where that says nothing of samples. */
  bounds?(sums: Record<string, Float64Array>, samples: number, width: number): ErrorBounds;
  /** The least and the largest utility of the game, where it states them. */
  readonly range?: readonly [number, number];
}

export interface SampleUtilities {
  readonly utilities: Float64Array;
  /** Subsets evaluated for it. */
  readonly evaluations: number;
}

/** Subsets evaluated at once, so that batched retraining and prediction are used well. */
const subsetsPerBatch = 1024;

/**
 * Draws samples until the rule says so.
 *
 * @throws InputError if the estimate to continue was made with other settings.
 * @throws InterruptedError if `signal` is aborted; estimates so far went to `onEstimate`.
 */
export async function sampleValues(sampler: Sampler, options: SamplingOptions): Promise<SampledValues> {
  const { stop, from, onEstimate, onProgress } = options;
  const { label, settings } = sampler;
  if (from && from.settings !== settings)
    throw new InputError(
      `An estimate made with ${from.settings} cannot be continued with ${settings}; use the same seed and settings.`,
    );
  const sums: Record<string, Float64Array> = from ? structuredClone({ ...from.sums }) : sampler.emptySums();
  /** The least and the largest utility so far. */
  const seen = (sums.seen ??= Float64Array.of(Infinity, -Infinity));
  let samples = from?.samples ?? 0;
  let evaluations = from?.evaluations ?? 0;
  const estimate = (): SampledValues => ({
    ...sampler.summarise(sums, samples),
    samples,
    evaluations,
    settings,
    sums,
  });
  const widthOf = (): number => (sampler.range ? sampler.range[1] - sampler.range[0] : Math.max(1, seen[1] - seen[0]));
  const isDone = (): boolean =>
    samples > 0 && stop.isDone(samples, estimate, sampler.bounds?.(sums, samples, widthOf()));

  const report = (finished: number, total: number): void => onProgress?.({ label, done: finished, total });

  let done = isDone();
  while (!done) {
    const left = stop.samplesLeft(samples);
    const batch = Math.max(1, Math.min(left, Math.floor(subsetsPerBatch / sampler.subsetsPerSample)));
    const start = samples;
    // Where no end is known, that of this batch.
    const total = start + (left === Infinity ? batch : left);
    report(start, total);
    const within: RunControl = {
      ...(options.signal && { signal: options.signal }),
      onProgress: ({ done: part, total: all }) => report(start + (batch * part) / Math.max(1, all), total),
    };
    for (const sample of await sampler.evaluate(samples, batch, within)) {
      sampler.add(sums, samples, sample.utilities);
      for (const utility of sample.utilities) {
        if (utility < seen[0]) seen[0] = utility;
        if (utility > seen[1]) seen[1] = utility;
      }
      samples++;
      evaluations += sample.evaluations;
      // After every sample, so that where it stops does not depend on the size of batches.
      done = isDone();
      if (done) break;
    }
    // A copy: the sums go on growing.
    onEstimate?.({ ...estimate(), sums: structuredClone(sums) });
    report(samples, done ? samples : total);
    if (!done) await safePoint(options, label);
  }
  return estimate();
}
