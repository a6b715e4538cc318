import { strict as assert } from 'node:assert';
import { labelOf, methods } from '../../src/evaluation/methods.js';
import {
  agreementRows,
  budgetRows,
  exactWithin,
  onlineLead,
  type Growing,
} from '../../src/experiments/common/budgets.js';
import { claimsAbout, optimalityClaim, type Bounds } from '../../src/experiments/common/claims.js';
import { costRows, meanSeconds, totalSeconds } from '../../src/experiments/common/costs.js';
import { experiment } from '../../src/experiments/common/experiment.js';
import { columns, leadOver, meanOf, overUnits, pairedDifference } from '../../src/experiments/common/intervals.js';
import { among, entryOf, find } from '../../src/experiments/common/methods.js';
import { lossMethods, untaughtPreparations, baselines } from '../../src/experiments/common/preparations.js';
import { measureMethods } from '../../src/experiments/common/runner.js';
import { loadProblem } from '../../src/experiments/problems/index.js';
import { buildBank } from '../../src/retraining/index.js';
import { uniformSubsets } from '../../src/experiments/common/retraining.js';

describe('claims', () => {
  const check = { id: 'id', statement: 'It is so.', unit: 'points' };
  const verdict = (holds: Bounds) =>
    claimsAbout({ title: 'iris 0/1', kind: 'range' })({
      ...check,
      measured: { value: 2, low: 1, high: 3 },
      holds,
    }).verdict;

  it('hold or do not hold where the whole interval says so, and are undecided else', () => {
    for (const bounds of [{ above: 0.9 }, { atLeast: 1 }, { below: 3.1 }, { atMost: 3 }, { atLeast: 1, atMost: 3 }])
      assert.equal(verdict(bounds), 'holds', JSON.stringify(bounds));
    for (const bounds of [{ above: 1 }, { atLeast: 1.1 }, { below: 3 }, { atMost: 2.9 }, { above: 0, below: 2 }])
      assert.equal(verdict(bounds), 'undecided', JSON.stringify(bounds));
    for (const bounds of [{ above: 3 }, { atLeast: 3.1 }, { below: 1 }, { atMost: 0.9 }])
      assert.equal(verdict(bounds), 'does not hold', JSON.stringify(bounds));
  });
  it('are named by their data set, carry their interval, and do not hold where nothing was measured', () => {
    const claim = claimsAbout({ title: 'iris 0/1', kind: 'range' });
    const found = claim({ ...check, measured: { value: 2, low: 1, high: 3 }, holds: { above: 0 }, guarded: true });
    assert.deepEqual(found, {
      ...check,
      id: 'id-iris-0-1',
      source: 'this project',
      measured: 2,
      interval: { low: 1, high: 3, kind: 'range' },
      verdict: 'holds',
      guarded: true,
    });
    for (const holds of [{ above: 0 }, { atMost: 0 }])
      assert.equal(claim({ ...check, measured: NaN, holds }).verdict, 'does not hold');
  });
  it('of optimality count what has an optimum, and fail with one residual too large', () => {
    const records = [
      { largestResidual: 1e-9, retrainedModels: 1000 },
      { largestResidual: null, retrainedModels: 5 },
    ];
    const good = optimalityClaim(records, (count) => `All ${count} models`);
    assert.deepEqual([good.statement, good.verdict], ['All 1,000 models are optimal: residual at most 1e-8.', 'holds']);
    const bad = optimalityClaim([...records, { largestResidual: 2e-8, retrainedModels: 1 }], () => 'All');
    assert.deepEqual([bad.measured, bad.verdict, bad.guarded], [2e-8, 'does not hold', true]);
  });
});

describe('methods', () => {
  it('have labels of their own, and looks that can be told apart', () => {
    const labels = Object.values(methods).map(({ label }) => label);
    assert.equal(new Set(labels).size, labels.length);
    const looks = Object.values(methods).flatMap((method) => ('look' in method ? [JSON.stringify(method.look)] : []));
    assert.equal(new Set(looks).size, looks.length);
  });
  it('are found by their ids, in the order of what is searched', () => {
    const all = [{ method: 'exact' }, { method: 'mean' }] as const;
    assert.equal(find(all, 'mean'), all[1]);
    assert.equal(find([all[0]], 'mean'), undefined);
    assert.deepEqual(among(all, ['mean', 'exact']), all);
    assert.throws(() => entryOf([all[0]], 'mean'), /nothing measured of mean θ/);
  });
});

describe('costs of methods', () => {
  const trials = [
    { seconds: { labels: 4, training: 2, prediction: 1 } },
    { seconds: { labels: 2, training: 0, prediction: 3 } },
  ];
  it('are means over seeds, a row a stage', () => {
    assert.deepEqual(meanSeconds(trials), { labels: 3, training: 1, prediction: 2 });
    assert.equal(totalSeconds(meanSeconds(trials)), 6);
    assert.deepEqual(
      costRows('d', [{ method: 'newton', trials }]).map(({ method, stage, seconds }) => [method, stage, seconds]),
      [
        ['one Newton step', 'labels', 3],
        ['one Newton step', 'training', 1],
        ['one Newton step', 'prediction', 2],
      ],
    );
  });
});

