import type { TopLevelSpec } from 'vega-lite';
import type { Table } from '../../src/evaluation/tidy-table.js';
import {
  ablation,
  agreementByTime,
  attributionMap,
  changeErrors,
  convergence,
  costAccuracy,
  dataSupport,
  datamodelScores,
  errorByAmount,
  errorBySize,
  longTail,
  marginDrops,
  pictures,
  errorByTime,
  predictedVsTrue,
  pullingPoints,
  ratiosToTargets,
  recallCurves,
  reliabilityDiagram,
  removalCurves,
  rocCurve,
  selectionCurves,
  scoreIntervals,
  stackedCost,
  targetEmbedding,
  trainingCurve,
  valueScatter,
  type AblationRow,
  type AblationSeedRow,
  type AgreementByTimeRow,
  type AttributionMapRow,
  type ChangeErrorRow,
  type ConvergenceRow,
  type CostAccuracyRow,
  type DataSupportRow,
  type DatamodelScoreRow,
  type ErrorByAmountRow,
  type ErrorBySizeRow,
  type LongTailRow,
  type MarginDropRow,
  type PictureRow,
  type ErrorByTimeRow,
  type PredictedVsTrueRow,
  type PullingPointRow,
  type RatioRow,
  type RecallRow,
  type ReliabilityRow,
  type RemovalRow,
  type RocRow,
  type SelectionRow,
  type ScoreIntervalRow,
  type StackedCostRow,
  type TargetEmbeddingRow,
  type TrainingCurveRow,
  type ValueScatterRow,
} from '../../src/plots/index.js';
import { randomStream } from '../../src/numerics/random.js';

/** Invented tables with the sizes, ranges and awkward cases (missing intervals, zeros, unknown methods) of real ones. */

const datasets = ['Iris 0/1', 'breast cancer'];
const methods = [
  'mean θ',
  'ridge on the mask',
  'influence function',
  'one Newton step',
  'ModelPred (parameter MSE)',
  'ModelPred (full)',
];
const errorScale = [0.6, 0.22, 0.3, 0.03, 0.09, 0.06];

export const errorBySizeRows: ErrorBySizeRow[] = datasets.flatMap((dataset, d) =>
  methods.flatMap((method, m) =>
    [0.1, 0.25, 0.5, 0.75, 1].map((share, s) => {
      const error = errorScale[m] * (1 + d) * (1.3 - share) * (1 + 0.1 * Math.sin(3 * m + s));
      return {
        dataset,
        method,
        size: Math.round(share * (d === 0 ? 67 : 300)),
        error,
        low: share === 1 ? null : error * 0.85,
        high: share === 1 ? null : error * 1.2,
      };
    }),
  ),
);

export const errorByAmountRows: ErrorByAmountRow[] = datasets.flatMap((dataset, d) =>
  ['ridge on mask and size', 'size-aware Newton, one step', 'width 8', 'width 32', 'width 128'].flatMap((series, s) =>
    [125, 500, 2000].map((amount) => {
      const error = s === 1 ? 0.03 : (1 + d) * (0.02 + [1.1, 0, 2, 1.4, 1.2][s] / amount ** 0.5);
      return { dataset, series, amount, error, low: s === 1 ? null : error * 0.9, high: s === 1 ? null : error * 1.1 };
    }),
  ),
);

export const predictedVsTrueRows: PredictedVsTrueRow[] = datasets.flatMap((dataset, d) => {
  const stream = randomStream(1, dataset);
  return ['influence function', 'one Newton step', 'ModelPred (full)'].flatMap((method, m) =>
    Array.from({ length: 60 }, () => {
      const exact = 0.1 + d + 0.5 * stream.uniform();
      return {
        dataset,
        method,
        exact,
        predicted: exact + 0.06 * (3 - m) * (stream.uniform() - 0.5),
        correlation: 0.99 - 0.1 * (2 - m),
      };
    }),
  );
});

const variants = [
  'full',
  'without stationarity penalty',
  'without utility penalty',
  'without weight penalties',
  'parameter MSE alone',
];

export const ablationSeedRows: AblationSeedRow[] = datasets.flatMap((dataset, d) =>
  variants.flatMap((variant, v) =>
    [1, 2, 3].map((seed) => ({ dataset, variant, seed, error: (0.06 + 0.2 * d) * (1 + 0.3 * v + 0.1 * (seed - 2)) })),
  ),
);
export const ablationRows: AblationRow[] = datasets.flatMap((dataset, d) =>
  variants.map((variant, v) => {
    const error = (0.06 + 0.2 * d) * (1 + 0.3 * v);
    return { dataset, variant, error, low: error * 0.88, high: error * 1.12 };
  }),
);

