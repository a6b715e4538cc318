import type { Dataset } from '../../data/dataset.js';
import { labelOf } from '../../evaluation/methods.js';
import { bestOf, exactOf, trialsOf } from './figures.js';
import type { MemorizationResult, MemorizationTrial } from './protocol.js';

/** The most memorized points by exact retraining, and what every estimate and the flips say about them. */
export function memorizedPoints(results: readonly MemorizationResult[]) {
  return results.flatMap((result) => {
    const { problem, targets, memorized } = result;
    const exact = exactOf(result);
    const [network] = trialsOf(result, 'improved');
    const [best] = trialsOf(result, bestOf(result));
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
        [labelOf('improved')]: network.memorization.correct.values[point],
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
    .filter(({ pictures }) => pictures)
    .flatMap((result) => [...result.memorized].flatMap((point, row) => picturesOf(result, point, row)));
}

/** One memorized point and its neighbours in influence: a row of pictures. */
function picturesOf(result: MemorizationResult, point: number, row: number) {
  const { problem, targets, memorized } = result;
  const both = [exactOf(result), trialsOf(result, bestOf(result))[0]];
  const memorization = both.map((own) => own.memorization.correct.values);
  /** Effects of the point on test points, and of other pool points on it. */
  const onTargets = both.map(({ influence }: MemorizationTrial) =>
    influence.probability.values.subarray(point * targets.size, (point + 1) * targets.size),
  );
  const ofOthers = both.map(({ onMemorized }: MemorizationTrial) =>
    Float64Array.from({ length: problem.pool.size }, (_, i) =>
      i === point ? -Infinity : onMemorized[i * memorized.length + row],
    ),
  );
  const pictures = (
    group: string,
    from: Dataset,
    { indices, firstColumn }: { readonly indices: readonly number[]; readonly firstColumn: number },
    [retrained, predicted]: readonly Float64Array[],
  ) =>
    indices.map((index, k) => ({
      dataset: problem.title,
      row,
      column: firstColumn + k,
      group,
      label: from.classes[from.labels[index]],
      retrained: retrained[index],
      predicted: predicted[index],
      pixels: pixelsOf(from, index),
    }));
  const helping = { indices: highest(ofOthers[0], trainingNeighbours), firstColumn: 1 };
  const helped = { indices: highest(onTargets[0], testNeighbours), firstColumn: 1 + trainingNeighbours };
  return [
    ...pictures('memorized', problem.pool, { indices: [point], firstColumn: 0 }, memorization),
    ...pictures('training images that help it most', problem.pool, helping, ofOthers),
    ...pictures('test images it helps most', targets, helped, onTargets),
  ];
}
