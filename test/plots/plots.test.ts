import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { LoggerInterface } from 'vega';
import type { TopLevelSpec } from 'vega-lite';
import { InputError } from '../../src/errors.js';
import { frontier } from '../../src/plots/costAccuracy.js';
import { methodStyles, type ErrorBySizeRow } from '../../src/plots/index.js';
import { errorBySize } from '../../src/plots/errorBySize.js';
import { renderSvg } from '../../src/plots/render.js';
import { figures } from './tables.js';

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
        const axes = (await draw(specify(table))).svg.match(/aria-label="[XY]-axis[^"]*(linear|log) scale/g) ?? [];
        // Pictures have places and maps have cells, not axes of numbers.
        assert.equal(axes.length >= 1, name !== 'pictures' && name !== 'attributionMap');
        for (const axis of axes) assert.match(axis, /-axis titled '/);
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
