import { cpus } from 'node:os';
import path from 'node:path';
import { writeFileAtomically } from '../../src/storage.js';
import { readOptions } from '../options.js';
import { acceptance } from './acceptance.js';
import { measureKernels } from './kernels.js';
import { showSpread } from './measure.js';
import { measureForward, measureSteps } from './network.js';
import { measureNetworkCosts, measureNetworks } from './networks.js';
import { findPython } from './python.js';
import { measureLargeTables } from './large-tables.js';
import { measureRetraining } from './retraining.js';
import { measureWorkers } from './workers.js';

// Speed of the engine on this machine: one thread each and CPU time, but for the workers. Usage:
//   npm run bench -- [--peers | --python PATH] [--repetitions 5] [--only "breast cancer" | --only large]
const usage = `npm run bench -- [options]   speed of the engine on this machine

  --peers             beside scikit-learn and PyTorch, installed into .venv-bench
  --python PATH       beside those of this Python
  --only PROBLEM      retrains one problem (large: the large tables) and leaves the rest out
  --repetitions 5
`;
const values = readOptions(usage, {
  peers: { type: 'boolean', default: false },
  python: { type: 'string' },
  only: { type: 'string' },
  repetitions: { type: 'string', default: '5' },
});
const repetitions = Number.parseInt(values.repetitions, 10);
if (!(repetitions >= 1)) {
  console.error(`--repetitions is "${values.repetitions}"; give a whole number of at least 1.`);
  process.exit(2);
}
const say = (text: string): void => console.error(text);
const python = findPython({ python: values.python, install: values.peers }, say);

say('kernels');
const { peak, kernels } = measureKernels(repetitions);
console.log(`Kernels, float64 unless said otherwise, 10⁹ operations per CPU second: median (range) of ${repetitions}`);
console.log(`Peak, multiply-add chains of f64x2 in registers: ${showSpread(peak)}`);
console.table(
  kernels.map((one) => ({
    kernel: one.kernel,
    wasm: showSpread(one.wasm),
    'of peak': one.shareOfPeak.toFixed(2),
    plain: one.plain ? showSpread(one.plain) : '',
  })),
);

const large =
  values.only === undefined || values.only === 'large'
    ? await measureLargeTables({ repetitions, python, say })
    : undefined;
const retraining = await measureRetraining({ repetitions, python, only: values.only, say });
console.log('Exact retraining, CPU milliseconds per model; largest max|∇|/(C·n) recomputed in float64');
console.table(
  [...retraining.times, ...(large?.times ?? [])].map(({ problem, solver, tolerance, milliseconds, residual }) => ({
    problem,
    tolerance,
    solver,
    'ms per model': milliseconds ? showSpread(milliseconds) : 'does not reach it',
    residual: residual.toExponential(1),
  })),
);
console.log('Newton’s time over that of L-BFGS; the solver that is chosen, and its time over the faster one’s');
console.table(
  retraining.choices.map(({ problem, tolerance, estimated, measured, chosen, regret }) => ({
    problem,
    tolerance,
    estimated: estimated.toPrecision(3),
    measured: showSpread(measured),
    chosen,
    regret: regret.toPrecision(3),
  })),
);
console.log('Size path and two models, CPU seconds, once per pool:', retraining.sizePaths);

if (large) {
  console.log('scikit-learn’s fastest solver over ours');
  console.table(
    large.ratios.map(({ problem, tolerance, ratio }) => ({ problem, tolerance, ratio: showSpread(ratio) })),
  );
}

if (values.only === undefined && large) {
  const steps = await measureSteps(repetitions, python, say);
  console.log('One training step of ModelPred, CPU milliseconds; our time over each way’s');
  console.table(
    steps.map(({ problem, batch, way, milliseconds, ours }) => ({
      problem,
      batch,
      way,
      ms: showSpread(milliseconds),
      'ours / this': showSpread(ours),
    })),
  );
  const forward = await measureForward(repetitions, say);
  console.log('Predicting one subset and retraining it exactly, CPU microseconds');
  console.table(
    forward.map(({ problem, tolerance, predictMicroseconds, retrainMicroseconds, ratio }) => ({
      problem,
      tolerance,
      predict: showSpread(predictMicroseconds),
      retrain: showSpread(retrainMicroseconds),
      ratio: showSpread(ratio),
    })),
  );
  const workers = [await measureWorkers(24_000, repetitions, say), await measureWorkers(160_000, repetitions, say)];
  console.log('Two workers against one, models of breast cancer to 1e-8, wall time');
  console.table(
    workers.map(({ models, firstSeconds, oneSeconds, twoSeconds, workersSpeedup, loopsSpeedup, share }) => ({
      models,
      'two workers at first, s': firstSeconds.toPrecision(3),
      'one worker, s': showSpread(oneSeconds),
      'two workers, s': showSpread(twoSeconds),
      'speed-up': showSpread(workersSpeedup),
      'speed-up of busy loops': showSpread(loopsSpeedup),
      share: showSpread(share),
    })),
  );

  const networks = await measureNetworks(repetitions, python, say);
  const torch = networks.torchVersion === undefined ? '' : `; PyTorch ${networks.torchVersion}`;
  console.log(`Networks, batch 64, CPU milliseconds, one thread each${torch}`);
  console.table(
    networks.times.map(({ work, p, ours, torch, ratio, ownSteps }) => ({
      work,
      p,
      ours: showSpread(ours),
      PyTorch: torch ? showSpread(torch) : '',
      'ours / PyTorch': ratio ? showSpread(ratio) : '',
      'own steps': ownSteps ? showSpread(ownSteps) : '',
    })),
  );
  const networkCosts = measureNetworkCosts(repetitions);
  console.log('A training step of a perceptron, CPU microseconds a model, and 10⁹ operations per CPU second');
  console.table(
    networkCosts.map(({ microseconds, speed, ...one }) => ({
      ...one,
      microseconds: showSpread(microseconds),
      speed: speed.toPrecision(3),
    })),
  );

  const ratios = [...retraining.ratios, ...large.ratios];
  const goals = acceptance({ ratios, steps, forward, workers, networks: networks.times });
  console.log('Ratios and what they are held to');
  console.table(
    goals.map(({ work, measured, sense, target, met }) => ({
      work,
      measured: showSpread(measured),
      target: `${sense} ${target}`,
      met: met ? 'yes' : 'NO',
    })),
  );
  const file = path.join('report', 'bench.json');
  const machine = { processor: cpus()[0]?.model, node: process.version, platform: process.platform };
  const record = {
    machine,
    repetitions,
    peak,
    kernels,
    ...retraining,
    large,
    steps,
    forward,
    workers,
    networks,
    networkCosts,
    goals,
  };
  await writeFileAtomically(file, `${JSON.stringify(record, null, 2)}\n`);
  console.log(`Written to ${file}.`);
}
