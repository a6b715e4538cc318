import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { LoggerInterface } from 'vega';
import type { TopLevelSpec } from 'vega-lite';
import { InputError } from '../../src/errors.js';
import { frontier } from '../../src/plots/cost-accuracy.js';
import { methodStyles, type ErrorBySizeRow } from '../../src/plots/index.js';
import { errorBySize } from '../../src/plots/lines.js';
import { dodged, logTicks } from '../../src/plots/figure.js';
import { renderSvg } from '../../src/plots/render.js';
import { removalCurves } from '../../src/plots/removal-curves.js';
import { figures, removalRows } from './tables.js';

const goldenFolder = join('test', 'fixtures', 'plots');

/** Compiles and draws, collecting every word of complaint. */
async function draw(spec: TopLevelSpec): Promise<{ svg: string; complaints: string[] }> {
  const complaints: string[] = [];
  const complain = (...words: readonly unknown[]) => {
    complaints.push(words.map(String).join(' '));
    return logger;
  };
  const quiet = () => logger;
  const logger: LoggerInterface = {
    level: () => logger,
    error: complain,
    warn: complain,
    info: quiet,
    debug: quiet,
  };
  return { svg: await renderSvg(spec, logger), complaints };
}

/** Numbers cut to two decimals: platforms differ in the last digits of layout. */
const cutDecimals = (svg: string): string => svg.replace(/(\d+\.\d{2})\d+/g, '$1').replaceAll('><', '>\n<');

