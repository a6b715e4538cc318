import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { loans } from '../../scripts/accuracy/loans.js';
import { findLabelErrors } from '../../src/applications/index.js';
import { flagSuspects } from '../../src/applications/label-errors/flag-suspects.js';
import { forEachRowDistances, smallest } from '../../src/applications/label-errors/nearest-rows.js';
import { fitNoiseModel } from '../../src/applications/label-errors/noise-model.js';
import { outOfSample } from '../../src/applications/label-errors/out-of-sample.js';
import { rankFeatures } from '../../src/applications/label-errors/rank-features.js';
import {
  applyScaling,
  fitScaling,
  flipLabels,
  loadDataset,
  selectClasses,
  takeRows,
  type Dataset,
} from '../../src/data/index.js';
import { InputError, InterruptedError } from '../../src/errors.js';
import { f1Score } from '../../src/evaluation/index.js';
import { logisticRegression } from '../../src/learners/index.js';
import { randomStream } from '../../src/numerics/random.js';
import { areaUnderRoc, ranks } from '../../src/statistics/index.js';
import { crossValidationSubsets } from '../../src/subsets/index.js';

function randomPool(size: number, dimension: number, classes: number, seed: number): Dataset {
  const stream = randomStream(seed, 'pool');
  return {
    name: 'made up',
    size,
    dimension,
    features: Float64Array.from({ length: size * dimension }, () => Math.round(4 * stream.normal()) / 2),
    labels: Uint8Array.from({ length: size }, (_, i) => i % classes),
    classes: Array.from({ length: classes }, (_, k) => `class ${k}`),
    featureNames: Array.from({ length: dimension }, (_, j) => `feature ${j}`),
  };
}

/** Labels whose true classes have the drawn probabilities, a share of them replaced by another class. */
function noisyLabels(size: number, K: number, rate: number, seed: number) {
  const stream = randomStream(seed, 'noise');
  const probabilities = new Float64Array(size * K);
  const labels = new Uint8Array(size);
  const wrong = new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    const row = Array.from({ length: K }, () => Math.exp(2.5 * stream.normal()));
    const total = row.reduce((a, b) => a + b);
    let left = stream.uniform() * total;
    const truth = Math.max(
      row.findIndex((weight) => (left -= weight) < 0),
      0,
    );
    wrong[i] = Number(stream.uniform() < rate);
    labels[i] = wrong[i] ? (truth + 1 + stream.integer(K - 1)) % K : truth;
    // Half as sure as it could be.
    const flat = row.map(Math.sqrt);
    const sum = flat.reduce((a, b) => a + b);
    flat.forEach((weight, k) => (probabilities[i * K + k] = weight / sum));
  }
  return { probabilities, labels, wrong };
}

const flippedArea = (scores: Float64Array, flipped: Int32Array): number =>
  areaUnderRoc(
    scores.map((score) => -score),
    Array.from(scores, (_, i) => flipped.includes(i)),
  );