const detectors = ['random', 'influence function', 'ModelPred (full)', 'exact retraining'];

export const rocRows: RocRow[] = datasets.flatMap((dataset, d) =>
  detectors.flatMap((method, m) =>
    Array.from({ length: 41 }, (_, i) => {
      const power = [1, 0.45, 0.2, 0.15][m] + 0.05 * d * Math.min(m, 1);
      return {
        dataset,
        method,
        falsePositiveRate: i / 40,
        truePositiveRate: (i / 40) ** power,
        area: 1 / (1 + power),
      };
    }),
  ),
);

export const removalRows: RemovalRow[] = datasets.flatMap((dataset, d) =>
  ['highest value first', 'lowest value first'].flatMap((order, o) =>
    detectors.flatMap((method, m) =>
      [0, 0.1, 0.2, 0.3, 0.4, 0.5].map((fraction) => {
        const accuracy = 0.95 - 0.05 * d + fraction * (o === 0 ? -0.12 * m : 0.02 * m) - 0.05 * fraction ** 2;
        return {
          dataset,
          method,
          order,
          fraction,
          accuracy,
          low: fraction === 0 ? null : accuracy - 0.02 * fraction,
          high: fraction === 0 ? null : accuracy + 0.02 * fraction,
        };
      }),
    ),
  ),
);

export const recallRows: RecallRow[] = datasets.flatMap((dataset, d) =>
  ['random', 'KNN-Shapley', 'loss of the trained model'].flatMap((method, m) =>
    [0, 0.1, 0.2, 0.3].map((share) => {
      const found = Math.min(1, (1 + d + m) * share);
      return {
        dataset,
        method,
        share,
        found,
        low: m === 0 ? null : 0.9 * found,
        high: m === 0 ? null : Math.min(1, 1.1 * found),
      };
    }),
  ),
);

export const selectionRows: SelectionRow[] = datasets.flatMap((dataset, d) =>
  ['random', 'facility location', 'gradient through ModelPred'].flatMap((method, m) =>
    [0.05, 0.1, 0.2].map((share) => {
      const accuracy = 0.75 - 0.05 * d + 0.05 * m + 0.4 * share;
      return {
        dataset,
        method,
        share,
        accuracy,
        low: m === 1 ? null : accuracy - 0.02,
        high: m === 1 ? null : accuracy + 0.02,
      };
    }),
  ),
);

export const convergenceRows: ConvergenceRow[] = ['exact retraining', 'ModelPred (full)', 'one Newton step'].flatMap(
  (method, m) =>
    [10, 20, 50, 100, 200, 500, 1000].map((permutations) => {
      const correlation = 0.97 - 0.04 * m - 1.4 / Math.sqrt(permutations + 2);
      const half = 0.6 / Math.sqrt(permutations);
      return {
        dataset: 'Iris 1/2',
        method,
        permutations,
        correlation,
        low: correlation - half,
        high: Math.min(1, correlation + half),
      };
    }),
);

export const costAccuracyRows: CostAccuracyRow[] = datasets
  .flatMap((dataset, d): CostAccuracyRow[] =>
    [...methods, 'size-aware influence'].map((method, m) => {
      const error = [...errorScale, 0.028][m] * (1 + d);
      return {
        dataset,
        method,
        onlineSeconds: [0.0005, 0.002, 0.004, 0.05, 0.01, 0.01, 0.02][m],
        totalSeconds: [4, 4.2, 0.006, 0.06, 30, 45, 0.03][m] * (1 + d),
        error,
        low: error * 0.9,
        high: error * 1.1,
      };
    }),
  )
  .concat(
    datasets.map((dataset) => ({
      dataset,
      method: 'exact retraining',
      onlineSeconds: 12,
      totalSeconds: 12,
      error: null,
      low: null,
      high: null,
    })),
  );

export const ratioRows: RatioRow[] = [
  { sense: 'at least', work: 'retraining: breast cancer', ratio: 28, low: 24, high: 31, target: 8, outcome: 'met' },
  { sense: 'at least', work: 'retraining: digits', ratio: 14, low: null, high: null, target: 15, outcome: 'missed' },
  { sense: 'at most', work: 'a training step', ratio: 0.7, low: 0.6, high: 0.9, target: 3.5, outcome: 'met' },
];

