import { loadProblem, type ProblemName } from '../../src/experiments/problems/problem.js';
import {
  logisticRegression,
  RetrainStatus,
  takeSubsets,
  uniformSizeSubsets,
  type Dataset,
  type Subsets,
} from '../../src/index.js';
import {
  cheaperSolver,
  estimatedNanoseconds,
  type ProblemSize,
  type SolverName,
} from '../../src/learners/linear/solver-choice.js';
import { chooseKernels, type KernelChoice } from '../../src/numerics/wasm-kernels.js';
import { cpuSeconds, ratioOf, spreadOf, type Spread } from './measure.js';
import { startScikitLearn, startTorchSolver, type PeerAnswer } from './scikit-learn.js';

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
  readonly name: ProblemName;
  /** Models per repetition: ours, and of the slower ones (our plain kernels and scikit-learn). */
  readonly models: number;
  readonly slowModels: number;
}

const problems: readonly Problem[] = [
  { name: 'iris 1/2', models: 2048, slowModels: 32 },
  { name: 'breast cancer', models: 1024, slowModels: 32 },
  { name: 'spambase', models: 512, slowModels: 32 },
  { name: 'spambase 1000', models: 256, slowModels: 32 },
  { name: 'digits', models: 128, slowModels: 6 },
];
const tolerances = [1e-4, 1e-6, 1e-8];

/** How many times our time per model the fastest scikit-learn solver takes that reaches the tolerance. */
export interface RetrainingRatio {
  readonly problem: string;
  readonly tolerance: number;
  readonly ratio: Spread;
}

/** What the library's estimate of its solvers' costs says beside what was measured. */
export interface SolverChoice {
  readonly problem: string;
  readonly tolerance: number;
  /** Newton's time over that of L-BFGS. */
  readonly estimated: number;
  readonly measured: Spread;
  readonly chosen: SolverName;
  /** What the choice costs beside the faster of the two, 1 where it is the faster. */
  readonly regret: number;
}

export interface RetrainingMeasurement {
  readonly times: readonly RetrainingTime[];
  readonly choices: readonly SolverChoice[];
  readonly ratios: readonly RetrainingRatio[];
  /** CPU seconds for the size path and two models, once per pool. */
  readonly sizePaths: Readonly<Record<string, number>>;
}

/**
 * CPU milliseconds per model of our retraining, with each kind of kernels, and of the peers where Python has them.
 * Repetitions of all solvers take turns. The size path, made once per pool, is not counted: it is reported beside.
 */
export async function measureRetraining(options: {
  readonly repetitions: number;
  readonly python: string | undefined;
  readonly only: string | undefined;
  readonly say: (text: string) => void;
}): Promise<RetrainingMeasurement> {
  const { repetitions, python, only, say } = options;
  const chosen = await Promise.all(problems.filter(({ name }) => !only || name.startsWith(only)).map(prepare));
  if (chosen.length === 0) return { times: [], ratios: [], choices: [], sizePaths: {} };
  const stored = chosen.map(({ name, pool, few }) => ({ name, pool, subsets: few }));
  const scikitLearn = python === undefined ? undefined : startScikitLearn(python, stored);
  // Many at once, as is its strength; two classes only.
  const batches = chosen.filter(({ pool }) => pool.classes.length === 2);
  const torch =
    python === undefined
      ? undefined
      : startTorchSolver(
          python,
          batches.map(({ name, pool, many }) => ({ name, pool, subsets: firstOf(many, 256) })),
        );
  const times: RetrainingTime[] = [];
  const ratios: RetrainingRatio[] = [];
  const choices: SolverChoice[] = [];
  const sizePaths: Record<string, number> = {};
  try {
    for (const { name, pool, many, few } of chosen) {
      sizePaths[name] = (await ours('fused', { ...pool }, takeSubsets(few, [0, 1]), 1e-4)).seconds;
      await ours('fused', pool, many, 1e-8);
      for (const tolerance of tolerances) {
        say(`exact retraining: ${name}, tolerance ${tolerance}`);
        const solvers = new Map<string, () => Promise<PeerAnswer>>();
        solvers.set('modelpred', async () => perModel(await ours('fused', pool, many, tolerance), many));
        solvers.set('modelpred, no fused multiply-add', async () =>
          perModel(await ours('wasm', pool, many, tolerance), many),
        );
        solvers.set('modelpred, plain kernels', async () => perModel(await ours('plain', pool, few, tolerance), few));
        const subsetsFor = (solver: SolverName) =>
          cheaperSolver(sizeOf(pool), tolerance) === solver || pool.classes.length === 2 ? many : few;
        for (const solver of solverNames) {
          const subsets = subsetsFor(solver);
          solvers.set(`modelpred, ${solver}`, async () =>
            perModel(await ours('fused', pool, subsets, tolerance, solver), subsets),
          );
        }
        if (scikitLearn) {
          for (const solver of ['lbfgs', 'newton-cholesky', ...(pool.classes.length === 2 ? ['liblinear'] : [])]) {
            solvers.set(`scikit-learn ${solver}`, () => scikitLearn.retrain(name, solver, tolerance));
          }
        }
        if (torch && pool.classes.length === 2) {
          solvers.set('PyTorch, batched Newton', () => torch.retrain(name, 'newton', tolerance));
        }
        const samples = await sample(solvers, repetitions);
        for (const [solver, { milliseconds, residual }] of samples) {
          const reached = milliseconds.length > 0 ? spreadOf(milliseconds) : null;
          times.push({ problem: name, solver, tolerance, milliseconds: reached, residual });
        }
        choices.push(choiceOf(name, pool, tolerance, samples));
        const peers = [...samples].filter(([solver, { milliseconds }]) => {
          return solver.startsWith('scikit-learn') && milliseconds.length > 0;
        });
        if (peers.length === 0) continue;
        const best = peers.reduce((a, b) => (medianOf(a[1]) <= medianOf(b[1]) ? a : b));
        const own = samples.get('modelpred')?.milliseconds ?? [];
        ratios.push({ problem: name, tolerance, ratio: ratioOf(best[1].milliseconds, own) });
      }
    }
  } finally {
    scikitLearn?.close();
    torch?.close();
    chooseKernels(undefined);
  }
  return { times, ratios, choices, sizePaths };
}

