import { strict as assert } from 'node:assert';
import {
  attributionAccuracy,
  attributionAgreement,
  attributionErrors,
  attributionMapRows,
  attributionPairs,
  attributionProblems,
  attributionStability,
  leaveOneOutAgreement,
  parameterAttribution,
  parameterAttributionClaims,
  pullingPointsTable,
  pullRows,
  removalEffects,
  type AttributionResult,
} from '../../src/experiments/parameter-attribution/index.js';
import { checkClaims, checkPlainData, verdictAbove } from './checks.js';

describe('parameter attribution, smoke profile', function () {
  this.timeout(60_000);
  let results: AttributionResult[];
  before(async () => (results = await parameterAttribution({ profile: 'smoke', seed: 1 })));

  it('gives plain data', () => checkPlainData(results));
  it('describes what is attributed', () => {
    const [row] = attributionProblems(results);
    assert.deepEqual([row.pool, row.parameters, row['attributed numbers']], [40, 31, 40 * 31]);
    assert.ok(row['relative error of the reference'] > 0 && row['relative error of the reference'] < 1);
  });
  it('compares every method on the same permutations, exact retraining with itself', () => {
    const rows = attributionAccuracy(results);
    assert.equal(new Set(rows.map(({ method }) => method)).size, 8);
    assert.equal(rows.length, 8);
    for (const row of rows) {
      assert.ok(row.low <= row['Spearman with reference'] && row['Spearman with reference'] <= row.high);
      assert.equal(row['relative error to exact, same permutations'] === 0, row.method === 'exact retraining');
    }
  });
  it('comes closer to the reference with more permutations, which agree more with each other', () => {
    const errors = attributionErrors(results).filter(({ method }) => method === 'exact retraining');
    assert.deepEqual(
      errors.map(({ permutations }) => permutations),
      [2, 4, 8],
    );
    assert.ok(errors[2].error < errors[0].error && errors[2].seconds > errors[0].seconds);
    const stability = attributionStability(results).map((row) => row['Spearman between two sets of permutations']);
    assert.ok(stability[2] > stability[0]);
  });
  it('gives the largest number of permutations to methods that cost little', () => {
    const rows = attributionAgreement(results).filter(({ permutations }) => permutations === 8);
    assert.deepEqual(
      rows.map(({ method }) => method),
      [
        'exact retraining',
        'influence function',
        'ridge on mask and size',
        'ModelPred (improved)',
        'ModelPred (residual of chord 1)',
      ],
    );
    for (const { correlation, low, high } of rows) assert.ok(low <= correlation && correlation <= high);
  });
  it('finds influence functions in the order of leave-one-out, with a Newton step in size too', () => {
    const rows = leaveOneOutAgreement(results);
    const of = (method: string) => rows.find((row) => row.method === method) as (typeof rows)[number];
    assert.ok(of('influence function')['Spearman with retrained'] > 0.95);
    assert.ok(of('one Newton step')['relative error'] < of('influence function')['relative error']);
    assert.equal(rows.length, 7);
  });
  it('removes points that matter: named ones move parameters, random ones hardly', () => {
    const rows = removalEffects(results);
    const falls = rows.map((row) => row['mean fall, deviations of random removals']);
    assert.ok(Math.abs(falls[rows.length - 1]) < 1, 'random');
    assert.ok(falls.slice(0, -1).every((fall) => fall > 2));
  });
  it('shows the points that pull the largest coefficient, in units that can be read', () => {
    const pulls = pullRows(results);
    const table = pullingPointsTable(results);
    assert.deepEqual(
      table.map(({ point }) => point),
      pulls.map(({ point }) => point),
    );
    assert.ok(pulls.every((row, k) => k === 0 || row.attribution <= pulls[k - 1].attribution));
    // Radii of the data are 6 to 37 and textures 10 to 50, standardised they would be −3 to 5.
    for (const { 'what it is': words } of table) assert.match(words, /(texture|radius)_\w+ \d\d\.\d/);
    const cells = attributionMapRows(results);
    assert.equal(new Set(cells.map(({ parameter }) => parameter)).size, 16);
    const [{ reference, full, parameterNames }] = results;
    for (const { point, parameter, attribution } of cells)
      assert.equal(attribution, reference.values[point * full.length + parameterNames.indexOf(parameter)]);
    assert.equal(attributionPairs(results, ['newton']).length, 40);
  });
  it('states claims that follow from its measurements', () => {
    const claims = parameterAttributionClaims(results, 'smoke');
    checkClaims(claims);
    for (const id of ['exact-retraining', 'efficiency-breast-cancer'])
      assert.equal(claims.find((claim) => claim.id === id)?.verdict, 'holds');
    const learned = claims.find(({ id }) => id === 'modelpred-breast-cancer');
    assert.equal(learned?.verdict, verdictAbove(learned?.interval, -0.02));
  });
});
