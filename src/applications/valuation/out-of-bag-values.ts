import { InputError } from '../../errors.js';
import type { Subsets } from '../../subsets/subsets.js';
import type { Valuation } from '../../games/game.js';

/**
 * Data-OOB values (Kwon & Zou 2023): the mean outcome of a point over the models of a bagging ensemble whose
 * bootstrap sample lacks it. Low: models trained on the rest contradict the point's label. Any random subsets will do.
 * Models with NaN outcomes, of subsets that lack a class, are left out.
 *
 * @param outcomes `B×N` outcomes of the pool's own points, as of `pointOutcomes`
 * @returns standard errors over models; NaN where fewer than two lack the point, the value too where none does
 * @throws InputError if the outcomes are not `B×N`.
 */
export function outOfBagValues(subsets: Subsets, outcomes: Float64Array): Valuation {
  const { count, poolSize, weights } = subsets;
  if (outcomes.length !== count * poolSize)
    throw new InputError(
      `There are ${outcomes.length} outcomes for ${count} models and ${poolSize} points; pass B×N, those of the pool's own points.`,
    );
  const models = new Float64Array(poolSize);
  const values = new Float64Array(poolSize);
  const squares = new Float64Array(poolSize);
  outcomes.forEach((outcome, at) => {
    if (weights[at] > 0 || Number.isNaN(outcome)) return;
    const i = at % poolSize;
    models[i]++;
    const deviation = outcome - values[i];
    values[i] += deviation / models[i];
    squares[i] += deviation * (outcome - values[i]);
  });
  return {
    values: values.map((value, i) => (models[i] === 0 ? NaN : value)),
    standardErrors: squares.map((sum, i) => (models[i] < 2 ? NaN : Math.sqrt(sum / (models[i] - 1) / models[i]))),
  };
}
