import { requireConvex } from '../../src/learners/learner.js';
import { prefixUtilities, shapleyValues, type ParametersOf } from '../../src/games/index.js';
import { bootstrap } from '../../src/statistics/bootstrap-interval.js';
import type { Estimate } from '../../src/statistics/estimate.js';
import { pearson, spearman } from '../../src/statistics/correlation.js';
import { measureCpu } from '../../src/evaluation/cost.js';
import { areaUnderRoc } from '../../src/statistics/roc.js';
import { accuracyUtility, logLossUtility } from '../../src/evaluation/utility.js';
import { exactBelow } from '../../src/experiments/common/exact-below.js';
import { labelOf } from '../../src/evaluation/methods.js';
import { modelPredPreparations } from '../../src/experiments/common/preparations.js';
import { valuedProblem, type ValuedProblem } from '../../src/experiments/problems/valued-problem.js';
import { deriveSeed } from '../../src/numerics/random.js';
import { lbfgsPredictor, refinedByNewton, type Predictor } from '../../src/prediction/index.js';
import { buildBank } from '../../src/retraining/index.js';
import {
  concatenateSubsets,
  drawPermutations,
  subsetSizes,
  takeSubsets,
  uniformSizeSubsets,
} from '../../src/subsets/index.js';

// Shapley values of 300 points of spambase, a tenth of their labels flipped, from predicted models: agreement with exact batched
// retraining on the same 40 permutations and the time each takes; then, at equal total time, agreement with an independent
// reference. The utility is −log-loss or accuracy on validation points, in float32 for every method. Settings were chosen with
// another seed.
const seed = 7;
const poolSize = 300;
const stride = poolSize + 1;
/** Prefixes below a twentieth of the pool are retrained by every method; predictors are not asked about them. */
const minimumSize = 15;
const sharedPermutations = 40;
/** The bank: subsets of sizes from one bound to below the next. Errors at small sizes matter most, so these are not rarer. */
const sizeBounds = [minimumSize, 31, 76, 151, poolSize + 1];
const subsetsPerStretch = 2750;
const steps = 3000;
/** Permutations that exact retraining gets in the comparison at equal total time. */
const exactPermutations = 120;
const referencePermutations = 150;
/** Of cheap methods; more would add nothing. */
const mostPermutations = 3000;
const targets = { pearson: 0.96, speed: 40, area: 0.01 };

/** Values of one method from some permutations. */
interface Run {
  readonly method: string;
  readonly permutations: readonly Int32Array[];
  /** `T×(N+1)` −log-losses and accuracies of all prefixes. */
  readonly utilities: readonly Float64Array[];
  /** Processor seconds of labels and training. */
  readonly preparation: number;
  /** Processor seconds of all prefixes. */
  readonly online: number;
}

const own = (part: string): number => deriveSeed(seed, 'spambase', 'accuracy of values', part);

/** `N` values under one of the utilities. */
function valuesOf({ permutations, utilities }: Run, utility: number): Float64Array {
  return shapleyValues(permutations, utilities[utility]).values;
}

async function evaluate(
  { pool, learner, validation }: ValuedProblem,
  method: string,
  parametersOf: ParametersOf,
  permutations: readonly Int32Array[],
  preparation = 0,
): Promise<Run> {
  const arithmetic = 'float32';
  const utilities = [
    logLossUtility({ learner, points: validation, arithmetic }),
    accuracyUtility({ learner, points: validation, arithmetic }),
  ];
  const { result, seconds } = await measureCpu(() => prefixUtilities({ pool, permutations, parametersOf, utilities }));
  return { method, permutations, utilities: result, preparation, online: seconds };
}

/**
 * Processor seconds of predicted and exact prefixes that are not retrained by every method, under −log-loss alone: what the
 * smaller ones take is the same for all, and they are left out.
 */
async function secondsOfLarge(
  { pool, learner, validation }: ValuedProblem,
  predict: ParametersOf,
  permutations: readonly Int32Array[],
): Promise<number> {
  const p = learner.parameterCount(pool);
  const parametersOf: ParametersOf = async (subsets) => {
    const sizes = subsetSizes(subsets);
    const rows = [...sizes.keys()].filter((b) => sizes[b] >= minimumSize);
    const parameters = new Float64Array(subsets.count * p);
    if (rows.length === 0) return parameters;
    const found = await predict(takeSubsets(subsets, rows));
    rows.forEach((b, k) => parameters.set(found.subarray(k * p, (k + 1) * p), b * p));
    return parameters;
  };
  const utilities = [logLossUtility({ learner, points: validation, arithmetic: 'float32' })];
  return (await measureCpu(() => prefixUtilities({ pool, permutations, parametersOf, utilities }))).seconds;
}

