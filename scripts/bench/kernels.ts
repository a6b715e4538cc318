import type { Dataset } from '../../src/data/dataset.js';
import { binaryCrossEntropy } from '../../src/learners/linear/binary-cross-entropy.js';
import { linearObjective, linearProblem } from '../../src/learners/linear/linear-objective.js';
import { softmaxCrossEntropy } from '../../src/learners/linear/softmax-cross-entropy.js';
import * as plain from '../../src/numerics/dense-plain.js';
import { choleskyFactor, multiplyTransposed } from '../../src/numerics/dense.js';
import { planMemory } from '../../src/numerics/layer-kernels.js';
import { wasmLayerKernels } from '../../src/numerics/layer-kernels-wasm.js';
import { randomStream } from '../../src/numerics/random.js';
import {
  maskCodeNumbers,
  memoryPlan,
  networkMemory,
  poolingTables,
  productScratch,
} from '../../src/numerics/network-kernels.js';
import { chooseKernels, wasmKernels, type KernelChoice } from '../../src/numerics/wasm-kernels.js';
import { cpuSeconds, spreadOf, type Spread } from './measure.js';

/** One kernel's speed in 10⁹ floating-point operations per CPU second. */
export interface KernelSpeed {
  readonly kernel: string;
  readonly wasm: Spread;
  /** Of its plain twin, where the library has one. */
  readonly plain?: Spread;
  /**
   * Of the peak measured in the same repetitions: independent multiply-add chains of f64x2 in registers, and twice that in
   * float32, whose vectors hold twice as many numbers.
   */
  readonly shareOfPeak: number;
}

interface Work {
  readonly kernel: string;
  readonly operations: number;
  readonly wasm: () => unknown;
  readonly plain?: () => unknown;
  readonly float32?: true;
}

const secondsPerTrial = 0.05;

/** Speeds of the kernels on shapes that retraining and predicting use; repetitions of all of them take turns. */
export function measureKernels(repetitions: number): { readonly peak: Spread; readonly kernels: KernelSpeed[] } {
  chooseKernels('fused');
  const module = wasmKernels();
  if (!module) throw new Error('WebAssembly has no SIMD here, so there is nothing to measure.');
  const rounds = 100_000;
  const works = [
    { kernel: 'peak', operations: 32 * rounds, wasm: () => module.peak(rounds, 0.999, 1e-3) },
    objective('losses and gradients, spambase', 256, 300, 57, 2),
    objective('losses and gradients, digits', 64, 500, 64, 10),
    product('logits, breast cancer', 256, 300, 31),
    product('logits, spambase', 256, 300, 58),
    product('gradients, spambase', 256, 58, 300),
    product('gradients, digits', 320, 65, 500),
    product('preconditioner, digits', 128, 650, 650),
    factor(325),
    networkProduct('layer of the network', 256, 128, 128),
    ...layerWorks(),
    pooling('pooling subsets (a product’s operations)', 1024, 300, 128),
    exponentials('ELU (ten operations a number)', 256 * 128),
  ];
  const speeds = works.map(() => ({ wasm: [] as number[], plain: [] as number[] }));
  for (let repetition = 0; repetition < repetitions; repetition++) {
    works.forEach((work, k) => {
      speeds[k].wasm.push(speed(work.operations, work.wasm));
      if (work.plain) speeds[k].plain.push(speed(work.operations, work.plain));
    });
  }
  const peak = spreadOf(speeds[0].wasm);
  const kernels = works.slice(1).map(({ kernel, float32 }, k) => {
    const wasm = spreadOf(speeds[k + 1].wasm);
    const { plain } = speeds[k + 1];
    const shareOfPeak = wasm.median / (float32 ? 2 * peak.median : peak.median);
    return { kernel, wasm, ...(plain.length > 0 && { plain: spreadOf(plain) }), shareOfPeak };
  });
  return { peak, kernels };
}

function product(kernel: string, rows: number, columns: number, inner: number): Work {
  const [a, b] = [random(rows * inner), random(columns * inner)];
  const out = new Float64Array(rows * columns);
  return {
    kernel: `${kernel}: ${rows}×${inner} by ${inner}×${columns}`,
    operations: 2 * rows * columns * inner,
    wasm: () => multiplyTransposed(a, b, rows, columns, inner, out),
    plain: () => plain.multiplyTransposed(a, b, rows, columns, inner, out),
  };
}

/** Losses and gradients of B models; their products' operations only, so losses lower the share of the peak. */
function objective(kernel: string, models: number, points: number, dimension: number, classCount: number): Work {
  const pool: Dataset = {
    name: kernel,
    size: points,
    dimension,
    features: random(points * dimension),
    labels: Uint8Array.from({ length: points }, (_, i) => i % classCount),
    classes: Array.from({ length: classCount }, (_, k) => String(k)),
    featureNames: Array.from({ length: dimension }, (_, j) => String(j)),
  };
  const problem = linearProblem(pool, classCount === 2 ? binaryCrossEntropy : softmaxCrossEntropy(classCount));
  const p = problem.parameterCount;
  const batch = linearObjective(problem, new Float64Array(models * points).fill(1));
  const rows = Int32Array.from({ length: models }, (_, b) => b);
  const parameters = random(models * p).map((value) => 0.1 * value);
  const [values, gradients] = [new Float64Array(models), new Float64Array(models * p)];
  const evaluate = (kernels: KernelChoice) => () => {
    chooseKernels(kernels);
    batch.evaluate(rows, models, parameters, values, gradients);
    chooseKernels('fused');
  };
  return {
    kernel: `${kernel}: ${models} models`,
    operations: 4 * models * points * p,
    wasm: evaluate('fused'),
    plain: evaluate('plain'),
  };
}