describe('intervals over units', () => {
  const units = { units: 4, seed: 1, resamples: 200 };
  const sum = (values: readonly number[]) => (indices: Int32Array) =>
    indices.reduce((total, i) => total + values[i], 0) / indices.length;

  it('are of means over seeds, and of differences on the same resamples', () => {
    const first = [sum([1, 2, 3, 4]), sum([3, 4, 5, 6])];
    const { value, low, high } = overUnits(units, first);
    assert.equal(value, 3.5);
    assert.ok(low < value && value < high);
    // Two lists that differ by 1 everywhere differ by 1 in every resample.
    const lead = leadOver(units, first, [sum([1.5, 2.5, 3.5, 4.5])]);
    assert.ok([lead.value, lead.low, lead.high].every((end) => Math.abs(end - 0.5) < 1e-12));
    assert.deepEqual(pairedDifference(Float64Array.of(2, 3), [1, 2], { seed: 1 }), { value: 1, low: 1, high: 1 });
  });
  it('become columns of rows', () => {
    const estimate = { value: 2, low: 1, high: 3 };
    assert.deepEqual(columns(estimate, 'error'), { error: 2, low: 1, high: 3 });
    assert.deepEqual(columns(estimate, 'lead', 'from', 'to'), { lead: 2, from: 1, to: 3 });
    assert.deepEqual(meanOf([Float64Array.of(1, 2), Float64Array.of(3, 6)]), Float64Array.of(2, 4));
  });
});

describe('what time affords', () => {
  const trial = (growing: readonly number[], labels: number, prediction: number) => ({
    growing,
    seconds: { labels, training: 0, prediction },
  });
  const own: Growing<number> = {
    dataset: 'd',
    counts: [10, 100],
    agreement: (answer) => answer,
    methods: [
      { method: 'exact', trials: [trial([0.5, 0.9], 0, 10)] },
      { method: 'improved', trials: [trial([NaN, 0.8], 5, 2)] },
    ],
  };
  it('is as many retrained models as fit into it, all at most', () => {
    assert.deepEqual(exactWithin(own, 0.5), { models: 0, correlation: NaN });
    assert.deepEqual(exactWithin(own, 1), { models: 10, correlation: 0.5 });
    assert.deepEqual(exactWithin(own, 99), { models: 100, correlation: 0.9 });
    assert.ok(Math.abs(onlineLead(own, own.methods[1].trials) - 0.3) < 1e-12);
    const [row] = budgetRows(own, 'subsets');
    assert.deepEqual([row['prediction (s)'], row['all (s)'], row['subsets retrained in it']], [2, 7, 10]);
  });
  it('is shown with labels and training counted, where answers vary', () => {
    assert.deepEqual(
      agreementRows(own).map(({ seconds, subsets }) => [seconds, subsets]),
      [
        [1, 10],
        [10, 100],
        [7, 100],
      ],
    );
  });
});

describe('an experiment', () => {
  it('measures every entry of its profile in turn, with the same seed and without the profile in its control', async () => {
    const own = experiment({ smoke: [1, 2], quick: [3], full: [] }, (effort, seed, control) =>
      Promise.resolve({ effort, seed, control }),
    );
    assert.deepEqual(await own({ profile: 'smoke', seed: 7 }), [
      { effort: 1, seed: 7, control: {} },
      { effort: 2, seed: 7, control: {} },
    ]);
  });

  it('prepares what learns with every seed and bank, what does not once, and refines at the same cost', async () => {
    const problem = await loadProblem('iris 1/2');
    const { pool, learner, minimumSize } = problem;
    const asked: string[] = [];
    const found = await measureMethods({
      ground: problem,
      preparations: [
        untaughtPreparations(problem)('newton'),
        { ...baselines.ridge, method: 'improved' },
        { method: 'refined', refine: 'improved' },
      ],
      seeds: [1, 2],
      bankOf: (seed) => buildBank({ pool, learner, subsets: uniformSubsets(pool, { count: 20, minimumSize, seed }) }),
      measure: ({ method, predictor, labels, training }, seed) => {
        asked.push(`${method} ${seed} ${predictor.name}`);
        return Promise.resolve({ labels, training });
      },
    });
    assert.deepEqual(asked, [
      'newton 1 one Newton step',
      'improved 1 ridge on mask and size',
      'refined 1 ridge on mask and size + one Newton step',
      'improved 2 ridge on mask and size',
      'refined 2 ridge on mask and size + one Newton step',
    ]);
    const [newton, learned, refined] = found.map(({ trials }) => trials);
    assert.equal(newton[0].labels, 0);
    assert.ok(learned.every(({ labels }) => labels > 0));
    assert.deepEqual(refined, learned);
  });

  it('knows methods by the names that predictors give themselves', async () => {
    const problem = await loadProblem('iris 1/2');
    const of = untaughtPreparations(problem);
    for (const method of ['influence', 'newton', 'sizeAwareChord', 'sizeAwareNewton', 'lbfgs'] as const)
      assert.equal((await of(method).prepare()).name, labelOf(method));
    for (const [loss, method] of Object.entries(lossMethods)) assert.equal(labelOf(method), `ModelPred (${loss})`);
  });
});
