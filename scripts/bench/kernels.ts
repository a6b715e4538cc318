import * as plain from '../../src/numerics/dense-plain.js';
import { choleskyFactor, multiplyTransposed } from '../../src/numerics/dense.js';
import { randomStream } from '../../src/numerics/random.js';
import { chooseKernels, wasmKernels } from '../../src/numerics/wasm-kernels.js';
import { cpuSeconds, spreadOf, type Spread } from './measure.js';

/** One kernel's speed in 10⁹ floating-point operations per CPU second. */
export interface KernelSpeed {
  readonly kernel: string;
  readonly wasm: Spread;
  readonly plain: Spread;
  /** Of the peak measured in the same repetitions: independent multiply-add chains of f64x2 in registers. */
  readonly shareOfPeak: number;
}

interface Work {
  readonly kernel: string;
  readonly operations: number;
  readonly wasm: () => unknown;
  readonly plain: () => unknown;
}

const secondsPerTrial = 0.05;

/** Speeds of the kernels on shapes that retraining uses; repetitions of all of them take turns. */
export function measureKernels(repetitions: number): { readonly peak: Spread; readonly kernels: KernelSpeed[] } {
  chooseKernels('fused');
  const module = wasmKernels();
  if (!module) throw new Error('WebAssembly has no SIMD here, so there is nothing to measure.');
  const rounds = 100_000;
  const works = [
    { kernel: 'peak', operations: 32 * rounds, wasm: () => module.peak(rounds, 0.999, 1e-3), plain: () => undefined },
    product('logits, breast cancer', 256, 300, 31),
    product('logits, spambase', 256, 300, 58),
    product('gradients, spambase', 256, 58, 300),
    product('gradients, digits', 320, 65, 500),
    product('preconditioner, digits', 128, 650, 650),
    factor(325),
  ];
  const speeds = works.map(() => ({ wasm: [] as number[], plain: [] as number[] }));
  for (let repetition = 0; repetition < repetitions; repetition++) {
    works.forEach((work, k) => {
      for (const side of ['wasm', 'plain'] as const) {
        if (work.kernel !== 'peak' || side === 'wasm') speeds[k][side].push(speed(work.operations, work[side]));
      }
    });
  }
  const peak = spreadOf(speeds[0].wasm);
  const kernels = works.slice(1).map(({ kernel }, k) => {
    const wasm = spreadOf(speeds[k + 1].wasm);
    return { kernel, wasm, plain: spreadOf(speeds[k + 1].plain), shareOfPeak: wasm.median / peak.median };
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
