import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import type { Claim } from '../../src/evaluation/claim.js';
import { claimsBundle } from '../../src/notebook/show-claims.js';
import {
  alignColumns,
  escapeHtml,
  formatDuration,
  formatNumber,
  headAndTail,
  textColumn,
} from '../../src/notebook/format.js';
import { present } from '../../src/notebook/present.js';
import { progressBundle, secondsLeft } from '../../src/notebook/progress.js';
import { tableBundle } from '../../src/notebook/show-table.js';

const CLAIM: Claim = {
  id: 'error',
  statement: 'The error is <small>.',
  source: 'this project',
  measured: 0.0123456,
  interval: { low: 0.01, high: 0.0151234, kind: '95 % bootstrap' },
  unit: 'relative error',
  verdict: 'holds',
  guarded: true,
};

describe('numbers and texts for reading', () => {
  it('have 4 significant digits, integers all of them', () => {
    const numbers = [0, 3000, -12, 1234567, 0.123456, 98.76543, -1.5, 1.23456e-7, NaN, Infinity];
    assert.deepEqual(numbers.map(formatNumber), [
      '0',
      '3000',
      '-12',
      '1234567',
      '0.1235',
      '98.77',
      '-1.5',
      '1.235e-7',
      'NaN',
      'Infinity',
    ]);
  });

  it('lose less than 0.05 % by rounding', () =>
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: 1e-300 }), (value) => {
        assert.ok(Math.abs(Number(formatNumber(value)) - value) <= 5.01e-4 * value);
      }),
    ));

  it('name durations', () => {
    const seconds = [0.04, 9.94, 59.4, 60, 185, 3599.7, 7800];
    assert.deepEqual(seconds.map(formatDuration), [
      '0.0 s',
      '9.9 s',
      '59 s',
      '1 min 00 s',
      '3 min 05 s',
      '1 h 00 min',
      '2 h 10 min',
    ]);
  });

  it('hold no markup once escaped', () =>
    fc.assert(
      fc.property(fc.string(), (text) => {
        const escaped = escapeHtml(text);
        assert.doesNotMatch(escaped, /[<>"']/);
        const back = escaped.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
        assert.equal(back, text);
      }),
    ));

  it('align in columns, numbers to the right, combining marks without width', () => {
    const columns = [textColumn('θ̂', [1, 22.5]), textColumn('name', ['a', null])];
    assert.equal(alignColumns(columns), '   θ̂  name\n────  ────\n   1  a\n22.5  –');
  });

  it('are shortened to head and tail only where that leaves something out', () => {
    assert.deepEqual(headAndTail(4, 2, 2), { indices: [0, 1, 2, 3], omitted: 0 });
    assert.deepEqual(headAndTail(9, 2, 1), { indices: [0, 1, 8], omitted: 6 });
  });
});

describe('shown tables', () => {
  const rows = [
    { method: '<ridge>', error: 0.123456 },
    { method: 'newton', error: null },
  ];
  const bundle = tableBundle(rows, { name: 'errors', caption: 'Error & method', timing: true });

  it('escape texts and align numbers to the right', () => {
    const html = bundle['text/html'] as string;
    assert.match(html, /<caption[^>]*>Error &#38; method<\/caption>/);
    assert.match(html, /<td style="text-align:left">&#60;ridge&#62;<\/td><td style="text-align:right">0\.1235<\/td>/);
  });

  it('carry their rows in full for the report', () =>
    assert.deepEqual(bundle['application/vnd.modelpred.table+json'], {
      name: 'errors',
      caption: 'Error & method',
      timing: true,
      rows,
    }));

  it('show long tables by head and tail and still carry every row', () => {
    const long = Array.from({ length: 1000 }, (_, i) => ({ i }));
    const { 'text/plain': plain, ...others } = tableBundle(long, { name: 'long' });
    assert.equal((plain as string).split('\n').length, 2 + 80 + 1);
    assert.match(plain as string, /1,000 rows, of which the first 70 and the last 10 are shown\.$/);
    assert.equal((others['application/vnd.modelpred.table+json'] as { rows: [] }).rows.length, 1000);
  });
});

describe('shown claims', () => {
  const bundle = claimsBundle([CLAIM, { ...CLAIM, verdict: 'does not hold' }]);

  it('say the verdict in words as well as in colour', () => {
    const html = bundle['text/html'] as string;
    assert.match(html, /color:#0072b2[^>]*>✓ holds</);
    assert.match(html, /color:#d55e00[^>]*>✗ does not hold</);
    assert.match(html, /The error is &#60;small&#62;\./);
  });

  it('give the measured number with its unit and interval', () =>
    assert.match(bundle['text/plain'] as string, /0\.01235 \(relative error\) +0\.01 to 0\.01512 \(95 % bootstrap\)/));

  it('carry the claims for the report', () =>
    assert.deepEqual(bundle['application/vnd.modelpred.claims+json'], {
      claims: [CLAIM, { ...CLAIM, verdict: 'does not hold' }],
    }));
});

describe('progress', () => {
  const stage = { progress: { label: 'training', done: 25, total: 100, detail: 'loss 0.5' }, elapsed: 30 };

  it('estimates the time left from the pace so far', () => {
    assert.equal(secondsLeft(stage), 90);
    assert.equal(secondsLeft({ ...stage, progress: { ...stage.progress, done: 0 } }), undefined);
  });

  it('says what is done, for how long, and what is left', () =>
    assert.equal(
      progressBundle([stage])['text/plain'],
      `${'█'.repeat(7)}${'░'.repeat(23)} training: 25 % (25 of 100) · 30 s so far, about 1 min 30 s left · loss 0.5`,
    ));

  it('says how long finished work took', () =>
    assert.match(
      progressBundle([{ ...stage, progress: { ...stage.progress, done: 100 } }])['text/plain'] as string,
      /^█{30} training: 100 % \(100 of 100\) · 30 s · loss 0\.5$/,
    ));
});

describe('the value of a cell', function () {
  this.timeout(60_000);
  it('is shown as claims where it is an array of claims', async () =>
    assert.ok('application/vnd.modelpred.claims+json' in (await present([CLAIM]))));

  it('is printed where it is none of the special kinds', async () => {
    for (const value of [[], [{}], [{ a: 1 }, { b: 1 }], [{ a: [1] }], { mark: 'x' }, null, [1, 2]]) {
      assert.deepEqual(Object.keys(await present(value)), ['text/plain'], JSON.stringify(value));
    }
  });

  it('is shown as a figure where it is a Vega-Lite specification, without its $schema', async () => {
    const data = { values: [{ a: 1 }] };
    for (const spec of [
      { $schema: 'x', data, mark: 'point', encoding: { x: { field: 'a', type: 'quantitative' } } },
      { data, hconcat: [{ mark: 'bar', encoding: { x: { field: 'a', type: 'quantitative' } } }] },
      { data, layer: [{ mark: 'rule', encoding: { x: { datum: 1, type: 'quantitative' } } }] },
      { data, facet: { field: 'a' }, spec: { mark: 'point', encoding: {} } },
    ]) {
      const bundle = await present(spec);
      assert.match(bundle['image/svg+xml'] as string, /^<svg/);
      assert.equal('$schema' in (bundle['application/vnd.vegalite.v5+json'] as object), false);
    }
  });
});