describe('label noise model', () => {
  it('finds rate and exponent that labels were made with, and scores that are probabilities', () => {
    for (const K of [2, 5]) {
      const { probabilities, labels, wrong } = noisyLabels(4000, K, 0.08, K);
      const { rate, exponent, scores } = fitNoiseModel(probabilities, labels, K);
      assert.ok(rate.low < 0.08 && 0.08 < rate.high && rate.high - rate.low < 0.06, JSON.stringify(rate));
      assert.ok(exponent > 1.6 && exponent < 2.5);
      const sure = [...scores.keys()].filter((i) => scores[i] < 0.2);
      const expected = sure.reduce((sum, i) => sum + 1 - scores[i], 0);
      const met = sure.reduce((sum, i) => sum + wrong[i], 0);
      assert.ok(Math.abs(met - expected) < 3 * Math.sqrt(expected) + 1, `${met} wrong, ${expected} expected`);
    }
  });

  it('has the scores of the formula at the rate where a fine grid finds the posterior largest', () => {
    const K = 3;
    const { probabilities, labels } = noisyLabels(200, K, 0.1, 9);
    const { rate, exponent, scores } = fitNoiseModel(probabilities, labels, K);
    const confidence = Array.from(labels, (label, i) => {
      const powers = [0, 1, 2].map((k) => probabilities[i * K + k] ** exponent);
      return powers[label] / (powers[0] + powers[1] + powers[2]);
    });
    const logPosterior = (e: number): number =>
      confidence.reduce(
        (sum, p) => sum + Math.log((1 - e) * p + (e * (1 - p)) / 2),
        Math.log(e) + 19 * Math.log(1 - e),
      );
    const grid = Array.from({ length: 2000 }, (_, k) => (k + 0.5) / 4000);
    const best = grid.reduce((a, b) => (logPosterior(b) > logPosterior(a) ? b : a));
    assert.ok(Math.abs(best - rate.value) < 3e-4);
    confidence.forEach((p, i) => {
      const right = (1 - rate.value) * p;
      assert.ok(Math.abs(scores[i] - right / (right + (rate.value / 2) * (1 - p))) < 1e-12);
    });
  });

  it('takes certain models at their word without leaving the numbers', () => {
    const { scores, rate } = fitNoiseModel(Float64Array.of(1, 0, 0, 1, 1, 0, 1, 0), Uint8Array.of(0, 1, 0, 1), 2);
    assert.ok([...scores, rate.low, rate.value, rate.high].every(Number.isFinite));
    assert.ok(scores[3] < 1e-6 && scores[0] > 0.999);
  });
});

describe('suspected labels', () => {
  it('are the lowest scores with the largest expected F1 score, equal ones together', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 16 }), { minLength: 1, maxLength: 30 }), (sixteenths) => {
        const scores = Float64Array.from(sixteenths, (k) => k / 16);
        const flags = flagSuspects(scores);
        const expected = scores.reduce((sum, score) => sum + 1 - score, 0);
        const f1At = (highest: number): number => {
          const within = scores.filter((score) => score <= highest);
          return (2 * within.reduce((sum, score) => sum + 1 - score, 0)) / (within.length + expected);
        };
        if (expected < 0.5) return flags.every((flag) => flag === 0);
        const best = Math.max(...Array.from(scores, f1At));
        const highest = Math.max(...scores.filter((_, i) => flags[i] === 1));
        return (
          Math.abs(f1At(highest) - best) < 1e-12 && flags.every((flag, i) => flag === Number(scores[i] <= highest))
        );
      }),
    );
  });

  it('are those below a threshold where one is given', () => {
    assert.deepEqual([...flagSuspects(Float64Array.of(0.1, 0.3, 0.5), 0.3)], [1, 0, 0]);
  });
});

describe('rows in the way of wrong labels', () => {
  it('are nearest as a loop over all pairs finds them', async () => {
    const pool = randomPool(40, 3, 2, 1);
    const rows = [5, 0, 39];
    const seen: number[] = [];
    await forEachRowDistances(
      pool,
      rows,
      (position, distances) => {
        seen.push(position);
        const naive = Array.from({ length: 40 }, (_, i) =>
          [0, 1, 2].reduce(
            (sum, j) => sum + (pool.features[rows[position] * 3 + j] - pool.features[i * 3 + j]) ** 2,
            0,
          ),
        );
        naive.forEach((value, i) => assert.ok(Math.abs(value - distances[i]) < 1e-9));
        const odd = [...naive.keys()].filter((i) => i % 2 === 1).sort((a, b) => naive[a] - naive[b] || a - b);
        const exact = Float64Array.from(naive);
        assert.deepEqual(
          smallest(exact, 4, (i) => i % 2 === 1),
          odd.slice(0, 4),
        );
      },
      { label: 'test' },
    );
    assert.deepEqual(seen, [0, 1, 2]);
  });

  it('are ranked alike by any rising function of a feature, and binary features kept', () => {
    const pool = randomPool(30, 2, 2, 2);
    const bent = { ...pool, features: pool.features.map((x) => Math.exp(3 * x)) };
    const ranked = rankFeatures(pool);
    assert.deepEqual(rankFeatures(bent).features, ranked.features);
    const column = Array.from({ length: 30 }, (_, i) => pool.features[2 * i]);
    ranks(column).forEach((rank, i) => assert.ok(Math.abs((rank - 0.5) / 30 - ranked.features[2 * i]) < 1e-15));
    const binary = { ...pool, features: pool.features.map((x) => (x > 0 ? 7 : 3)) };
    assert.deepEqual(rankFeatures(binary).features, binary.features);
  });
});