describe('plots', () => {
  for (const [name, { table, draw: specify }] of Object.entries(figures)) {
    describe(name, () => {
      it('compiles and draws without a warning', async () => {
        assert.deepEqual((await draw(specify(table))).complaints, []);
      });

      it('needs neither intervals nor optional numbers', async () => {
        const optional = new Set(
          ['convergence', 'agreementByTime'].includes(name) ? ['low', 'high'] : ['low', 'high', 'correlation'],
        );
        const sparse = table
          .filter((row) => row.error !== null && row.chosen !== true)
          .map((row) =>
            Object.fromEntries(
              Object.entries(row).map(([column, cell]) => [column, optional.has(column) ? null : cell]),
            ),
          );
        assert.deepEqual((await draw(specify(sparse))).complaints, []);
      });

      it('draws a single row', async () => {
        const { svg, complaints } = await draw(specify(table.filter((row) => row.error !== null).slice(0, 1)));
        assert.deepEqual(complaints, []);
        assert.ok(!/NaN|Infinity/.test(svg));
      });

      it('looks as recorded', async () => {
        const svg = cutDecimals((await draw(specify(table))).svg) + '\n';
        const golden = join(goldenFolder, `${name}.svg`);
        if (process.env.UPDATE_GOLDEN === '1') {
          mkdirSync(goldenFolder, { recursive: true });
          writeFileSync(golden, svg);
        }
        assert.ok(existsSync(golden), `${golden} is missing; write it with UPDATE_GOLDEN=1`);
        assert.ok(
          svg === readFileSync(golden, 'utf8'),
          `differs from ${golden}; look at it, then run with UPDATE_GOLDEN=1`,
        );
      });

      it('carries every number it is given and draws no other than numbers', async () => {
        const carried = new Set(JSON.stringify(specify(table)).match(/-?\d+(\.\d+)?(e[+-]\d+)?/g));
        for (const cell of table.flatMap((row) => Object.values(row)))
          if (typeof cell === 'number') assert.ok(carried.has(String(cell)), String(cell));
        assert.ok(!/NaN|Infinity|undefined/.test((await draw(specify(table))).svg));
      });

      it('leaves its table as it was and shares nothing with it', () => {
        const before = structuredClone(table);
        const spec = specify(table);
        const recorded = JSON.stringify(spec);
        assert.deepEqual(table, before);
        const mutable = structuredClone(table) as Record<string, unknown>[];
        const other = specify(mutable as typeof table);
        for (const row of mutable) for (const column of Object.keys(row)) row[column] = -1;
        assert.equal(JSON.stringify(other), recorded);
      });

      it('is plain JSON without a schema of its own, with a title and a text for the blind', () => {
        const spec = specify(table);
        assert.deepEqual(JSON.parse(JSON.stringify(spec)), spec);
        assert.ok(!('$schema' in spec));
        assert.ok((spec.title as { text: string }).text.length > 0);
        assert.match(spec.description ?? '', /\.$/);
      });

      it('names every axis that carries numbers', async () => {
        const [, ...axes] = (await draw(specify(table))).svg.split('role-axis"');
        // Of panels side by side only the leftmost names and labels the vertical axis. Pictures have places and maps have cells.
        const numbered = axes.filter(
          (axis) => /^[^>]*(linear|log) scale/.test(axis) && axis.includes('role-axis-label'),
        );
        assert.equal(numbered.length >= 1, name !== 'pictures' && name !== 'attributionMap');
        for (const axis of numbered) assert.match(axis, /^[^>]*[XY]-axis titled '/);
      });

      it('says in a sentence that its table is empty', () => {
        assert.throws(
          () => specify([]),
          (error) => error instanceof InputError && /table is empty/.test(error.message),
        );
      });

      it('names a missing column', () => {
        const column = Object.keys(table[0])[0];
        const lacking = table.map((row) => Object.fromEntries(Object.entries(row).slice(1)));
        assert.throws(
          () => specify(lacking),
          (error) => error instanceof InputError && error.message.includes(`column "${column}"`),
        );
      });
    });
  }

  it('draws an interval that reaches zero on a logarithmic axis at the border', async () => {
    const row: ErrorBySizeRow = { dataset: 'd', method: 'random', size: 5, error: 0.1, low: 0, high: 0.2 };
    const { svg, complaints } = await draw(errorBySize([row, { ...row, size: 6, error: 0, low: null, high: null }]));
    assert.deepEqual(complaints, []);
    assert.ok(!/NaN|Infinity/.test(svg));
  });

  it('refuses a logarithmic axis without a positive number', () => {
    const row: ErrorBySizeRow = { dataset: 'd', method: 'random', size: 5, error: 0, low: null, high: null };
    assert.throws(() => errorBySize([row]), /no positive value/);
  });
});

describe('logarithmic axes', () => {
  it('have few ticks, all inside the axis, rising, and round', () => {
    const range = fc.tuple(fc.double({ min: -9, max: 6, noNaN: true }), fc.double({ min: 0.2, max: 9, noNaN: true }));
    fc.assert(
      fc.property(range, ([from, decades]) => {
        const [low, high] = [10 ** from, 10 ** (from + decades)];
        const ticks = logTicks(low, high);
        assert.ok(ticks.length >= (decades > 0.4 ? 3 : 2) && ticks.length <= 9, String(ticks));
        ticks.forEach((tick, k) => {
          assert.ok(tick >= low && tick <= high && (k === 0 || tick > ticks[k - 1]), String(ticks));
          assert.match(tick.toExponential(), /^\d(\.\d)?e/);
        });
      }),
    );
  });

  it('take powers of ten alone where they are enough', () => {
    assert.deepEqual(logTicks(0.0008, 1.25), [0.001, 0.01, 0.1, 1]);
    assert.deepEqual(logTicks(0.03, 2), [0.05, 0.1, 0.2, 0.5, 1, 2]);
    assert.deepEqual(logTicks(1e-11, 2), [1e-11, 1e-9, 1e-7, 1e-5, 1e-3, 0.1]);
  });
});

describe('intervals at the same place', () => {
  it('stand side by side, in the order of the methods and around the place', () => {
    const moved = dodged(['one Newton step', 'random', 'ModelPred (full)'].map((method) => ({ method })));
    assert.deepEqual(
      moved.map(({ dodge }) => dodge),
      [0, -3, 3],
    );
  });
});

describe('removal in a single order', () => {
  it('needs no headings of its own: data sets stand side by side and the axis says the order', async () => {
    const rows = removalRows.filter((row) => row.order === 'lowest value first');
    const { svg, complaints } = await draw(removalCurves(rows));
    assert.deepEqual(complaints, []);
    assert.equal(svg.match(/>pool removed, lowest value first</g)?.length, 2);
    assert.ok(!svg.includes('>lowest value first<'));
  });
});

describe('method styles', () => {
  const known = ['mean θ', 'ridge on the mask', 'influence function', 'one Newton step', 'ModelPred (full)', 'random'];

  it('do not depend on which other known methods are drawn, nor on their order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(known, { minLength: 1 }), (methods) => {
        const all = methodStyles(known);
        for (const [method, style] of methodStyles(methods)) assert.deepEqual(style, all.get(method));
      }),
    );
  });

  it('tell every pair of up to eight unknown methods and all known ones apart', () => {
    const unknown = Array.from({ length: 8 }, (_, index) => `new method ${index}`);
    const styles = [...methodStyles([...known, ...unknown]).values()].map((style) => JSON.stringify(style));
    assert.equal(new Set(styles).size, styles.length);
  });
});

describe('cost frontier', () => {
  it('holds exactly the rows that no other row dominates', () => {
    const row = fc.record({
      totalSeconds: fc.integer({ min: 1, max: 9 }),
      error: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 12 }), (rows) => {
        const found = new Set(frontier(rows).map((r) => `${r.totalSeconds} ${r.error}`));
        const dominated = (r: (typeof rows)[number]) =>
          rows.some(
            (o) =>
              o.totalSeconds <= r.totalSeconds &&
              o.error <= r.error &&
              (o.totalSeconds < r.totalSeconds || o.error < r.error),
          );
        const expected = new Set(rows.filter((r) => !dominated(r)).map((r) => `${r.totalSeconds} ${r.error}`));
        assert.deepEqual(found, expected);
      }),
    );
  });
});
