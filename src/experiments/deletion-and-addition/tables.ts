import { mean } from '../../statistics/mean.js';
import { labelOf, type MethodId } from '../../evaluation/methods.js';
import { meanSeconds, totalSeconds } from '../common/costs.js';
import { bootstrapRatio, columns, type Estimate } from '../common/intervals.js';
import type { ChangeKind } from './changes.js';
import { outcomeOn, type ChangeOutcome, type ChangeResult, type ChangeSet, type Direction } from './protocol.js';

export const half = 0.5;

/** The results of learners with an optimum, or of those whose training ends with its schedule. */
export function resultsOf(results: readonly ChangeResult[], learners: 'linear models' | 'networks'): ChangeResult[] {
  return results.filter(({ largestResidual }) => (largestResidual === null) === (learners === 'networks'));
}

/** A method's outcome on one change set. */
export interface ChangeRow {
  readonly method: MethodId;
  readonly set: ChangeSet;
  readonly outcome: ChangeOutcome;
}

/** Every method's outcomes on the sets of one direction, with the sets; without those that change nothing. */
function outcomesOf({ sets, methods }: ChangeResult, direction: Direction): ChangeRow[] {
  return methods.flatMap((own) =>
    sets.flatMap((set, k) => {
      const outcome = set.direction === direction && mean(set.changes) > 0 ? outcomeOn(own, k) : null;
      return outcome === null ? [] : [{ method: own.method, set, outcome }];
    }),
  );
}

/** The share nearest to the wanted one among the change sets. */
export function nearestShare({ sets }: ChangeResult, direction: Direction, wanted: number): number {
  const known = sets.filter((set) => set.direction === direction).map(({ share }) => share);
  return known.reduce((best, share) => (Math.abs(share - wanted) < Math.abs(best - wanted) ? share : best));
}

/** Changes of one direction, kind and (nearest) share of the pool. */
export interface Change {
  readonly direction: Direction;
  readonly kind: ChangeKind;
  readonly share: number;
}

/** A method's outcome on one change; undefined where it does not predict such changes. */
export function outcomeOf(result: ChangeResult, method: MethodId, change: Change): ChangeRow | undefined {
  const wanted = nearestShare(result, change.direction, change.share);
  return outcomesOf(result, change.direction).find(
    ({ method: own, set }) => own === method && set.kind === change.kind && set.share === wanted,
  );
}

/** Σ‖θ̂ − θ(S)‖ / Σ‖θ(S) − θ*‖ over training sets: 1 is what predicting no change scores. */
export const relativeError = ({ outcome, set }: ChangeRow, seed: number): Estimate =>
  bootstrapRatio({ numerators: outcome.errors, denominators: set.changes, seed });

/** The same of margins of test points. */
export const relativeMarginError = ({ outcome, set }: ChangeRow, seed: number): Estimate =>
  bootstrapRatio({ numerators: outcome.marginErrors, denominators: set.marginChanges, seed });

/** Errors of predicted parameters relative to the change, with 95 % bootstrap intervals over training sets. */
export function changeErrorRows(results: readonly ChangeResult[], direction: Direction) {
  return results.flatMap((result) =>
    outcomesOf(result, direction).map((row) => ({
      dataset: result.title,
      method: labelOf(row.method),
      change: `${direction} ${row.set.kind}`,
      share: row.set.share,
      ...columns(relativeError(row, result.seed), 'error'),
    })),
  );
}

/** Predictions on test points after half the pool was removed, and after as many as half the pool were added. */
export function changedPredictions(results: readonly ChangeResult[], direction: Direction) {
  return results.flatMap((result) =>
    outcomesOf(result, direction)
      .filter(({ set }) => set.share === nearestShare(result, direction, half))
      .map((row) => ({
        'data set': result.title,
        change: `${direction} ${row.set.kind}`,
        method: labelOf(row.method),
        'parameter error / change': mean(row.outcome.errors) / mean(row.set.changes),
        ...columns(relativeMarginError(row, result.seed), 'margin error / change'),
        'label agreement': mean(row.outcome.agreements),
      })),
  );
}

/** Error relative to the change where half the pool was removed at random, against the time to predict all removals. */
export function changeCosts(results: readonly ChangeResult[]) {
  return results.flatMap((result) => {
    const dataset = result.title;
    const { exactSeconds, seed } = result;
    return [
      ...result.methods.map(({ method, trials }) => {
        const seconds = meanSeconds(trials);
        const row = outcomeOf(result, method, { direction: 'removed', kind: 'at random', share: half }) as ChangeRow;
        return {
          dataset,
          method: labelOf(method),
          onlineSeconds: seconds.prediction,
          totalSeconds: totalSeconds(seconds),
          ...columns(relativeError(row, seed), 'error'),
        };
      }),
      {
        dataset,
        method: labelOf('exact'),
        onlineSeconds: exactSeconds,
        totalSeconds: exactSeconds,
        error: null,
        low: null,
        high: null,
      },
    ];
  });
}
