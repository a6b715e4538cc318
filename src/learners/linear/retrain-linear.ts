import { InputError } from '../../errors.js';
import { lbfgsMemory } from '../../numerics/lbfgs-rule.js';
import { subsetSizes, type Subsets } from '../../subsets/subsets.js';
import { checkIterations, checkStart, checkTolerance, startOf } from '../checks.js';
import { RetrainStatus, type Retrained, type RetrainOptions } from '../learner.js';
import type { PreparedPool } from './prepared-pool.js';
import { solveBlock } from './solve-block.js';
import { cheaperSolver } from './solver-choice.js';

/** Subsets trained together, unless their parameters take too much memory. */
const blockSubsets = 256;
const largestConvergedStep = 0.01;
const stepsPerTolerance = 100;
/** Numbers that the correction pairs of one block may hold (200 MB). */
const blockNumbers = 2.5e7;
/** Costs of points that one block may hold (32 MB). */
const blockCosts = 2 ** 22;

/**
 * The exact optimum of F on each of B subsets, all at once. Every subset starts on the size path at its own size (or at
 * `options.from`). Where there are many parameters it takes steps of L-BFGS whose initial inverse Hessian is the whole pool's
 * at the nearest knot of the size path, so that one matrix serves all subsets; where there are few, Newton steps, whose
 * Hessians are one product for all subsets. Which is cheaper an estimate says (`solver-choice.ts`). The few subsets that are
 * too unlike the pool for that (nearly separable ones at a large C) are finished by damped Newton steps. Memory is bounded by
 * working in blocks.
 *
 * @throws InputError if `options.from` has the wrong length or is not finite.
 * @throws InterruptedError if `options.signal` is aborted.
 */
export async function retrainLinear(
  { problem, knots }: PreparedPool,
  classCount: number,
  C: number,
  subsets: Subsets,
  options: RetrainOptions = {},
): Promise<Retrained> {
  const { tolerance = 1e-8, stepTolerance, maxIterations = 1000, from, precondition } = options;
  const solver = options.solver ?? cheaperSolver(problem, Math.max(tolerance, Math.min(1, stepTolerance ?? 0)));
  const { parameterCount: p, pointCount, labels } = problem;
  const { count, weights } = subsets;
  checkStart(from, count, p);
  checkTolerance(tolerance);
  if (stepTolerance !== undefined && !(stepTolerance > 0)) {
    throw new InputError(`The step tolerance is ${stepTolerance}; it must be above 0, e.g. 0.01.`);
  }
  checkIterations('maxIterations', maxIterations);

  const sizes = subsetSizes(subsets);
  const status = new Uint8Array(count).fill(RetrainStatus.missingClass);
  const parameters = new Float64Array(count * p).fill(NaN);
  const residuals = new Float64Array(count).fill(NaN);
  const iterations = new Uint16Array(count);
  const stepShares = new Float64Array(count).fill(NaN);
  const trainable = Array.from(sizes.keys()).filter((b) => hasEveryClass(weights, b * pointCount, labels, classCount));
  const label = `retraining ${count.toLocaleString('en')} subsets`;
  let done = count - trainable.length;
  const report = (finished: number, detail?: string) =>
    options.onProgress?.({ label, done: finished, total: count, ...(detail && { detail }) });

  if (trainable.length > 0) {
    const smallest = trainable.reduce((min, b) => Math.min(min, sizes[b]), Infinity);
    await knots.extend(smallest, options.signal, (solved, total) =>
      report(done, `starting points ${solved} of ${total}`),
    );
    const perBlock = Math.max(
      1,
      Math.min(blockSubsets, Math.floor(blockNumbers / (2 * lbfgsMemory * p)), Math.floor(blockCosts / pointCount)),
    );
    const costs = new Float64Array(Math.min(perBlock, trainable.length) * pointCount);
    for (let first = 0; first < trainable.length; first += perBlock) {
      const block = trainable.slice(first, first + perBlock);
      const start = new Float64Array(block.length * p);
      block.forEach((b, k) => {
        if (!from) knots.interpolate(sizes[b], start, k * p);
        else start.set(startOf(from, b, p), k * p);
      });
      const solved = await solveBlock(problem, knots, {
        costs: costsOf(block, weights, pointCount, C, costs),
        sizes: block.map((b) => sizes[b]),
        solver,
        handOver: options.handOver,
        parameters: start,
        precondition:
          precondition &&
          ((rows, active, vectors) =>
            precondition(
              rows.subarray(0, active).map((k) => block[k]),
              vectors.subarray(0, active * p),
            )),
        gradientTolerance: Float64Array.from(block, (b) => tolerance * C * sizes[b]),
        convergedStep: convergedStep(tolerance),
        stepTolerance,
        maxIterations,
        signal: options.signal,
        label,
        onConverged: (converged) => report(done + converged),
      });
      block.forEach((b, k) => {
        parameters.set(start.subarray(k * p, (k + 1) * p), b * p);
        residuals[b] = solved.gradientNorms[k] / (C * sizes[b]);
        iterations[b] = solved.iterations[k];
        stepShares[b] = solved.stepShares[k];
        status[b] = statusOf(solved.converged[k] === 1, stepShares[b]);
      });
      done += block.length;
      report(done);
    }
  }
  const retrained = { count, parameterCount: p, parameters, residuals, iterations, status };
  return stepTolerance === undefined ? retrained : { ...retrained, stepShares };
}

/** The largest share of its parameters' length that the next step of a converged model may have. */
export const convergedStep = (tolerance: number): number =>
  Math.min(largestConvergedStep, stepsPerTolerance * tolerance);

function statusOf(converged: boolean, stepShare: number): RetrainStatus {
  if (converged) return RetrainStatus.converged;
  return Number.isNaN(stepShare) ? RetrainStatus.notConverged : RetrainStatus.stoppedEarly;
}

/** `B×N` costs C·weight of the given subsets, in `out`. */
function costsOf(
  block: readonly number[],
  weights: Uint8Array,
  pointCount: number,
  C: number,
  out: Float64Array,
): Float64Array {
  for (let k = 0; k < block.length; k++) {
    const [from, to] = [block[k] * pointCount, k * pointCount];
    for (let i = 0; i < pointCount; i++) out[to + i] = C * weights[from + i];
  }
  return out.subarray(0, block.length * pointCount);
}

/** Whether the subset whose weights start at `offset` holds points of every class. */
export function hasEveryClass(weights: Uint8Array, offset: number, labels: Uint8Array, classCount: number): boolean {
  const present = new Uint8Array(classCount);
  let missing = classCount;
  for (let i = 0; i < labels.length && missing > 0; i++) {
    if (weights[offset + i] === 0 || present[labels[i]]) continue;
    present[labels[i]] = 1;
    missing--;
  }
  return missing === 0;
}