function networkProduct(kernel: string, rows: number, inner: number, columns: number): Work {
  const memory = memoryPlan();
  const [a, b, c] = [rows * inner, inner * columns, rows * columns].map((length) => memory.take(length));
  const scratch = memory.take(productScratch(inner));
  const { kernels, numbers } = networkMemory();
  numbers(memory.length).set(random((b - a) / 4 + inner * columns));
  return {
    kernel: `${kernel}: ${rows}×${inner} by ${inner}×${columns}, float32`,
    operations: 2 * rows * inner * columns,
    wasm: () => kernels.multiply(rows, inner, columns, a, b, c, scratch),
    float32: true,
  };
}

/** Operations of layers, float32, at the shapes of the networks of `network-problems.ts`. */
function layerWorks(): Work[] {
  const plan = planMemory();
  const [a, b, c] = Array.from({ length: 3 }, () => plan.take(2 ** 18));
  const kernels = wasmLayerKernels(plan.length);
  if (!kernels) return [];
  kernels.numbers.set(random(2 ** 19), a);
  const layer = (name: string, transposed: 0 | 1 | 2, [m, n, k]: readonly [number, number, number]): Work => ({
    kernel: `${name}: ${m}×${k} by ${k}×${n}, float32`,
    operations: 2 * m * n * k,
    wasm: () => {
      const [aRow, bRow] = [transposed === 1 ? m : k, transposed === 2 ? k : n];
      kernels.multiply(transposed, m, n, k, a, aRow, b, bRow, c, n, 0, 1, 0, 0, 0);
    },
    float32: true,
  });
  const shape = { height: 14, width: 14, channels: 8, windowHeight: 3, windowWidth: 3, stride: 1 };
  const image = { ...shape, paddingTop: 1, paddingLeft: 1, outHeight: 14, outWidth: 14 };
  const convolution = (name: string, wasm: () => void): Work => ({
    kernel: `${name}: 64 images 14×14×8, 8 filters 3×3, float32`,
    operations: 2 * 64 * 14 * 14 * 8 * 72,
    wasm,
    float32: true,
  });
  return [
    layer('dense', 2, [64, 128, 784]),
    layer('dense, weight slopes', 1, [128, 784, 64]),
    layer('dense, small', 2, [64, 32, 64]),
    layer('dense, input slopes', 0, [1024, 32, 96]),
    convolution('convolution', () => kernels.convolve(image, 64, 8, a, b, c, 0)),
    convolution('convolution, image slopes', () => kernels.convolveBack(image, 64, 8, a, b, c, 0)),
    convolution('convolution, filter slopes', () => kernels.convolveFilters(image, 64, 8, a, b, c, 0)),
  ];
}

function pooling(kernel: string, rows: number, points: number, columns: number): Work {
  const memory = memoryPlan();
  const [weights, codes, sizes, described, pooled, tables] = [
    Math.ceil((rows * points) / 4),
    maskCodeNumbers(rows, points),
    rows,
    points * columns,
    rows * columns,
    poolingTables,
  ].map((length) => memory.take(length));
  const { kernels, numbers } = networkMemory();
  const all = numbers(memory.length);
  const stream = randomStream(1, 'bench', 'subsets');
  new Uint8Array(all.buffer).set(
    Uint8Array.from({ length: rows * points }, () => stream.integer(2)),
    weights,
  );
  all.set(random(points * columns), described / 4);
  return {
    kernel: `${kernel}: ${rows}×${points} by ${points}×${columns}, float32`,
    operations: 2 * rows * points * columns,
    wasm: () => {
      kernels.maskCodes(rows, points, weights, codes, sizes);
      kernels.poolMasks(rows, points, columns, codes, sizes, described, pooled, columns, 1, tables);
    },
    float32: true,
  };
}

function exponentials(kernel: string, length: number): Work {
  const { kernels, numbers } = networkMemory();
  const all = numbers(length);
  const values = Float32Array.from(random(length));
  return {
    kernel: `${kernel}: ${length}, float32`,
    operations: 10 * length,
    wasm: () => {
      all.set(values);
      kernels.elu(length, 0);
    },
    float32: true,
  };
}

function factor(n: number): Work {
  const m = random(n * n);
  const matrix = new Float64Array(n * n);
  multiplyTransposed(m, m, n, n, n, matrix);
  for (let i = 0; i < n; i++) matrix[i * n + i] += 1;
  return {
    kernel: `Cholesky factor: ${n}×${n}`,
    operations: n ** 3 / 3,
    wasm: () => choleskyFactor(matrix.slice(), n),
    plain: () => plain.choleskyFactor(matrix.slice(), n),
  };
}

function speed(operations: number, run: () => unknown): number {
  run();
  const since = process.cpuUsage();
  let runs = 0;
  let seconds = 0;
  do {
    run();
    runs++;
    seconds = cpuSeconds(since);
  } while (seconds < secondsPerTrial);
  return (operations * runs) / seconds / 1e9;
}

function random(length: number): Float64Array {
  const stream = randomStream(1, 'bench');
  return Float64Array.from({ length }, () => stream.normal());
}
