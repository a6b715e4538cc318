import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { measureKernels } from './kernels.js';
import type { Spread } from './measure.js';
import { measureRetraining } from './retraining.js';

// Speed of the kernels and of exact retraining on this machine, one thread each, CPU time. Usage:
//   npm run bench -- [--python PATH] [--repetitions 5] [--only "breast cancer"]
const { values } = parseArgs({
  options: {
    python: { type: 'string' },
    only: { type: 'string' },
    repetitions: { type: 'string', default: '5' },
  },
});
const repetitions = Math.max(1, Number.parseInt(values.repetitions, 10) || 5);
const ownPython = path.join('.venv-bench', 'bin', 'python');
const python = values.python ?? (existsSync(ownPython) ? ownPython : undefined);

const { peak, kernels } = measureKernels(repetitions);
const spread = ({ median, smallest, largest }: Spread): string =>
  `${median.toPrecision(3)} (${smallest.toPrecision(3)}–${largest.toPrecision(3)})`;
console.log(`Kernels, float64, 10⁹ operations per CPU second: median (range) of ${repetitions}`);
console.log(`Peak, multiply-add chains of f64x2 in registers: ${spread(peak)}`);
console.table(
  kernels.map((one) => ({
    kernel: one.kernel,
    wasm: spread(one.wasm),
    'of peak': one.shareOfPeak.toFixed(2),
    plain: spread(one.plain),
  })),
);

const retraining = await measureRetraining({
  repetitions,
  python,
  only: values.only,
  say: (text) => console.error(text),
});
if (!retraining.peer) {
  console.log(
    'scikit-learn is left out: give a Python that has it with --python PATH, or install it into .venv-bench.',
  );
}
console.log('Exact retraining, CPU milliseconds per model; largest max|∇|/(C·n) recomputed in float64');
console.table(
  retraining.times.map(({ problem, solver, tolerance, milliseconds, residual }) => ({
    problem,
    tolerance,
    solver,
    'ms per model': milliseconds ? spread(milliseconds) : 'does not reach it',
    residual: residual.toExponential(1),
  })),
);
console.log('Size path and two models, CPU seconds, once per pool:', retraining.sizePaths);

const file = path.join('report', 'bench.json');
mkdirSync('report', { recursive: true });
const machine = { processor: cpus()[0]?.model, node: process.version, platform: process.platform };
writeFileSync(`${file}.part`, `${JSON.stringify({ machine, repetitions, peak, kernels, ...retraining }, null, 2)}\n`);
renameSync(`${file}.part`, file);
console.log(`Written to ${file}.`);
