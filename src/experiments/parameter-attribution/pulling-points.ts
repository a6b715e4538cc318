import type { Problem } from '../problems/problem.js';
import { largestCoefficient, leaveOneOutOf } from './figures.js';
import type { AttributionResult } from './protocol.js';
import { attributionColumn } from './removals.js';

const mapParameters = 16;
const mapPoints = 20;
const pulling = 4;
const shownAttributes = 5;

/**
 * Reference attributions of the largest coefficients to the points that move them most, as many of each class: cells of a
 * map. Points come class by class, those that raise the largest coefficient first; parameters from the highest down.
 */
export function attributionMapRows(results: readonly AttributionResult[]) {
  return results.flatMap((result) => {
    const { problem, full, reference, parameterNames } = result;
    const { labels, classes } = problem.pool;
    const p = full.length;
    const parameters = [...full.keys()]
      .slice(0, -1)
      .sort((a, b) => Math.abs(full[b]) - Math.abs(full[a]))
      .slice(0, mapParameters)
      .sort((a, b) => full[b] - full[a]);
    const at = (i: number, j: number): number => reference.values[i * p + j];
    const weight = (i: number): number => parameters.reduce((sum, j) => sum + Math.abs(at(i, j)), 0);
    const first = largestCoefficient(result);
    return classes.flatMap((label, k) =>
      [...labels.keys()]
        .filter((i) => labels[i] === k)
        .sort((a, b) => weight(b) - weight(a))
        .slice(0, mapPoints)
        .sort((a, b) => at(b, first) - at(a, first))
        .flatMap((point) =>
          parameters.map((j) => ({
            dataset: problem.title,
            label,
            point,
            parameter: parameterNames[j],
            attribution: at(point, j),
          })),
        ),
    );
  });
}

/** The points that raise and lower the largest coefficient most. */
function pullingPoints(result: AttributionResult): number[] {
  const column = attributionColumn(result.reference.values, result.full.length, largestCoefficient(result));
  const order = [...column.keys()].sort((a, b) => column[b] - column[a]);
  return [...order.slice(0, pulling), ...order.slice(-pulling)];
}

/** Shares of the points that raise and lower the largest coefficient most, with 95 % intervals over permutations. */
export function pullRows(results: readonly AttributionResult[]) {
  return results.flatMap((result) => {
    const { problem, reference, full, parameterNames } = result;
    const j = largestCoefficient(result);
    return pullingPoints(result).map((point) => {
      const [share, error] = [reference.values, reference.standardErrors].map((v) => v[point * full.length + j]);
      return {
        dataset: problem.title,
        parameter: parameterNames[j],
        point,
        label: problem.pool.classes[problem.pool.labels[point]],
        attribution: share,
        low: share - 1.96 * error,
        high: share + 1.96 * error,
      };
    });
  });
}

/** The same points in words: label, what the model makes of them, and their features before scaling. */
export function pullingPointsTable(results: readonly AttributionResult[]) {
  return results.flatMap((result) => {
    const { problem, reference, full, parameterNames, probabilities } = result;
    const { pool } = problem;
    const j = largestCoefficient(result);
    const [exact] = leaveOneOutOf(result, 'exact');
    const attributes = importantAttributes(result);
    return pullingPoints(result).map((point) => ({
      'data set': problem.title,
      coefficient: `${parameterNames[j]} = ${full[j].toFixed(2)}`,
      point,
      label: pool.classes[pool.labels[point]],
      'share in it': reference.values[point * full.length + j],
      'leave-one-out': exact[point * full.length + j],
      'probability of its label': probabilities[point * pool.classes.length + pool.labels[point]],
      'what it is': attributes.map((attribute) => inWords(problem, point, attribute)).join('; '),
    }));
  });
}

/** Columns of the data, one-hot ones together, by their largest coefficient. */
function importantAttributes({ problem, full }: AttributionResult): string[] {
  const size = new Map<string, number>();
  problem.pool.featureNames.forEach((name, k) => {
    const attribute = name.split('=')[0];
    size.set(attribute, Math.max(size.get(attribute) ?? 0, Math.abs(full[k])));
  });
  return [...size]
    .sort(([, a], [, b]) => b - a)
    .slice(0, shownAttributes)
    .map(([attribute]) => attribute);
}

/** A column of a point before scaling: its number, or the category that its one-hot features name. */
function inWords({ pool, scaling }: Pick<Problem, 'pool' | 'scaling'>, point: number, attribute: string): string {
  const raw = (k: number): number => pool.features[point * pool.dimension + k] * scaling.scale[k] + scaling.shift[k];
  const number = pool.featureNames.indexOf(attribute);
  if (number >= 0) return `${attribute} ${Number(raw(number).toPrecision(4))}`;
  const category = pool.featureNames.findIndex((name, k) => name.startsWith(`${attribute}=`) && raw(k) > 0.5);
  return pool.featureNames[category].replace('=', ' ');
}
