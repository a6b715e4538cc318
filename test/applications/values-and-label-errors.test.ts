import { strict as assert } from 'node:assert';
import { outOfBagValues } from '../../src/applications/valuation/out-of-bag-values.js';
import { pointOutcomes } from '../../src/applications/memorization/outcomes.js';
import { applyScaling, fitScaling, flipLabels, loadDataset, stratifiedSplit, takeRows } from '../../src/data/index.js';
import { logLossUtility } from '../../src/evaluation/index.js';
import { banzhafValues, sampleBudget, trainingGame } from '../../src/games/index.js';
import { logisticRegression } from '../../src/learners/index.js';
import { areaUnderRoc, mean } from '../../src/statistics/index.js';
import { bootstrapSubsets, fullPool, type Subsets } from '../../src/subsets/index.js';

// What docs/valuation.md says of an ordinary table: credits, one-hot, 17 % of them bad, a twentieth of the labels flipped.
describe('values on an imbalanced, messy table', () => {
  it('follow the class under −log-loss, where held-out confidence finds the wrong labels', async () => {
    const credits = await loadDataset('german_credit');
    let bad = 0;
    const rows = [...credits.labels.keys()].filter((i) => credits.labels[i] === 1 || bad++ < 143);
    const all = takeRows(credits, rows);
    const split = stratifiedSplit(applyScaling(fitScaling(all, 'standardise'), all), {
      train: 600,
      test: 243,
      seed: 1,
    });
    const { dataset: pool, flipped } = flipLabels(split.train, { fraction: 0.05, seed: 1 });
    const learner = logisticRegression({ C: 0.1 });
    const parametersOf = async (subsets: Subsets) => (await learner.retrain(pool, subsets)).parameters;
    const wrong = Array.from(pool.labels, (_, i) => flipped.includes(i));
    const area = (values: Float64Array): number =>
      areaUnderRoc(
        values.map((value) => -value),
        wrong,
      );

    const bags = bootstrapSubsets({ poolSize: pool.size, count: 100, seed: 1 });
    const outcomesOf = async (subsets: Subsets) =>
      pointOutcomes({ learner, points: pool, parameters: await parametersOf(subsets), kind: 'probability' });
    const outOfBag = outOfBagValues(bags, await outcomesOf(bags));
    const own = await outcomesOf(fullPool(pool.size));
    const game = trainingGame({ pool, parametersOf, utility: logLossUtility({ learner, points: split.test }) });
    const { values } = await banzhafValues({ game, seed: 1, stop: sampleBudget(1000) });

    assert.ok(area(outOfBag.values) > 0.85, `out-of-bag confidence ${area(outOfBag.values)}`);
    assert.ok(area(own) > 0.85, `confidence of the trained model ${area(own)}`);
    assert.ok(area(values) < 0.7, `Banzhaf values ${area(values)}`);
    const ofClass = (k: number): number => mean([...values].filter((_, i) => pool.labels[i] === k));
    assert.ok(ofClass(1) > ofClass(0));
  });
});