/** Predictors with the processor seconds of their labels and training. */
async function prepare({ pool, learner }: ValuedProblem): Promise<{ predictor: Predictor; preparation: number }[]> {
  const bank = await measureCpu(() =>
    buildBank({
      pool,
      learner,
      subsets: concatenateSubsets(
        ...sizeBounds.slice(1).map((bound, k) =>
          uniformSizeSubsets({
            poolSize,
            count: subsetsPerStretch,
            minimumSize: sizeBounds[k],
            maximumSize: bound - 1,
            labels: pool.labels,
            seed: own(`bank below ${bound}`),
          }),
        ),
      ),
    }),
  );
  const network = await measureCpu(() =>
    modelPredPreparations({}).improved(steps).prepareFromBank(bank.result, own('network')),
  );
  const path = await measureCpu(() =>
    requireConvex(learner, 'The size path')
      .sizePath(pool)
      .prepare(Array.from({ length: poolSize }, (_, i) => i + 1)),
  );
  const learned = bank.seconds + network.seconds;
  const prepared = [
    { predictor: network.result, preparation: learned },
    { predictor: refinedByNewton({ predictor: network.result, pool, learner }), preparation: learned },
    { predictor: lbfgsPredictor({ pool, learner, iterations: 4 }), preparation: path.seconds },
  ];
  // The first call compiles the kernels.
  for (const { predictor } of prepared) await predictor.predict(bank.result.subsets);
  return prepared;
}

