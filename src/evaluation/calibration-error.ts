import { InputError } from '../errors.js';
import { checkProbabilities } from './predictive.js';
import { refuseUnknownOptions } from '../unknown-options.js';

/** Forecasts of similar probability, and how often they came true. */
export interface CalibrationBin {
  /** Forecasts in the bin; bins without any are left out. */
  readonly count: number;
  /** Lowest and highest probability that belongs here: the bin's edges, or its extreme members where bins hold equal mass. */
  readonly from: number;
  readonly to: number;
  /** Mean forecast. */
  readonly confidence: number;
  /** Share that came true. */
  readonly frequency: number;
}

/** `equal width`: (0, 1/m], …, (1 − 1/m, 1], the first closed; `equal mass`: in order of probability, sizes differing by at most 1. */
export type Binning = 'equal width' | 'equal mass';

export interface CalibrationBinsOptions {
  /** `T` probabilities */
  readonly forecasts: ArrayLike<number>;
  /** `T`: 1 where the forecast came true, else 0 */
  readonly outcomes: ArrayLike<number>;
  /** Default `equal width`. */
  readonly binning?: Binning;
  /** Default 15. */
  readonly bins?: number;
}

/**
 * Forecasts in bins of similar probability.
 *
 * @throws InputError if the lists differ in length, are empty, hold what is no probability, or there is no bin.
 */
export function calibrationBins(options: CalibrationBinsOptions): CalibrationBin[] {
  refuseUnknownOptions(options, ['forecasts', 'outcomes', 'binning', 'bins'], 'calibrationBins');
  const { forecasts, outcomes, binning = 'equal width', bins = 15 } = options;
  const total = forecasts.length;
  if (total !== outcomes.length || total === 0)
    throw new InputError(
      `There are ${total} forecasts and ${outcomes.length} outcomes; give one outcome per forecast.`,
    );
  if (!(Number.isInteger(bins) && bins >= 1))
    throw new InputError(`bins is ${bins}; it must be a whole number of at least 1.`);
  checkProbabilities(forecasts);
  const order = Array.from({ length: total }, (_, i) => i).sort((a, b) => forecasts[a] - forecasts[b]);
  const members: number[][] = Array.from({ length: bins }, () => []);
  order.forEach((i, rank) => {
    const bin =
      binning === 'equal width' ? Math.ceil(forecasts[i] * bins - 1e-12) - 1 : Math.floor((rank * bins) / total);
    members[Math.min(bins - 1, Math.max(0, bin))].push(i);
  });
  return members.flatMap((own, bin): CalibrationBin[] => {
    if (own.length === 0) return [];
    const share = (values: ArrayLike<number>): number => own.reduce((sum, i) => sum + values[i], 0) / own.length;
    const byWidth = binning === 'equal width';
    return [
      {
        count: own.length,
        from: byWidth ? bin / bins : forecasts[own[0]],
        to: byWidth ? (bin + 1) / bins : forecasts[own[own.length - 1]],
        confidence: share(forecasts),
        frequency: share(outcomes),
      },
    ];
  });
}

const total = (bins: readonly CalibrationBin[]): number => bins.reduce((sum, { count }) => sum + count, 0);

/**
 * Expected calibration error Σ_b (n_b/T)·|frequency_b − confidence_b| (Naeini et al. 2015; Guo et al. 2017, eq. 3). Of few
 * points per bin it is biased upwards: a perfectly calibrated forecast does not get 0.
 */
export function expectedCalibrationError(bins: readonly CalibrationBin[]): number {
  return bins.reduce((sum, b) => sum + b.count * Math.abs(b.frequency - b.confidence), 0) / total(bins);
}

/**
 * Squared calibration error with the sampling variance taken out,
 * Σ_b (n_b/T)·[(frequency_b − confidence_b)² − frequency_b·(1 − frequency_b)/(n_b − 1)] (Kumar et al. 2019, definition 5.1): 0 in
 * expectation for a calibrated forecast, so it may come out negative. Bins of a single forecast have no variance to take
 * out and are left out.
 */
export function debiasedSquaredCalibrationError(bins: readonly CalibrationBin[]): number {
  const used = bins.filter(({ count }) => count > 1);
  return (
    used.reduce((sum, { count, frequency, confidence }) => {
      const variance = (frequency * (1 - frequency)) / (count - 1);
      return sum + count * ((frequency - confidence) ** 2 - variance);
    }, 0) / total(used)
  );
}

/** The square root of {@link debiasedSquaredCalibrationError}, in units of probability; 0 where that is negative. */
export function debiasedCalibrationError(bins: readonly CalibrationBin[]): number {
  return Math.sqrt(Math.max(0, debiasedSquaredCalibrationError(bins)));
}