describe('held-out points', () => {
  it('lie in one fold of each repeat, and folds and their classes differ by at most one point', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 6, maxLength: 40 }),
        fc.integer({ min: 2, max: 6 }),
        fc.integer(),
        (labels, folds, seed) => {
          const { weights, count } = crossValidationSubsets({
            labels: Uint8Array.from(labels),
            folds,
            repeats: 2,
            seed,
          });
          const N = labels.length;
          assert.equal(count, 2 * folds);
          const heldOut = (row: number, of: (i: number) => boolean): number =>
            labels.filter((_, i) => weights[row * N + i] === 0 && of(i)).length;
          for (const repeat of [0, 1]) {
            const rows = Array.from({ length: folds }, (_, f) => repeat * folds + f);
            labels.forEach((_, i) => assert.equal(rows.filter((row) => weights[row * N + i] === 0).length, 1));
            for (const k of [-1, 0, 1, 2, 3]) {
              const counts = rows.map((row) => heldOut(row, (i) => k < 0 || labels[i] === k));
              assert.ok(Math.max(...counts) - Math.min(...counts) <= 1);
            }
          }
        },
      ),
      { numRuns: 50 },
    );
    assert.throws(
      () => crossValidationSubsets({ labels: new Uint8Array(3), folds: 4, repeats: 1, seed: 1 }),
      InputError,
    );
  });

  it('get the mean probabilities of the models that leave them out', async () => {
    const pool = randomPool(30, 2, 3, 3);
    const learner = logisticRegression({ C: 0.5 });
    const subsets = crossValidationSubsets({ labels: pool.labels, folds: 3, repeats: 2, seed: 5 });
    const { probabilities, disagreeing, models } = await outOfSample({ pool, learner, subsets, label: 'test' });
    const means = new Float64Array(90);
    const others = new Uint32Array(30);
    for (let b = 0; b < 6; b++) {
      const weights = subsets.weights.subarray(b * 30, (b + 1) * 30);
      const { parameters } = await learner.retrain(pool, { count: 1, poolSize: 30, weights }, { tolerance: 1e-6 });
      const said = learner.probabilities(pool, parameters);
      weights.forEach((weight, i) => {
        if (weight > 0) return;
        const row = Array.from(said.subarray(3 * i, 3 * i + 3));
        row.forEach((value, k) => (means[3 * i + k] += value / 2));
        others[i] += Number(row.indexOf(Math.max(...row)) !== pool.labels[i]);
      });
    }
    assert.ok(means.every((value, at) => Math.abs(value - probabilities[at]) < 1e-12));
    assert.deepEqual(disagreeing, others);
    assert.ok(models.every((count) => count === 2));
  });
});

