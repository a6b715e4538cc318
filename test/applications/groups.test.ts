import { strict as assert } from 'node:assert';
import { groupEffects } from '../../src/applications/index.js';
import { applyScaling, fitScaling, loadDataset, stratifiedSplit, takeRows } from '../../src/data/index.js';
import { InterruptedError } from '../../src/errors.js';
import { mean } from '../../src/statistics/index.js';
import { groupsBy } from '../../src/games/index.js';
import { logisticRegression, ridgeRegression } from '../../src/learners/index.js';
import { fullPool } from '../../src/subsets/index.js';

describe('effects of groups', () => {
  it('are those of retraining on the rows that are left', async () => {
    const split = stratifiedSplit(await loadDataset('breast_cancer'), { train: 60, test: 40, seed: 3 });
    const scaling = fitScaling(split.train, 'standardise');
    const [pool, points] = [applyScaling(scaling, split.train), applyScaling(scaling, split.test)];
    const groups = groupsBy(Array.from({ length: 60 }, (_, i) => `day ${i % 4}`));
    for (const learner of [logisticRegression(), ridgeRegression()]) {
      const effects = await groupEffects({ pool, groups, learner, points });
      const whole = (await learner.retrain(pool, fullPool(60))).parameters;
      for (let g = 0; g < 4; g++) {
        const rest = takeRows(
          pool,
          Array.from({ length: 60 }, (_, i) => i).filter((i) => i % 4 !== g),
        );
        const { parameters } = await learner.retrain(rest, fullPool(45));
        const [all, without] = [learner.probabilities(points, whole), learner.probabilities(points, parameters)];
        whole.forEach((value, j) =>
          assert.ok(Math.abs(value - parameters[j] - effects.parameters[g * whole.length + j]) < 1e-5),
        );
        all.forEach((value, at) =>
          assert.ok(Math.abs(value - without[at] - effects.probabilities[g * all.length + at]) < 1e-5),
        );
        const classOf = (said: Float64Array, i: number): number => Number(said[2 * i + 1] > said[2 * i]);
        const row = effects.table[g];
        assert.equal(row.group, `day ${g}`);
        assert.equal(row.points, 15);
        assert.equal(
          row['changed predictions'],
          Array.from(points.labels.keys()).filter((i) => classOf(all, i) !== classOf(without, i)).length,
        );
        const hits = Array.from(points.labels, (label, i) => Number(classOf(without, i) === label));
        assert.ok(Math.abs(Number(row['accuracy without']) - mean(hits)) < 1e-12);
        const losses = Array.from(points.labels, (label, i) => -Math.log(without[2 * i + label]));
        assert.ok(Math.abs(Number(row['log-loss without']) - mean(losses)) < 1e-5);
      }
    }
  });

  it('are unknown for a group that holds a whole class, and stop on request', async () => {
    const pool = takeRows(await loadDataset('iris'), [0, 1, 2, 3, 60, 61, 62, 63, 120, 121, 122, 123]);
    const groups = groupsBy([0, 0, 0, 0, 1, 1, 1, 2, 1, 2, 1, 2]);
    const options = { pool, groups, learner: logisticRegression(), points: pool };
    const { table, parameters } = await groupEffects(options);
    assert.deepEqual(
      table.map((row) => row['accuracy without'] === null),
      [true, false, false],
    );
    assert.ok(parameters.subarray(0, 15).every(Number.isNaN));
    await assert.rejects(groupEffects({ ...options, signal: AbortSignal.abort() }), InterruptedError);
  });
});
