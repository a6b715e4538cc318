import type { RunControl } from '../../control.js';
import { quantile } from '../../statistics/quantile.js';
import { mean } from '../../statistics/mean.js';
import { measureCpu } from '../../evaluation/cost.js';
import { estimateQuality, type EstimateQuality } from '../../evaluation/estimate-quality.js';
import { relativeErrors } from '../../evaluation/parameter-error.js';
import { certify, predictWithin, Rung, type Predictor } from '../../prediction/index.js';
import type { Bank } from '../../retraining/bank.js';

/** What the certificates of one predictor's models are worth. */
export interface CertificateRow extends EstimateQuality {
  readonly predictor: string;
  /** Mean relative error of the predictions. */
  readonly error: number;
  /** Share of predictions with a proven bound, and how many bounds the truth breaks. */
  readonly boundsProven: number;
  readonly boundsBroken: number;
  readonly secondsPerCertificate: number;
}

/**
 * Certifies a predictor's models of held-out subsets and compares with their true distance from the retrained ones.
 *
 * @param heldOut retrained to a residual well below the errors to be judged
 */
export async function certificateRow(
  predictor: Predictor,
  { pool, learner, subsets, parameters }: Bank,
  control?: RunControl,
): Promise<CertificateRow> {
  const p = learner.parameterCount(pool);
  const predicted = await predictor.predict(subsets, control);
  const { result, seconds } = await measureCpu(() => certify({ pool, learner, subsets, predicted }));
  const distances = Float64Array.from({ length: subsets.count }, (_, b) =>
    Math.hypot(...predicted.subarray(b * p, (b + 1) * p).map((value, j) => value - parameters[b * p + j])),
  );
  return {
    predictor: predictor.name,
    error: mean(relativeErrors({ predicted, retrained: parameters, parameterCount: p })),
    ...estimateQuality(result.stepNorms, distances),
    boundsProven: mean(Array.from(result.bounds, (bound) => Number(!Number.isNaN(bound)))),
    // Rounding of a nearly exact prediction, and the residual of the reference, are no breach.
    boundsBroken: distances.filter((distance, b) => distance > result.bounds[b] * (1 + 1e-6) + 1e-9).length,
    secondsPerCertificate: seconds / subsets.count,
  };
}

/** What predicting within a tolerance costs and keeps. */
export interface WithinRow {
  readonly predictor: string;
  readonly tolerance: number;
  /** Share of models whose true relative error is at most twice the tolerance. */
  readonly covered: number;
  /** Whether the predictor was asked, or left out as too dear. */
  readonly predictorUsed: boolean;
  /** Shares of models by {@link Rung}. */
  readonly rungs: readonly number[];
  /** Processor time over that of exact retraining of the same subsets: median of the repetitions, lowest and highest. */
  readonly timeRatio: { readonly median: number; readonly lowest: number; readonly highest: number };
}

/** Processor seconds of exact retraining that one repetition takes at least. */
const leastSeconds = 0.1;

/**
 * Predicts held-out subsets within tolerances, timed beside their exact retraining, turn by turn.
 *
 * @param repetitions of both, each of so many turns that other work on the machine falls on both alike
 */
export async function withinRows(
  predictor: Predictor,
  { pool, learner, subsets, parameters }: Bank,
  tolerances: readonly number[],
  repetitions: number,
): Promise<WithinRow[]> {
  const p = learner.parameterCount(pool);
  const { seconds } = await measureCpu(() => learner.retrain(pool, subsets));
  const rounds = Math.ceil(leastSeconds / seconds);
  const rows: WithinRow[] = [];
  for (const tolerance of tolerances) {
    const predict = () => predictWithin({ pool, learner, predictor, subsets, tolerance });
    const found = await predict();
    const ratios: number[] = [];
    for (let r = 0; r < repetitions; r++) {
      let [within, exact] = [0, 0];
      for (let round = 0; round < rounds; round++) {
        within += (await measureCpu(predict)).seconds;
        exact += (await measureCpu(() => learner.retrain(pool, subsets))).seconds;
      }
      ratios.push(within / exact);
    }
    const errors = relativeErrors({ predicted: found.parameters, retrained: parameters, parameterCount: p });
    const shareOf = (rung: Rung) => mean(Array.from(found.rungs, (value) => Number(value === rung)));
    rows.push({
      predictor: predictor.name,
      tolerance,
      covered: mean(Array.from(errors, (error) => Number(error <= 2 * tolerance))),
      predictorUsed: found.predictorUsed,
      rungs: Object.values(Rung).map(shareOf),
      timeRatio: { median: quantile(ratios, 0.5), lowest: Math.min(...ratios), highest: Math.max(...ratios) },
    });
  }
  return rows;
}