export const stackedCostRows: StackedCostRow[] = datasets.flatMap((dataset, d) =>
  ['one Newton step', 'ModelPred (parameter MSE)', 'ModelPred (full)', 'exact retraining'].flatMap((method, m) =>
    (['labels', 'training', 'prediction'] as const).map((stage, s) => ({
      dataset,
      method,
      stage,
      seconds:
        [
          [0, 0, 2],
          [4, 21, 0.3],
          [4, 38, 0.3],
          [0, 0, 66],
        ][m][s] *
        (1 + d),
    })),
  ),
);

export const trainingCurveRows: TrainingCurveRow[] = Array.from({ length: 40 }, (_, i) =>
  (['training', 'validation'] as const).map((split, s) => ({
    dataset: 'Iris 0/1',
    epoch: i + 1,
    split,
    loss: 0.8 * Math.exp(-i / 8) + 0.01 + s * (0.005 + 0.0002 * (i - 30) ** 2 * Number(i > 30)),
    chosen: i + 1 === 31,
  })),
).flat();

export const valueScatterRows: ValueScatterRow[] = (() => {
  const stream = randomStream(2, 'values');
  return ['influence function', 'ModelPred (full)', 'exact retraining'].flatMap((method, m) =>
    Array.from({ length: 67 }, (_, point) => {
      const flipped = point % 8 === 0;
      const reference = (flipped ? -0.02 : 0.006) + 0.01 * (stream.uniform() - 0.5);
      return {
        dataset: 'Iris 1/2',
        method,
        point,
        reference,
        value: reference + (0.012 - 0.004 * m) * (stream.uniform() - 0.5),
        flipped,
        correlation: 0.8 + 0.08 * m,
      };
    }),
  );
})();

export const datamodelScoreRows: DatamodelScoreRow[] = datasets.flatMap((dataset, d) =>
  ['datamodels (LASSO)', 'ModelPred (full)', 'one Newton step'].flatMap((method, m) =>
    [300, 1000, 3000].map((subsets) => {
      const score = 0.96 - 0.03 * d - (m < 2 ? (4 + m) / Math.sqrt(subsets + 20) : 0.02);
      const half = m < 2 ? 0.02 : null;
      return {
        dataset,
        method,
        subsets,
        score,
        low: half === null ? null : score - half,
        high: half === null ? null : score + half,
      };
    }),
  ),
);

export const agreementByTimeRows: AgreementByTimeRow[] = datasets.flatMap((dataset, d) =>
  ['influence function', 'ModelPred (full)', 'exact retraining'].flatMap((method, m) =>
    [50, 100, 200, 500, 1000].map((subsets) => ({
      dataset,
      method,
      subsets,
      seconds: (1 + d) * ([0.02, 12, 0][m] + [0.00005, 0.00003, 0.001][m] * subsets),
      correlation: [0.78, 0.97, 0.99][m] - 1.2 / Math.sqrt(subsets),
    })),
  ),
);

export const longTailRows: LongTailRow[] = datasets.flatMap((dataset, d) =>
  ['influence function', 'ModelPred (full)', 'exact retraining'].flatMap((method, m) =>
    Array.from({ length: 25 }, (_, k) => {
      const memorization = (k + 1) / 25;
      const share = 0.3 * Math.exp(-4 * memorization + 0.3 * m - 0.2 * d);
      const exact = method === 'exact retraining';
      return {
        dataset,
        method,
        memorization,
        share,
        low: exact ? share * 0.7 : null,
        high: exact ? share * 1.4 : null,
      };
    }),
  ),
);

export const attributionMapRows: AttributionMapRow[] = datasets.flatMap((dataset, d) =>
  ['first class', 'second class'].flatMap((label, k) =>
    Array.from({ length: 8 }, (_, i) => 13 * i + k).flatMap((point) =>
      ['petal length', 'checking=no', 'bias'].map((parameter, j) => ({
        dataset,
        label,
        point,
        parameter,
        attribution: Math.sin(point + 2 * j + d) / (1 + j),
      })),
    ),
  ),
);