const shown = ({ value, low, high }: Estimate): string =>
  `${value.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;

/** Measures and prints agreement and time of values by every method, and returns them. */
export async function measureValuation() {
  const problem = await valuedProblem({ problem: 'spambase', poolSize }, seed, seed);
  const { pool, learner, flipped } = problem;
  const retrain: ParametersOf = async (subsets) => (await learner.retrain(pool, subsets)).parameters;
  const predicting = (predictor: Predictor): ParametersOf => exactBelow({ pool, learner, minimumSize }, predictor);
  const permutations = drawPermutations({ poolSize, count: exactPermutations, seed: own('permutations') });
  const shared = permutations.slice(0, sharedPermutations);
  const area = (run: Run, utility: number): number =>
    areaUnderRoc(
      valuesOf(run, utility).map((value) => -value),
      flipped,
    );

  const exact = await evaluate(problem, labelOf('exact'), retrain, shared);
  const exactOfLarge = await secondsOfLarge(problem, retrain, shared);
  const prepared = await prepare(problem);
  const onShared = [{ ...exact, ofLarge: exactOfLarge }];
  for (const { predictor, preparation } of prepared) {
    const run = await evaluate(problem, predictor.name, predicting(predictor), shared, preparation);
    const ofLarge = await secondsOfLarge(problem, (subsets) => predictor.predict(subsets), shared);
    onShared.push({ ...run, ofLarge });
  }
  const rows = onShared.map((run) => ({
    method: run.method,
    pearson: [0, 1].map((u) => pearson(valuesOf(run, u), valuesOf(exact, u))),
    spearman: [0, 1].map((u) => spearman(valuesOf(run, u), valuesOf(exact, u))),
    area: [0, 1].map((u) => area(run, u)),
    preparation: run.preparation,
    online: run.online,
    ofLarge: run.ofLarge,
  }));
  console.log(`\nspambase: Shapley values of ${poolSize} points from the same ${sharedPermutations} permutations`);
  console.table(
    rows.map((row) => ({
      method: row.method,
      'Pearson/Spearman, −log-loss': `${row.pearson[0].toFixed(3)} / ${row.spearman[0].toFixed(3)}`,
      'Pearson/Spearman, accuracy': `${row.pearson[1].toFixed(3)} / ${row.spearman[1].toFixed(3)}`,
      'flipped-label area, −log-loss/accuracy': row.area.map((value) => value.toFixed(3)).join(' / '),
      'labels and training, CPU s': row.preparation.toFixed(1),
      'online, CPU s': row.online.toFixed(2),
      'times faster': (exact.online / row.online).toFixed(1),
      'one utility without small prefixes, CPU s': row.ofLarge.toFixed(2),
      'times faster then': (exactOfLarge / row.ofLarge).toFixed(1),
    })),
  );

  const rest = await evaluate(problem, labelOf('exact'), retrain, permutations.slice(sharedPermutations));
  const longer: Run = {
    ...exact,
    permutations,
    utilities: exact.utilities.map((first, u) => Float64Array.from([...first, ...rest.utilities[u]])),
    online: exact.online + rest.online,
  };
  const atEqualTime = [longer];
  for (const [k, { predictor, preparation }] of prepared.entries()) {
    const perPermutation = onShared[k + 1].online / sharedPermutations;
    const count = Math.min(mostPermutations, Math.floor((longer.online - preparation) / perPermutation));
    if (count < 2) continue;
    const drawn = drawPermutations({ poolSize, count, seed: own('permutations') });
    atEqualTime.push(await evaluate(problem, predictor.name, predicting(predictor), drawn, preparation));
  }
  const others = drawPermutations({ poolSize, count: referencePermutations, seed: own('reference') });
  const reference = await evaluate(problem, 'reference', retrain, others);
  const half = referencePermutations / 2;
  const halves = [0, half].map((from) =>
    valuesOf(
      {
        ...reference,
        permutations: others.slice(from, from + half),
        utilities: reference.utilities.map((all) => all.subarray(from * stride, (from + half) * stride)),
      },
      0,
    ),
  );
  const referenceValues = [0, 1].map((u) => valuesOf(reference, u));
  const at = (values: Float64Array, indices: Int32Array): Float64Array => Float64Array.from(indices, (i) => values[i]);
  const over = (figure: (indices: Int32Array) => number): Estimate =>
    bootstrap({ units: poolSize, statistic: figure, seed, resamples: 1000 });
  const equal = atEqualTime.map((run) => {
    const agreement = [0, 1].map((u) => {
      const [values, exactValues] = [valuesOf(run, u), valuesOf(longer, u)];
      const correlation = (own: Float64Array, indices: Int32Array): number =>
        pearson(at(own, indices), at(referenceValues[u], indices));
      return {
        pearson: over((indices) => correlation(values, indices)),
        lead: over((indices) => correlation(values, indices) - correlation(exactValues, indices)),
      };
    });
    return {
      method: run.method,
      permutations: run.permutations.length,
      totalSeconds: run.preparation + run.online,
      agreement,
    };
  });
  console.log(
    `At equal total time, ${longer.online.toFixed(1)} CPU s, against ${referencePermutations} other permutations by exact ` +
      `retraining, whose halves correlate with ${pearson(halves[0], halves[1]).toFixed(3)} (95 % intervals over points):`,
  );
  console.table(
    equal.map(({ method, permutations: count, totalSeconds, agreement: [logLoss, accuracy] }) => ({
      method,
      permutations: count,
      'total, CPU s': totalSeconds.toFixed(1),
      'Pearson, −log-loss': shown(logLoss.pearson),
      'lead over exact': shown(logLoss.lead),
      'Pearson, accuracy': shown(accuracy.pearson),
      'lead over exact, accuracy': shown(accuracy.lead),
    })),
  );
  for (const { method, agreement } of equal.slice(1)) {
    const [logLoss, accuracy] = agreement.map(({ lead: { low, high } }) =>
      low > 0 ? 'better than' : high < 0 ? 'worse than' : 'not told apart from',
    );
    console.log(`${method}, at equal total time: ${logLoss} exact retraining (−log-loss), ${accuracy} it (accuracy)`);
  }
  const [, plain] = rows;
  const gap = Math.abs(plain.area[0] - rows[0].area[0]);
  console.log(`ModelPred at Pearson ${targets.pearson} or above: ${Math.min(...plain.pearson) >= targets.pearson}`);
  console.log(`ModelPred ${targets.speed} times faster or more: ${exactOfLarge / plain.ofLarge >= targets.speed}`);
  console.log(`Flipped-label area within ${targets.area} of exact: ${gap <= targets.area}`);
  return { seed, subsetsPerStretch, steps, onShared: rows, equal };
}
