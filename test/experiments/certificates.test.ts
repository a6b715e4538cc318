import { strict as assert } from 'node:assert';
import { certificateRow, withinRows } from '../../src/experiments/common/certificates.js';
import { loadProblem } from '../../src/experiments/problems/problem.js';
import { sizeAwareChordPredictor } from '../../src/prediction/index.js';
import { buildBank } from '../../src/retraining/index.js';
import { uniformSizeSubsets } from '../../src/subsets/index.js';

describe('what certificates are worth', () => {
  it('is measured on held-out subsets: rank, ratio, bounds, and tolerances kept', async () => {
    const { pool, learner, minimumSize } = await loadProblem('iris 1/2');
    const draw = { poolSize: pool.size, count: 60, minimumSize, labels: pool.labels, seed: 1 };
    const heldOut = await buildBank({ pool, learner, subsets: uniformSizeSubsets(draw), tolerance: 1e-11 });
    const predictor = sizeAwareChordPredictor({ pool, learner });
    const row = await certificateRow(predictor, heldOut);
    assert.ok(row.spearman > 0.95 && Math.abs(row.medianRatio - 1) < 0.25);
    assert.deepEqual([row.missing, row.boundsBroken], [0, 0]);
    assert.ok(row.boundsProven > 0.5 && row.secondsPerCertificate > 0);
    for (const { covered, rungs, timeRatio } of await withinRows(predictor, heldOut, [0.1, 0.01], 1)) {
      assert.ok(covered >= 0.98 && timeRatio.lowest > 0);
      assert.ok(timeRatio.lowest <= timeRatio.median && timeRatio.median <= timeRatio.highest);
      assert.ok(Math.abs(rungs.reduce((sum, share) => sum + share, 0) - 1) < 1e-12);
    }
  });
});