export const errorByTimeRows: ErrorByTimeRow[] = datasets.flatMap((dataset, d) =>
  ['influence function', 'ModelPred (full)', 'exact retraining'].flatMap((method, m) =>
    [3, 12, 48].map((permutations) => {
      const error = [0.4, 0.15, 0][m] + (0.9 - 0.1 * d) / Math.sqrt(permutations);
      const interval = m === 0 ? { low: null, high: null } : { low: 0.9 * error, high: 1.15 * error };
      return { dataset, method, permutations, seconds: [0.01, 3, 0][m] + 0.03 * permutations, error, ...interval };
    }),
  ),
);

export const pictureRows: PictureRow[] = [0, 1].flatMap((row) =>
  ['memorized', 'training images', 'training images', 'test images'].map((group, column) => ({
    dataset: 'digits',
    row,
    column,
    group,
    label: String(3 + row),
    retrained: 0.9 - 0.2 * column,
    predicted: 0.85 - 0.2 * column - 0.1 * row,
    pixels: Array.from({ length: 16 }, (_, pixel) => ((pixel * (column + 2)) % 5) / 4).join(' '),
  })),
);

export const changeErrorRows: ChangeErrorRow[] = datasets.flatMap((dataset, d) =>
  ['removed at random', 'removed most helpful first', 'removed one cluster'].flatMap((change, c) =>
    ['influence function', 'one Newton step', 'ModelPred (improved)'].flatMap((method, m) =>
      [1 / 300, 0.01, 0.1, 0.5, 0.9].map((share, s) => {
        const error = m === 2 ? 1.9 * 0.45 ** s * (1 + 0.2 * c) : (0.3 - 0.2 * m) * (1 + d) * share ** 0.6 * (1 + c);
        return {
          dataset,
          method,
          change,
          share,
          error,
          low: s === 0 ? null : error * 0.8,
          high: s === 0 ? null : error * 1.2,
        };
      }),
    ),
  ),
);

export const pullingPointRows: PullingPointRow[] = datasets.flatMap((dataset, d) =>
  Array.from({ length: 6 }, (_, i) => {
    const attribution = 0.1 * (2.5 - i) + 0.01 * d;
    return {
      dataset,
      parameter: 'petal length',
      point: 17 * i,
      label: i % 3 === 0 ? 'first class' : 'second class',
      attribution,
      low: i === 2 ? null : attribution - 0.03,
      high: i === 2 ? null : attribution + 0.03,
    };
  }),
);

export const reliabilityRows: ReliabilityRow[] = datasets.flatMap((dataset, d) =>
  ['single model', 'exact retraining', 'ModelPred (full)'].flatMap((method, m) =>
    [0.55, 0.7, 0.85, 0.95, 0.99].map((confidence) => {
      const frequency = confidence - (0.15 - 0.05 * m - 0.02 * d) * (1 - confidence) * 3;
      return {
        dataset,
        method,
        confidence,
        frequency,
        low: frequency - 0.08,
        high: Math.min(1, frequency + 0.06),
        points: 50 + d,
      };
    }),
  ),
);

export const scoreIntervalRows: ScoreIntervalRow[] = datasets.flatMap((dataset, d) =>
  ['negative log-likelihood (nats)', 'Brier score'].flatMap((score, s) =>
    ['single model', 'ModelPred (full)', 'exact retraining'].map((method, m) => {
      const value = 0.3 - 0.15 * s + 0.1 * d - 0.02 * m;
      return { dataset, score, method, value, low: m === 1 ? null : value * 0.85, high: m === 1 ? null : value * 1.2 };
    }),
  ),
);

const rankings = ['random', 'datamodels (LASSO)', 'influence function', 'leave-one-out retraining'];

export const marginDropRows: MarginDropRow[] = datasets.flatMap((dataset, d) =>
  rankings.flatMap((method, m) =>
    [0.01, 0.05, 0.1, 0.2].map((share) => {
      const drop = (m === 0 ? 2 * share : 8 * (1 - Math.exp(-10 * share)) - 0.4 * m) * (1 + 0.5 * d);
      return {
        dataset,
        method,
        share,
        drop,
        low: m === 2 ? null : drop - 0.3,
        high: m === 2 ? null : drop + 0.3,
      };
    }),
  ),
);

export const dataSupportRows: DataSupportRow[] = datasets.flatMap((dataset, d) =>
  rankings.slice(1).flatMap((method, m) =>
    ['found by retraining', 'estimated'].slice(0, m === 2 ? 1 : 2).flatMap((found, f) =>
      [0, 0.01, 0.03, 0.1, 0.25, 0.6].map((removed) => {
        const flipped = Math.min(1, (1 + 0.2 * m + 0.1 * f) * removed ** 0.5 - 0.1 * d * removed);
        const half = 0.1 * Math.sqrt(flipped * (1 - flipped));
        return { dataset, method, found, removed, flipped, low: flipped - half, high: flipped + half };
      }),
    ),
  ),
);