describe('findLabelErrors', function () {
  this.timeout(20_000);

  it('finds flipped labels at least as well as the confidence of one cross-validation', async () => {
    const tables = [await loadDataset('breast_cancer'), loans(600, 11)];
    let lead = 0;
    for (const [t, clean] of tables.entries()) {
      for (const seed of [11, 12]) {
        const { dataset, flipped } = flipLabels(clean, { fraction: 0.05, seed });
        const { scores, isLabelIssue, wrongLabels, issues } = await findLabelErrors(dataset, { seed });
        const pool = applyScaling(fitScaling(dataset, 'standardise'), dataset);
        const subsets = crossValidationSubsets({ labels: pool.labels, folds: 5, repeats: 1, seed });
        const { probabilities } = await outOfSample({ pool, learner: logisticRegression(), subsets, label: 'test' });
        const confidence = Float64Array.from(pool.labels, (label, i) => probabilities[2 * i + label]);
        lead += (flippedArea(scores, flipped) - flippedArea(confidence, flipped)) / 4;
        const f1 = f1Score(
          Array.from(isLabelIssue, Boolean),
          Array.from(scores, (_, i) => flipped.includes(i)),
        );
        assert.ok(f1 > (t === 0 ? 0.75 : 0.5), `F1 ${f1} on ${clean.name}`);
        assert.ok(wrongLabels.low < flipped.length && flipped.length < wrongLabels.high);
        assert.equal(
          issues.length,
          isLabelIssue.reduce((a, b) => a + b),
        );
        for (const { row, given, suggested, disagreeing, models, contradicting, neighbours, score } of issues) {
          assert.equal(given, dataset.classes[dataset.labels[row]]);
          assert.notEqual(suggested, given);
          assert.ok(disagreeing <= models && models === 8 && contradicting <= neighbours && neighbours === 10);
          assert.equal(score, scores[row]);
        }
      }
    }
    assert.ok(lead > -0.002, `lead ${lead}`);
  });

  it('suspects next to none where labels are right and classes apart', async () => {
    const { isLabelIssue, wrongLabels } = await findLabelErrors(await loadDataset('penguins', { missing: 'drop' }));
    assert.ok(isLabelIssue.reduce((a, b) => a + b) <= 3);
    assert.ok(wrongLabels.low < 1);
  });

  it('names the class that a flipped label had, with the rows that speak for it, whatever the order of classes', async () => {
    const digits = await loadDataset('digits');
    const some = takeRows(
      digits,
      Array.from({ length: 300 }, (_, i) => i),
    );
    const three = selectClasses(some, ['0', '1', '2']);
    const { dataset, flipped, originalLabels } = flipLabels(three, { count: 4, seed: 3 });
    const padded = { ...dataset, classes: ['none', ...dataset.classes], labels: dataset.labels.map((k) => k + 1) };
    const { issues, suggestedLabels, probabilities } = await findLabelErrors(padded);
    const found = [...flipped].filter((row) => issues.some((issue) => issue.row === row));
    assert.ok(found.length >= 3, `${found.length} of 4 found`);
    found.forEach((row) => {
      assert.equal(suggestedLabels[row], originalLabels[[...flipped].indexOf(row)] + 1);
      const [nearest] = issues.find((issue) => issue.row === row)?.nearestContradicting ?? [];
      assert.equal(padded.labels[nearest.row], suggestedLabels[row]);
    });
    assert.ok(probabilities.every((value, at) => at % 4 > 0 || value === 0));
  });

  it('gives the same for the same seed, with a learner of one’s own and features as they are', async () => {
    const pool = randomPool(40, 2, 2, 7);
    const learner = logisticRegression({ C: 0.3 });
    const [first, second] = [
      await findLabelErrors(pool, { seed: 4, learner }),
      await findLabelErrors(pool, { seed: 4, learner }),
    ];
    assert.deepEqual(first, second);
    assert.deepEqual(first.model.learner, { name: 'logistic regression', hyperparameters: { C: 0.3 } });
    assert.equal(first.model.features, 'as given');
  });

  it('refuses what cannot be done in a sentence, and stops on request', async () => {
    const pool = randomPool(30, 2, 2, 8);
    const refused = (options: object, message: RegExp, points = pool) =>
      assert.rejects(findLabelErrors(points, options), (error: Error) => {
        assert.ok(error instanceof InputError && message.test(error.message), error.message);
        return true;
      });
    await refused({ neighbors: 3 }, /no option "neighbors"; choose one of .*neighbours/);
    await refused({ threshold: 2 }, /threshold is 2/);
    await refused({ neighbours: 0 }, /neighbours is 0/);
    await refused({ folds: 1 }, /folds is 1/);
    await refused({}, /single point/, { ...pool, labels: pool.labels.map((_, i) => Number(i === 3)) });
    await refused({}, /need/, { ...pool, labels: pool.labels.map(() => 0) });
    await assert.rejects(findLabelErrors(pool, { signal: AbortSignal.abort() }), InterruptedError);
  });
});