export interface Samples {
  readonly milliseconds: number[];
  readonly residual: number;
}

const solverNames: readonly SolverName[] = ['L-BFGS', 'Newton'];

function sizeOf({ size, dimension, classes }: Dataset): ProblemSize {
  const logitsPerPoint = classes.length === 2 ? 1 : classes.length;
  const width = dimension + 1;
  return { pointCount: size, width, parameterCount: logitsPerPoint * width, loss: { logitsPerPoint } };
}

function choiceOf(
  problem: string,
  pool: Dataset,
  tolerance: number,
  samples: ReadonlyMap<string, Samples>,
): SolverChoice {
  const [quasiNewton, newton] = solverNames.map((solver) => samples.get(`modelpred, ${solver}`)?.milliseconds ?? []);
  const estimates = solverNames.map((solver) => estimatedNanoseconds(solver, sizeOf(pool), tolerance));
  const chosen = cheaperSolver(sizeOf(pool), tolerance);
  const measured = ratioOf(newton, quasiNewton);
  return {
    problem,
    tolerance,
    estimated: estimates[1] / estimates[0],
    measured,
    chosen,
    regret: Math.max(1, chosen === 'Newton' ? measured.median : 1 / measured.median),
  };
}

export const medianOf = ({ milliseconds }: Samples): number => spreadOf(milliseconds).median;

/** Runs all solvers in turn, some times over; one that misses the tolerance is not run again. */
export async function sample(
  solvers: ReadonlyMap<string, () => Promise<PeerAnswer>>,
  repetitions: number,
): Promise<Map<string, Samples>> {
  const samples = new Map<string, Samples>();
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const [solver, run] of solvers) {
      const before = samples.get(solver);
      if (before?.milliseconds.length === 0) continue;
      const { milliseconds, residual } = await run();
      samples.set(solver, {
        milliseconds: [...(before?.milliseconds ?? []), ...(milliseconds === null ? [] : [milliseconds])],
        residual: Math.max(before?.residual ?? 0, residual),
      });
    }
  }
  return samples;
}

const firstOf = (subsets: Subsets, count: number): Subsets =>
  takeSubsets(
    subsets,
    Array.from({ length: count }, (_, b) => b),
  );

async function prepare({ name, models, slowModels }: Problem) {
  const { pool, minimumSize } = await loadProblem(name);
  const many = uniformSizeSubsets({ poolSize: pool.size, count: models, minimumSize, seed: 1, labels: pool.labels });
  return { name, pool, many, few: firstOf(many, slowModels) };
}

interface Run {
  readonly seconds: number;
  readonly residual: number;
}

export async function ours(
  kernels: KernelChoice,
  pool: Dataset,
  subsets: Subsets,
  tolerance: number,
  solver?: SolverName,
): Promise<Run> {
  chooseKernels(kernels);
  const since = process.cpuUsage();
  const { residuals, status } = await logisticRegression().retrain(pool, subsets, { tolerance, solver });
  const seconds = cpuSeconds(since);
  if (status.some((one) => one !== RetrainStatus.converged)) throw new Error(`A model did not reach ${tolerance}.`);
  return { seconds, residual: residuals.reduce((max, one) => Math.max(max, one), 0) };
}

export function perModel({ seconds, residual }: Run, { count }: Subsets) {
  return { milliseconds: (1000 * seconds) / count, residual };
}
