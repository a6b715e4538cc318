import { dot, multiplyTransposed } from '../../numerics/dense.js';
import type { DirectionRule } from '../../numerics/minimise-batch.js';
import { gatherRows } from '../gather-rows.js';
import type { LinearProblem } from './linear-objective.js';
import { newtonDirections } from './newton-directions.js';

/** Trial steps of one line search. */
const lineIterations = 60;
/** A line search ends where the slope is at most this share of the first one. */
const slopeShare = 1e-6;

/**
 * Newton's directions of a piecewise quadratic F, undamped. Each is scaled to the minimiser along it, because full steps from
 * one piece to the next may overshoot for long (Keerthi & DeCoste 2005, JMLR 6, §3). A quadratic's own minimiser needs no scaling.
 */
export function batchedNewtonRule(problem: LinearProblem, costs: Float64Array): DirectionRule {
  const { loss, pointCount, parameterCount: p } = problem;
  return {
    quadratic: loss.quadratic !== 'pieces',
    directions(rows, active, points, gradients, directions) {
      const activeCosts = gatherRows(costs, Array.from(rows.subarray(0, active)), pointCount);
      const [theta, slopes] = [points, gradients].map((numbers) => numbers.subarray(0, active * p));
      directions.set(newtonDirections(problem, activeCosts, theta, slopes));
      if (loss.quadratic === 'pieces') scaleToMinimisers(problem, activeCosts, theta, slopes, directions);
    },
  };
}

/** Multiplies every direction by the step to the minimiser of F along it, for the squared hinge loss. */
function scaleToMinimisers(
  { labels, design, pointCount, width }: LinearProblem,
  costs: Float64Array,
  parameters: Float64Array,
  gradients: Float64Array,
  directions: Float64Array,
): void {
  const active = parameters.length / width;
  const [logits, changes] = [parameters, directions].map((vectors) => {
    const products = new Float64Array(active * pointCount);
    multiplyTransposed(vectors, design, active, pointCount, width, products);
    return products;
  });
  for (let k = 0; k < active; k++) {
    const [row, at] = [k * pointCount, k * width];
    const first = dot(gradients, at, directions, at, width);
    const alongTheta = dot(parameters, at, directions, at, width);
    const alongItself = dot(directions, at, directions, at, width);
    let [step, below, above] = [1, 0, Infinity];
    for (let iteration = 0; iteration < lineIterations; iteration++) {
      let slope = alongTheta + step * alongItself;
      let curvature = alongItself;
      for (let i = 0; i < pointCount; i++) {
        const sign = labels[i] === 1 ? 1 : -1;
        const shortfall = 1 - sign * (logits[row + i] + step * changes[row + i]);
        if (!(shortfall > 0)) continue;
        slope -= 2 * costs[row + i] * sign * changes[row + i] * shortfall;
        curvature += 2 * costs[row + i] * changes[row + i] * changes[row + i];
      }
      if (Math.abs(slope) <= slopeShare * Math.abs(first)) break;
      // Newton on a slope that is increasing and piecewise linear, kept within what is known to hold its zero.
      if (slope < 0) below = step;
      else above = step;
      const next = step - slope / curvature;
      if (next > below && next < above) step = next;
      else step = above < Infinity ? (below + above) / 2 : 2 * step;
    }
    for (let j = at; j < at + width; j++) directions[j] *= step;
  }
}
