import {
  applyScaling,
  divideBy,
  fitScaling,
  log1p,
  logisticRegression,
  referenceSplit,
  RetrainStatus,
  takeSubsets,
  uniformSizeSubsets,
  type Dataset,
  type ReferenceSplitName,
  type Subsets,
} from '../../src/index.js';
import { chooseKernels, type KernelChoice } from '../../src/numerics/wasm-kernels.js';
import { cpuSeconds, spreadOf, type Spread } from './measure.js';
import { startPeer } from './scikit-learn.js';

/** CPU time of exact retraining of one pool to one tolerance. */
export interface RetrainingTime {
  readonly problem: string;
  readonly solver: string;
  readonly tolerance: number;
  /** CPU milliseconds per model; null if the solver does not reach the tolerance. */
  readonly milliseconds: Spread | null;
  /** Largest max|∇|/(C·n) of the models, recomputed in float64. */
  readonly residual: number;
}

interface Problem {
  readonly name: string;
  readonly split: ReferenceSplitName;
  readonly scale: (pool: Dataset) => Dataset;
  /** Models per repetition: ours, and of the slower ones (our plain kernels and scikit-learn). */
  readonly models: number;
  readonly slowModels: number;
}

const standardise = (pool: Dataset): Dataset => applyScaling(fitScaling(pool, 'standardise'), pool);
const logStandardise = (pool: Dataset): Dataset => standardise(log1p(pool));
const problems: readonly Problem[] = [
  { name: 'iris 1/2', split: 'iris_1_2', scale: standardise, models: 2048, slowModels: 32 },
  { name: 'breast cancer', split: 'breast_cancer_300', scale: standardise, models: 1024, slowModels: 32 },
  { name: 'spambase', split: 'spambase_300', scale: logStandardise, models: 512, slowModels: 32 },
  { name: 'digits', split: 'digits_500', scale: (pool) => divideBy(pool, 16), models: 128, slowModels: 6 },
];
const tolerances = [1e-4, 1e-6, 1e-8];

/**
 * CPU milliseconds per model of our retraining, with either kind of kernels, and of scikit-learn's solvers where Python has
 * it. Repetitions of all solvers take turns. The size path, made once per pool, is not counted: it is reported beside.
 */
export async function measureRetraining(options: {
  readonly repetitions: number;
  readonly python: string | undefined;
  readonly only: string | undefined;
  readonly say: (text: string) => void;
}): Promise<{ readonly times: RetrainingTime[]; readonly sizePaths: Record<string, number>; readonly peer: boolean }> {
  const { repetitions, python, only, say } = options;
  const chosen = await Promise.all(problems.filter(({ name }) => !only || name.startsWith(only)).map(prepare));
  const peer =
    python === undefined
      ? undefined
      : startPeer(
          python,
          chosen.map(({ name, pool, few }) => ({ name, pool, subsets: few })),
        );
  const times: RetrainingTime[] = [];
  const sizePaths: Record<string, number> = {};
  try {
    for (const { name, pool, many, few } of chosen) {
      sizePaths[name] = (await ours('fused', { ...pool }, takeSubsets(few, [0, 1]), 1e-4)).seconds;
      await ours('fused', pool, many, 1e-8);
      for (const tolerance of tolerances) {
        say(`${name}, tolerance ${tolerance}`);
        const solvers = new Map<string, () => Promise<{ milliseconds: number | null; residual: number }>>();
        solvers.set('modelpred', async () => perModel(await ours('fused', pool, many, tolerance), many));
        solvers.set('modelpred, plain kernels', async () => perModel(await ours('plain', pool, few, tolerance), few));
        if (peer) {
          for (const solver of ['lbfgs', 'newton-cholesky', ...(pool.classes.length === 2 ? ['liblinear'] : [])]) {
            solvers.set(`scikit-learn ${solver}`, () => peer.retrain(name, solver, tolerance));
          }
        }
        const samples = new Map<string, number[]>();
        const residuals = new Map<string, number>();
        for (let repetition = 0; repetition < repetitions; repetition++) {
          for (const [solver, run] of solvers) {
            if (residuals.has(solver) && !samples.has(solver)) continue;
            const { milliseconds, residual } = await run();
            residuals.set(solver, Math.max(residuals.get(solver) ?? 0, residual));
            if (milliseconds !== null) samples.set(solver, [...(samples.get(solver) ?? []), milliseconds]);
          }
        }
        for (const solver of solvers.keys()) {
          const sample = samples.get(solver);
          const milliseconds = sample ? spreadOf(sample) : null;
          times.push({ problem: name, solver, tolerance, milliseconds, residual: residuals.get(solver) ?? NaN });
        }
      }
    }
  } finally {
    peer?.close();
    chooseKernels('fused');
  }
  return { times, sizePaths, peer: peer !== undefined };
}

async function prepare({ name, split, scale, models, slowModels }: Problem) {
  const pool = scale((await referenceSplit(split)).train);
  const minimumSize = Math.ceil(pool.size / 10);
  const many = uniformSizeSubsets({ poolSize: pool.size, count: models, minimumSize, seed: 1, labels: pool.labels });
  return {
    name,
    pool,
    many,
    few: takeSubsets(
      many,
      Array.from({ length: slowModels }, (_, b) => b),
    ),
  };
}

interface Run {
  readonly seconds: number;
  readonly residual: number;
}

async function ours(kernels: KernelChoice, pool: Dataset, subsets: Subsets, tolerance: number): Promise<Run> {
  chooseKernels(kernels);
  const since = process.cpuUsage();
  const { residuals, status } = await logisticRegression().retrain(pool, subsets, { tolerance });
  const seconds = cpuSeconds(since);
  if (status.some((one) => one !== RetrainStatus.converged)) throw new Error(`A model did not reach ${tolerance}.`);
  return { seconds, residual: residuals.reduce((max, one) => Math.max(max, one), 0) };
}

function perModel({ seconds, residual }: Run, { count }: Subsets) {
  return { milliseconds: (1000 * seconds) / count, residual };
}
