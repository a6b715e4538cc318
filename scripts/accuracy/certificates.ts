import { requireConvex } from '../../src/learners/learner.js';
import { certificateRow, withinRows } from '../../src/experiments/common/certificates.js';
import { loadProblem, type ProblemName } from '../../src/experiments/problems/problem.js';
import { deriveSeed } from '../../src/numerics/random.js';
import {
  improvedSettings,
  lbfgsPredictor,
  meanPredictor,
  nearestPredictor,
  refinedByNewton,
  ridgePredictor,
  sizeAwareChordPredictor,
  sizeAwareNewtonPredictor,
  trainModelPred,
} from '../../src/prediction/index.js';
import { buildBank } from '../../src/retraining/index.js';
import { uniformSizeSubsets } from '../../src/subsets/index.js';
import { digits, showRange } from './show.js';

/** Of the problems, those whose Hessians are small enough to certify by. */
export const certifiedNames: readonly string[] = ['iris 0/1', 'iris 1/2', 'breast cancer', 'spambase'];
const seed = 1;
const heldOutCount = 500;
const bankSize = 4000;
const training = { batchSize: 128, learningRate: 5e-3, steps: 1000, validateEvery: 500 };
const tolerances = [0.1, 0.01, 0.001];
const repetitions = 7;
/** Rank correlation, and median of estimate / error, asked of every predictor that is more than a mean or a look-up. */
const spearmanTarget = 0.95;
const [lowestRatio, highestRatio] = [0.75, 1.1];
const coverageTarget = 0.99;
/** Largest accepted time, relative to exact retraining. */
const timeTarget = 1.2;

/**
 * Prints what certificates of predicted models are worth, networks included, and what predicting within a tolerance costs beside
 * exact retraining.
 */
export async function measureCertificates(name: ProblemName) {
  const certified = [];
  const within = [];
  const { pool, learner, minimumSize } = await loadProblem(name);
  const draw = (count: number, part: string) =>
    uniformSizeSubsets({
      poolSize: pool.size,
      count,
      minimumSize,
      labels: pool.labels,
      seed: deriveSeed(seed, name, 'accuracy', part),
    });
  // Solved further than usual, as the bound of a nearly exact prediction must not be held against the reference's own error.
  const subsets = draw(heldOutCount, 'held-out subsets');
  const heldOut = await buildBank({ pool, learner, subsets, tolerance: 1e-11 });
  const bank = await buildBank({ pool, learner, subsets: draw(bankSize, 'certified bank') });
  await requireConvex(learner, 'The size path')
    .sizePath(pool)
    .prepare(Array.from({ length: pool.size }, (_, i) => i + 1));
  const network = await trainModelPred({ bank, settings: improvedSettings(training), seed });
  const lookups = [meanPredictor(bank), nearestPredictor(bank)];
  const predictors = [
    ridgePredictor(bank),
    sizeAwareChordPredictor({ pool, learner, steps: 1 }),
    sizeAwareNewtonPredictor({ pool, learner, steps: 1 }),
    lbfgsPredictor({ pool, learner, iterations: 4 }),
    network,
    refinedByNewton({ predictor: network, pool, learner }),
  ];
  for (const predictor of [...lookups, ...predictors]) {
    const row = await certificateRow(predictor, heldOut);
    const good = row.spearman >= spearmanTarget && row.medianRatio >= lowestRatio && row.medianRatio <= highestRatio;
    certified.push({ problem: name, ...row, reached: lookups.includes(predictor) ? null : good });
  }
  for (const predictor of predictors) {
    for (const row of await withinRows(predictor, heldOut, tolerances, repetitions)) {
      const reached = row.covered >= coverageTarget && row.timeRatio.median <= timeTarget;
      within.push({ problem: name, ...row, reached });
    }
  }

  console.table(
    certified.map((row) => ({
      'data set': row.problem,
      predictor: row.predictor,
      'relative error': digits(row.error),
      Spearman: digits(row.spearman),
      'median estimate / error': digits(row.medianRatio),
      'without estimate': row.missing,
      reached: row.reached ?? '–',
      'bounds proven': digits(row.boundsProven),
      'bounds broken': row.boundsBroken,
      'CPU µs per certificate': Math.round(row.secondsPerCertificate * 1e6),
    })),
  );
  console.table(
    within.map((row) => ({
      'data set': row.problem,
      tolerance: row.tolerance,
      'error ≤ twice it': digits(row.covered),
      predictor: row.predictorUsed ? row.predictor : `${row.predictor}, left out`,
      'predicted / refined / retrained / stopped early': row.rungs.map(digits).join(' / '),
      'time / exact retraining (range)': showRange(row.timeRatio),
      reached: row.reached,
    })),
  );
  const missed = within.filter(({ reached }) => !reached);
  console.log(
    `${name}: error within twice the tolerance on ${100 * coverageTarget} % of subsets, and at most ${timeTarget} times the time of ` +
      `exact retraining: ${missed.length === 0 ? 'holds' : 'does not hold'} (${within.length - missed.length} of ${within.length} rows).`,
  );
  return { seed, heldOutCount, bankSize, training, tolerances, certified, within };
}
