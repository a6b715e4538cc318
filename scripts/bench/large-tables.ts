import { fullPool, takeSubsets, uniformSizeSubsets, type Dataset, type Subsets } from '../../src/index.js';
import { chooseKernels } from '../../src/numerics/wasm-kernels.js';
import { ratioOf, spreadOf } from './measure.js';
import { medianOf, ours, perModel, sample, type RetrainingRatio, type RetrainingTime } from './retraining.js';
import { startScikitLearn, type PeerAnswer } from './scikit-learn.js';
import { censusTable } from './synthetic-tables.js';

/** Tables of one-hot features with rare categories. */
const sizes = [
  { size: 30_000, dimension: 104 },
  { size: 60_000, dimension: 128 },
];
const tolerances = [1e-4, 1e-6];
/** Models of random subsets trained together, and of those scikit-learn trains. */
const models = 48;
const slowModels = 2;

interface LargeProblem {
  readonly name: string;
  readonly pool: Dataset;
  /** Ours, and the peer's share of them. */
  readonly subsets: Subsets;
  readonly few: Subsets;
  /** Whether all that a pool costs once is counted too: what a single model costs who wants no more. */
  readonly anew: boolean;
}

export interface LargeTableMeasurement {
  readonly times: readonly RetrainingTime[];
  readonly ratios: readonly RetrainingRatio[];
}

/** Exact retraining of large sparse tables: many models, and a single one with everything that comes before it. */
export async function measureLargeTables(options: {
  readonly repetitions: number;
  readonly python: string | undefined;
  readonly say: (text: string) => void;
}): Promise<LargeTableMeasurement> {
  const { repetitions, python, say } = options;
  const problems = sizes.flatMap(problemsOf);
  const stored = problems.map(({ name, pool, few }) => ({ name, pool, subsets: few }));
  const scikitLearn = python === undefined ? undefined : startScikitLearn(python, stored);
  const times: RetrainingTime[] = [];
  const ratios: RetrainingRatio[] = [];
  try {
    for (const { name, pool, subsets, anew } of problems) {
      if (!anew) await ours('fused', pool, subsets, 1e-4);
      for (const tolerance of tolerances) {
        say(`exact retraining: ${name}, tolerance ${tolerance}`);
        const solvers = new Map<string, () => Promise<PeerAnswer>>();
        solvers.set('modelpred', async () =>
          perModel(await ours('fused', anew ? { ...pool } : pool, subsets, tolerance), subsets),
        );
        for (const solver of scikitLearn ? ['lbfgs', 'newton-cholesky', 'liblinear'] : []) {
          solvers.set(
            `scikit-learn ${solver}`,
            async () => (await scikitLearn?.retrain(name, solver, tolerance)) ?? none,
          );
        }
        const samples = await sample(solvers, repetitions);
        for (const [solver, { milliseconds, residual }] of samples) {
          const reached = milliseconds.length > 0 ? spreadOf(milliseconds) : null;
          times.push({ problem: name, solver, tolerance, milliseconds: reached, residual });
        }
        const peers = [...samples].filter(
          ([solver, { milliseconds }]) => solver !== 'modelpred' && milliseconds.length > 0,
        );
        if (peers.length === 0) continue;
        const best = peers.reduce((a, b) => (medianOf(a[1]) <= medianOf(b[1]) ? a : b));
        ratios.push({
          problem: name,
          tolerance,
          ratio: ratioOf(best[1].milliseconds, samples.get('modelpred')?.milliseconds ?? []),
        });
      }
    }
  } finally {
    scikitLearn?.close();
    chooseKernels(undefined);
  }
  return { times, ratios };
}

const none: PeerAnswer = { milliseconds: null, residual: Infinity };

function problemsOf({ size, dimension }: (typeof sizes)[number]): LargeProblem[] {
  const pool = censusTable({ size, dimension });
  const many = uniformSizeSubsets({
    poolSize: size,
    count: models,
    minimumSize: Math.round(size / 10),
    seed: 1,
    labels: pool.labels,
  });
  const few = takeSubsets(
    many,
    Array.from({ length: slowModels }, (_, b) => b),
  );
  const name = `${size.toLocaleString('en')} × ${dimension}`;
  return [
    { name: `${name}, many models`, pool, subsets: many, few, anew: false },
    { name: `${name}, one model`, pool, subsets: fullPool(size), few: fullPool(size), anew: true },
  ];
}