export const targetEmbeddingRows: TargetEmbeddingRow[] = datasets.flatMap((dataset, d) => {
  const stream = randomStream(2, dataset);
  return Array.from({ length: 40 }, (_, t) => ({
    dataset,
    label: [
      ['setosa', 'versicolor'],
      ['benign', 'malignant'],
    ][d][t % 2],
    correct: t % 11 !== 3,
    first: (t % 2 === 0 ? 1 : -1) + 0.5 * stream.normal(),
    second: 0.6 * stream.normal(),
    firstShare: 0.4 - 0.1 * d,
    secondShare: 0.2,
  }));
});

/** Every figure: how it is called, and on which table. */
export const figures: Readonly<Record<string, { table: Table; draw: (table: Table) => TopLevelSpec }>> = {
  ablation: { table: ablationRows, draw: (table) => ablation(table as AblationRow[], ablationSeedRows) },
  agreementByTime: {
    table: agreementByTimeRows,
    draw: (table) => agreementByTime(table as AgreementByTimeRow[]),
  },
  attributionMap: { table: attributionMapRows, draw: (table) => attributionMap(table as AttributionMapRow[]) },
  changeErrors: { table: changeErrorRows, draw: (table) => changeErrors(table as ChangeErrorRow[]) },
  convergence: { table: convergenceRows, draw: (table) => convergence(table as ConvergenceRow[]) },
  costAccuracy: { table: costAccuracyRows, draw: (table) => costAccuracy(table as CostAccuracyRow[]) },
  dataSupport: { table: dataSupportRows, draw: (table) => dataSupport(table as DataSupportRow[]) },
  datamodelScores: {
    table: datamodelScoreRows,
    draw: (table) => datamodelScores(table as DatamodelScoreRow[]),
  },
  errorByAmount: {
    table: errorByAmountRows,
    draw: (table) => errorByAmount(table as ErrorByAmountRow[], { grades: ['width 8', 'width 32', 'width 128'] }),
  },
  errorBySize: { table: errorBySizeRows, draw: (table) => errorBySize(table as ErrorBySizeRow[]) },
  longTail: { table: longTailRows, draw: (table) => longTail(table as LongTailRow[]) },
  marginDrops: { table: marginDropRows, draw: (table) => marginDrops(table as MarginDropRow[]) },
  pictures: { table: pictureRows, draw: (table) => pictures(table as PictureRow[]) },
  errorByTime: { table: errorByTimeRows, draw: (table) => errorByTime(table as ErrorByTimeRow[]) },
  predictedVsTrue: { table: predictedVsTrueRows, draw: (table) => predictedVsTrue(table as PredictedVsTrueRow[]) },
  pullingPoints: { table: pullingPointRows, draw: (table) => pullingPoints(table as PullingPointRow[]) },
  ratiosToTargets: { table: ratioRows, draw: (table) => ratiosToTargets(table as RatioRow[]) },
  reliabilityDiagram: {
    table: reliabilityRows,
    draw: (table) => reliabilityDiagram(table as ReliabilityRow[]),
  },
  recallCurves: { table: recallRows, draw: (table) => recallCurves(table as RecallRow[]) },
  removalCurves: { table: removalRows, draw: (table) => removalCurves(table as RemovalRow[]) },
  rocCurve: { table: rocRows, draw: (table) => rocCurve(table as RocRow[]) },
  selectionCurves: { table: selectionRows, draw: (table) => selectionCurves(table as SelectionRow[]) },
  scoreIntervals: { table: scoreIntervalRows, draw: (table) => scoreIntervals(table as ScoreIntervalRow[]) },
  stackedCost: { table: stackedCostRows, draw: (table) => stackedCost(table as StackedCostRow[]) },
  targetEmbedding: {
    table: targetEmbeddingRows,
    draw: (table) => targetEmbedding(table as TargetEmbeddingRow[]),
  },
  trainingCurve: { table: trainingCurveRows, draw: (table) => trainingCurve(table as TrainingCurveRow[]) },
  valueScatter: { table: valueScatterRows, draw: (table) => valueScatter(table as ValueScatterRow[]) },
};
