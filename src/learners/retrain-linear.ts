import { InputError } from '../errors.js';
import { lbfgsMemory, lbfgsRule, type BatchPreconditioner } from '../numerics/lbfgs.js';
import { minimiseBatch, type Minimised, type MinimiseOptions } from '../numerics/minimise-batch.js';
import { newtonRule } from '../numerics/newton.js';
import { subsetSizes, type Subsets } from '../subsets/subsets.js';
import { RetrainStatus, type Retrained, type RetrainOptions } from './learner.js';
import { linearHessians, linearObjective, type LinearProblem } from './linear-objective.js';
import type { PreparedPool } from './prepared-pool.js';
import { denseParameterLimit, type SizePath } from './size-path.js';

/** Subsets trained together, unless their parameters take too much memory. */
const blockSubsets = 256;
/** Numbers that the correction pairs of one block may hold (200 MB). */
const blockNumbers = 2.5e7;
/** Iterations after which a subset is handed from L-BFGS to Newton's method. */
const quasiNewtonIterations = 40;

/**
 * The exact optimum of F on each of B subsets, all at once. Every subset starts on the size path at its own size (or at
 * `options.from`) and takes steps of L-BFGS whose initial inverse Hessian is the whole pool's at the nearest knot of the size
 * path, so that one matrix serves all subsets. The few subsets that are too unlike the pool for that (nearly separable ones
 * at a large C) are finished by Newton's method, each with its own Hessian. Memory is bounded by working in blocks.
 *
 * @throws InputError if `options.from` has the wrong length or is not finite.
 * @throws InterruptedError if `options.signal` is aborted.
 */
export async function retrainLinear(
  { problem, path }: PreparedPool,
  classCount: number,
  C: number,
  subsets: Subsets,
  options: RetrainOptions = {},
): Promise<Retrained> {
  const { tolerance = 1e-8, maxIterations = 1000, from } = options;
  const { parameterCount: p, pointCount, labels } = problem;
  const { count, weights } = subsets;
  checkStart(from, count, p);
  if (!(tolerance > 0)) throw new InputError(`The tolerance is ${tolerance}; it must be above 0, e.g. 1e-8.`);
  if (!(Number.isInteger(maxIterations) && maxIterations >= 0 && maxIterations <= 65535)) {
    throw new InputError(`maxIterations is ${maxIterations}; it must be a whole number from 0 to 65535.`);
  }

  const sizes = subsetSizes(subsets);
  const status = new Uint8Array(count).fill(RetrainStatus.missingClass);
  const parameters = new Float64Array(count * p).fill(NaN);
  const residuals = new Float64Array(count).fill(NaN);
  const iterations = new Uint16Array(count);
  const trainable = Array.from(sizes.keys()).filter((b) => hasEveryClass(weights, b * pointCount, labels, classCount));
  const label = `retraining ${count.toLocaleString('en')} subsets`;
  let done = count - trainable.length;
  const report = (finished: number, detail?: string) =>
    options.onProgress?.({ label, done: finished, total: count, ...(detail && { detail }) });

  if (trainable.length > 0) {
    const largest = trainable.reduce((max, b) => Math.max(max, sizes[b]), 0);
    await path.extend(largest, options.signal, (solved, total) =>
      report(done, `starting points ${solved} of ${total}`),
    );
    const perBlock = Math.max(1, Math.min(blockSubsets, Math.floor(blockNumbers / (2 * lbfgsMemory * p))));
    for (let first = 0; first < trainable.length; first += perBlock) {
      const block = trainable.slice(first, first + perBlock);
      const start = new Float64Array(block.length * p);
      block.forEach((b, k) => {
        if (!from) path.interpolate(sizes[b], start, k * p);
        else start.set(from.length === p ? from : from.subarray(b * p, (b + 1) * p), k * p);
      });
      const solved = await solveBlock(problem, path, {
        costs: costsOf(block, weights, pointCount, C),
        sizes: block.map((b) => sizes[b]),
        parameters: start,
        gradientTolerance: Float64Array.from(block, (b) => tolerance * C * sizes[b]),
        maxIterations,
        signal: options.signal,
        label,
        onConverged: (converged) => report(done + converged),
      });
      block.forEach((b, k) => {
        parameters.set(start.subarray(k * p, (k + 1) * p), b * p);
        residuals[b] = solved.gradientNorms[k] / (C * sizes[b]);
        iterations[b] = solved.iterations[k];
        status[b] = residuals[b] <= tolerance ? RetrainStatus.converged : RetrainStatus.notConverged;
      });
      done += block.length;
      report(done);
    }
  }
  return { count, parameterCount: p, parameters, residuals, iterations, status };
}

