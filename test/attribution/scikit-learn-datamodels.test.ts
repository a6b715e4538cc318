import { strict as assert } from 'node:assert';
import { readFile } from 'node:fs/promises';
import { fitDatamodels } from '../../src/attribution/index.js';
import { lassoPath } from '../../src/numerics/lasso.js';
import { momentsOf } from '../../src/attribution/datamodels/mask-moments.js';
import { referenceSplit, type ReferenceSplitName } from '../../src/data/reference-split.js';
import { takeRows } from '../../src/data/rows.js';
import { applyScaling, fitScaling } from '../../src/data/scaling.js';
import { correctClassMargins } from '../../src/evaluation/index.js';
import { mean } from '../../src/statistics/index.js';
import { logisticRegression } from '../../src/learners/linear/logistic-regression.js';
import { subsetsFromMembers } from '../../src/subsets/subsets.js';

interface Fixture {
  readonly split: ReferenceSplitName;
  readonly scaling: 'standardise';
  readonly C: number;
  readonly members: readonly (readonly number[])[];
  readonly targets: readonly {
    readonly testRow: number;
    readonly margins: readonly number[];
    /** Strengths descend, from the smallest at which all coefficients vanish. */
    readonly fits: readonly {
      readonly strength: number;
      readonly coefficients: readonly number[];
      readonly intercept: number;
    }[];
  }[];
}

// The compiled test runs from dist/test/attribution.
const fixture = new URL('../../../test/fixtures/datamodels.json', import.meta.url);
const { split, scaling, C, members, targets } = JSON.parse(await readFile(fixture, 'utf8')) as Fixture;

describe("datamodels against scikit-learn's Lasso", () => {
  const poolSize = targets[0].fits[0].coefficients.length;
  const subsets = subsetsFromMembers(poolSize, members);
  const outputs = Float64Array.from({ length: members.length * targets.length }, (_, at) => {
    return targets[at % targets.length].margins[Math.floor(at / targets.length)];
  });

  /** 1/m Σ_b (s_b − s̄)(residual of b): the slope of the squared error along each coefficient, from the masks themselves. */
  function slopesAt(margins: readonly number[], coefficients: ArrayLike<number>, intercept: number): Float64Array {
    const residuals = margins.map((margin, b) => {
      let predicted = intercept;
      for (let i = 0; i < poolSize; i++) predicted += coefficients[i] * subsets.weights[b * poolSize + i];
      return margin - predicted;
    });
    return Float64Array.from({ length: poolSize }, (_, i) =>
      mean(residuals.map((residual, b) => residual * subsets.weights[b * poolSize + i])),
    );
  }

  function largestViolation(slopes: Float64Array, coefficients: ArrayLike<number>, strength: number): number {
    return slopes.reduce((worst, slope, i) => {
      const beta = coefficients[i];
      const violation = beta === 0 ? Math.abs(slope) - strength : Math.abs(slope - strength * Math.sign(beta));
      return Math.max(worst, violation);
    }, 0);
  }

  it('margins of retrained models are those of scikit-learn', async () => {
    const { train, test } = await referenceSplit(split);
    const standard = fitScaling(train, scaling);
    const points = takeRows(
      applyScaling(standard, test),
      targets.map(({ testRow }) => testRow),
    );
    const learner = logisticRegression({ C });
    const { parameters } = await learner.retrain(applyScaling(standard, train), subsets, { tolerance: 1e-10 });
    correctClassMargins({ learner, points, parameters }).forEach((margin, at) => {
      assert.ok(Math.abs(margin - outputs[at]) < 1e-6, `${margin} instead of ${outputs[at]}`);
    });
  });

  it('the path has its coefficients and intercepts at every strength', () => {
    const { gram, cross, maskMeans, outputMeans } = momentsOf(subsets, outputs);
    targets.forEach(({ fits, margins }, t) => {
      const ofTarget = cross.subarray(t * poolSize, (t + 1) * poolSize);
      const strengths = fits.map(({ strength }) => strength);
      lassoPath(gram, ofTarget, strengths, 1e-12 * strengths[0], (index, found) => {
        const { coefficients, intercept } = fits[index];
        coefficients.forEach((coefficient, i) => {
          assert.ok(Math.abs(found[i] - coefficient) < 1e-6, `target ${t}, strength ${index}, point ${i}`);
        });
        const own = outputMeans[t] - maskMeans.reduce((sum, share, i) => sum + share * found[i], 0);
        assert.ok(Math.abs(own - intercept) < 1e-6, `intercept of target ${t}, strength ${index}`);
        const violation = largestViolation(slopesAt(margins, found, own), found, strengths[index]);
        assert.ok(violation < 1e-11 * strengths[0], `violation ${violation} of target ${t}, strength ${index}`);
      });
    });
  });

  it('fits at the chosen strength are optimal within a ten-thousandth of the largest one', async () => {
    const { coefficients, intercepts, strengths } = await fitDatamodels({ subsets, outputs });
    targets.forEach(({ fits, margins }, t) => {
      const own = coefficients.subarray(t * poolSize, (t + 1) * poolSize);
      const violation = largestViolation(slopesAt(margins, own, intercepts[t]), own, strengths?.[t] ?? NaN);
      assert.ok(violation < 1.01e-4 * fits[0].strength, `${violation} of target ${t}`);
    });
  });
});
