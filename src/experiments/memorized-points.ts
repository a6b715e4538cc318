import type { Dataset } from '../data/dataset.js';
import { bestName, estimatesOf, exactOf } from './memorization-tables.js';
import type { MemorizationEstimates, MemorizationResult } from './memorization.js';
import { improvedName } from './predictors.js';

/** The most memorized points by exact retraining, and what every estimate and the flips say about them. */
export function memorizedPoints(results: readonly MemorizationResult[]) {
  return results.flatMap((result) => {
    const { problem, targets, memorized } = result;
    const exact = exactOf(result);
    const [network] = estimatesOf(result, improvedName);
    const [best] = estimatesOf(result, bestName(result));
    const points = targets.size;
    return [...memorized].map((point) => {
      const row = exact.influence.probability.values.subarray(point * points, (point + 1) * points);
      const helped = row.indexOf(Math.max(...row));
      return {
        'data set': problem.title,
        point,
        label: problem.pool.classes[problem.pool.labels[point]],
        flipped: problem.flipped[point] ? 'yes' : 'no',
        retrained: exact.memorization.correct.values[point],
        'standard error': exact.memorization.correct.standardErrors[point],
        [improvedName]: network.memorization.correct.values[point],
        'best prediction': best.memorization.correct.values[point],
        'label of the test point it helps most': targets.classes[targets.labels[helped]],
        'its influence there, retrained': row[helped],
        'its influence there, predicted': best.influence.probability.values[point * points + helped],
      };
    });
  });
}

/** Pictures per memorized image: training images, then test images. */
const [trainingNeighbours, testNeighbours] = [3, 2];

/** Indices of the highest values, highest first. */
const highest = (values: Float64Array, count: number): number[] =>
  [...values.keys()].sort((a, b) => values[b] - values[a]).slice(0, count);

/** Grey values of a point, separated by spaces. */
const pixelsOf = ({ features, dimension }: Dataset, index: number): string =>
  Array.from(features.subarray(index * dimension, (index + 1) * dimension), (grey) => grey.toFixed(2)).join(' ');

/**
 * Where points are pictures: the most memorized ones, the training images that raise the probability of their label most,
 * and the test images they help most; by exact retraining, with the most accurate prediction beside it.
 */
export function memorizedPictures(results: readonly MemorizationResult[]) {
  return results
    .filter(({ problem }) => problem.title.startsWith('digits'))
    .flatMap((result) => {
      const { problem, targets, memorized } = result;
      const exact = exactOf(result);
      const [predicted] = estimatesOf(result, bestName(result));
      return [...memorized].flatMap((point, row) => {
        /** Effects of the point on test points. */
        const onTargets = ({ influence }: MemorizationEstimates): Float64Array =>
          influence.probability.values.subarray(point * targets.size, (point + 1) * targets.size);
        /** Effects of other pool points on the point. */
        const ofOthers = ({ onMemorized }: MemorizationEstimates): Float64Array =>
          Float64Array.from({ length: problem.pool.size }, (_, i) =>
            i === point ? -Infinity : onMemorized[i * memorized.length + row],
          );
        const pictures = (
          from: Dataset,
          indices: readonly number[],
          group: string,
          firstColumn: number,
          figures: readonly [Float64Array, Float64Array],
        ) =>
          indices.map((index, k) => ({
            dataset: problem.title,
            row,
            column: firstColumn + k,
            group,
            label: from.classes[from.labels[index]],
            retrained: figures[0][index],
            predicted: figures[1][index],
            pixels: pixelsOf(from, index),
          }));
        const memorization = [exact, predicted].map((own) => own.memorization.correct.values);
        const [helping, helped] = [ofOthers(exact), onTargets(exact)];
        return [
          ...pictures(problem.pool, [point], 'memorized', 0, [memorization[0], memorization[1]]),
          ...pictures(problem.pool, highest(helping, trainingNeighbours), 'training images that help it most', 1, [
            helping,
            ofOthers(predicted),
          ]),
          ...pictures(targets, highest(helped, testNeighbours), 'test images it helps most', 1 + trainingNeighbours, [
            helped,
            onTargets(predicted),
          ]),
        ];
      });
    });
}