interface Block extends MinimiseOptions {
  /** `B×N`. */
  readonly costs: Float64Array;
  /** `B` subset sizes. */
  readonly sizes: readonly number[];
}

/** L-BFGS first, Newton for what is left; the minimisers replace `block.parameters`. */
async function solveBlock(problem: LinearProblem, path: SizePath, block: Block): Promise<Minimised> {
  const { parameterCount: p, pointCount } = problem;
  const { costs, sizes, parameters, gradientTolerance, maxIterations } = block;
  const firstPhase = p > denseParameterLimit ? maxIterations : Math.min(maxIterations, quasiNewtonIterations);
  const rule = lbfgsRule(sizes.length, p, pathPreconditioner(path, sizes, p));
  const solved = await minimiseBatch(linearObjective(problem, costs), rule, { ...block, maxIterations: firstPhase });
  const left = sizes.map((_, k) => k).filter((k) => !(solved.gradientNorms[k] <= gradientTolerance[k]));
  if (left.length === 0 || firstPhase === maxIterations) return solved;

  const leftParameters = gather(parameters, left, p);
  const leftCosts = gather(costs, left, pointCount);
  const convergedBefore = sizes.length - left.length;
  const finished = await minimiseBatch(
    linearObjective(problem, leftCosts),
    newtonRule(p, linearHessians(problem, leftCosts)),
    {
      ...block,
      parameters: leftParameters,
      gradientTolerance: gather(gradientTolerance, left, 1),
      maxIterations: maxIterations - firstPhase,
      onConverged: (converged) => block.onConverged?.(convergedBefore + converged),
    },
  );
  left.forEach((k, at) => {
    parameters.set(leftParameters.subarray(at * p, (at + 1) * p), k * p);
    solved.gradientNorms[k] = finished.gradientNorms[at];
    solved.iterations[k] += finished.iterations[at];
  });
  return solved;
}

/** `B×N` costs C·weight of the given subsets. */
function costsOf(block: readonly number[], weights: Uint8Array, pointCount: number, C: number): Float64Array {
  const costs = new Float64Array(block.length * pointCount);
  block.forEach((b, k) => {
    for (let i = 0; i < pointCount; i++) costs[k * pointCount + i] = C * weights[b * pointCount + i];
  });
  return costs;
}

/** The given rows of a matrix with rows of `width` numbers. */
function gather(matrix: Float64Array, rows: readonly number[], width: number): Float64Array {
  const gathered = new Float64Array(rows.length * width);
  rows.forEach((row, at) => gathered.set(matrix.subarray(row * width, (row + 1) * width), at * width));
  return gathered;
}

/** Multiplies each vector by the inverse Hessian of the size-path knot nearest to its subset's size. */
function pathPreconditioner(path: SizePath, sizes: readonly number[], p: number): BatchPreconditioner {
  const knots = sizes.map((size) => path.nearestKnot(size));
  return (rows, active, vectors) => {
    const groups = new Map<number, number[]>();
    for (let k = 0; k < active; k++) {
      const knot = knots[rows[k]];
      const group = groups.get(knot);
      if (group) group.push(k);
      else groups.set(knot, [k]);
    }
    for (const [knot, group] of groups) {
      const gathered = gather(vectors, group, p);
      path.precondition(knot, gathered, group.length);
      group.forEach((k, at) => vectors.set(gathered.subarray(at * p, (at + 1) * p), k * p));
    }
  };
}

function hasEveryClass(weights: Uint8Array, offset: number, labels: Uint8Array, classCount: number): boolean {
  const present = new Uint8Array(classCount);
  let missing = classCount;
  for (let i = 0; i < labels.length && missing > 0; i++) {
    if (weights[offset + i] === 0 || present[labels[i]]) continue;
    present[labels[i]] = 1;
    missing--;
  }
  return missing === 0;
}

function checkStart(from: Float64Array | undefined, count: number, p: number): void {
  if (!from) return;
  if (from.length !== p && from.length !== count * p) {
    throw new InputError(
      `The start has ${from.length} numbers; give ${p} (one θ for all) or ${count * p} (one θ per subset).`,
    );
  }
  const bad = from.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new InputError(`The start holds ${from[bad]} at index ${bad}; every number must be finite.`);
}
