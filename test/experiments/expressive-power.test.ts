import { strict as assert } from 'node:assert';
import {
  errorsByCount,
  errorsByWidth,
  expressivePower,
  expressivePowerClaims,
  expressivePowerCosts,
  expressivePowerTable,
  widthSeries,
  type ExpressivePowerResult,
} from '../../src/experiments/expressive-power/index.js';
import { checkClaims, checkPlainData, verdictAbove } from './checks.js';

describe('expressive power, smoke profile', function () {
  this.timeout(60_000);
  let results: ExpressivePowerResult[];
  before(async () => (results = await expressivePower({ profile: 'smoke', seed: 1 })));

  it('gives plain data', () => checkPlainData(results));
  it('measures every width and the ridge baseline after every number of subsets, inside its interval', () => {
    const rows = expressivePowerTable(results);
    assert.deepEqual(
      rows.map((row) => [row.method, row['retrained subsets']]),
      [
        ['size-aware Newton, one step', null],
        ['ridge on mask and size', 60],
        ['width 8', 60],
        ['width 16', 60],
        ['ridge on mask and size', 240],
        ['width 8', 240],
        ['width 16', 240],
      ],
    );
    for (const row of rows) {
      assert.ok(row.low <= row['held-out error'] && row['held-out error'] <= row.high, row.method);
      assert.ok(row['lowest seed'] <= row['highest seed']);
      assert.equal(row['error on subsets learned from'] === null, row['retrained subsets'] === null);
    }
  });
  it('learns more from more subsets, and knows those it learned from better', () => {
    const rows = expressivePowerTable(results).filter(({ method }) => method === 'ridge on mask and size');
    const [few, many] = rows.map((row) => row['held-out error']);
    assert.ok(many < few);
    for (const row of rows) assert.ok((row['error on subsets learned from'] ?? Infinity) < row['held-out error']);
  });
  it('draws what learns nothing as a level line', () => {
    const level = errorsByCount(results).filter(({ series }) => series === 'size-aware Newton, one step');
    assert.deepEqual(
      level.map(({ amount }) => amount),
      [60, 240],
    );
    assert.equal(level[0].error, level[1].error);
  });
  it('shows by width the same held-out errors as by number of subsets', () => {
    const byCount = errorsByCount(results).filter(({ amount, series }) => amount === 240 && series.startsWith('width'));
    const byWidth = errorsByWidth(results).filter(({ series }) => series === 'held-out subsets');
    assert.deepEqual(
      byWidth.map(({ error }) => error),
      byCount.map(({ error }) => error),
    );
    assert.equal(errorsByWidth(results).length, 4);
    assert.deepEqual(widthSeries(results), ['width 8', 'width 16']);
  });
  it('counts labels only for what learns from them', () => {
    for (const { method, seconds } of expressivePowerCosts(results).filter(({ stage }) => stage === 'labels'))
      assert.equal(seconds > 0, method !== 'size-aware Newton, one step', method);
  });
  it('states claims that follow from its measurements, and says what cannot be tested', () => {
    const claims = expressivePowerClaims(results, 'smoke');
    checkClaims(claims);
    const ridge = claims.find(({ id }) => id.startsWith('ridge-fewest'));
    const below = ridge?.interval && { low: -ridge.interval.high, high: -ridge.interval.low };
    assert.equal(ridge?.verdict, verdictAbove(below, -1));
  });
});
