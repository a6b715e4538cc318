import assert from 'node:assert/strict';
import type { INotebookContent } from '@jupyterlab/nbformat';
import type { TopLevelSpec } from 'vega-lite';
import { lightForm, lightSpec, upng, withPalette } from '../../scripts/report/light.js';
import { renderPng, renderSvg } from '../../src/plots/render.js';
import { figures } from '../plots/tables.js';
import { executedNotebook } from './executed.js';

describe('light notebooks', () => {
  for (const [name, { table, draw }] of Object.entries(figures)) {
    it(`draw the figure ${name} as before, from a smaller specification`, async () => {
      const spec = draw(table);
      const light = JSON.parse(JSON.stringify(lightSpec(spec))) as TopLevelSpec;
      const [before, after] = [withoutLabels(await renderSvg(spec)), withoutLabels(await renderSvg(light))];
      // Where numbers differ it is by what nobody sees; words, marks and colours are the same.
      const shape = (svg: string) => svg.replace(/-?\d+(\.\d+)?(e-?\d+)?/g, '#').replace(/f[#0-9a-f]{4,}/g, 'id');
      assert.equal(shape(after).length, shape(before).length);
      assert.ok(largestDifference(before, after) <= 1, `off by ${largestDifference(before, after)} pixels or levels`);
    });
  }

  it('have pictures of few colours that differ little from the whole ones', async () => {
    const { table, draw } = figures.errorBySize;
    const png = (await renderPng(draw(table), 1.25)) ?? assert.fail('no rasteriser');
    const light = withPalette(png);
    assert.ok(light.length < png.length / 2, `${light.length} of ${png.length} bytes`);
    const pixels = (bytes: Uint8Array) => {
      const picture = upng.decode(bytes.slice().buffer);
      return new Uint8Array(upng.toRGBA8(picture)[0]);
    };
    const [before, after] = [pixels(png), pixels(light)];
    assert.equal(after.length, before.length);
    const difference = before.reduce((sum, value, k) => sum + Math.abs(value - after[k]), 0) / before.length;
    assert.ok(difference < 1, `${difference} of 255 levels on average`);
    assert.equal(withPalette(light), light);
  });

  it('are the same when they are made light again, and keep tables, claims and prose', async () => {
    const executed = (await executedNotebook()) as INotebookContent;
    const once = lightForm(executed);
    assert.deepEqual(lightForm(once), once);
    const others = ({ cells }: INotebookContent) =>
      JSON.stringify(cells, (key, value: unknown) => (/^image|vegalite/.test(key) ? undefined : value));
    assert.equal(others(once), others(executed));
  });
});

/** A drawing without what it tells those who cannot see it: that holds numbers to their last digit. */
const withoutLabels = (svg: string): string => svg.replace(/ aria-label="[^"]*"/g, '');

/** The largest difference between numbers at the same place of two drawings. */
function largestDifference(before: string, after: string): number {
  const numbers = (svg: string) =>
    (svg.replace(/ id="[^"]*"|url\([^)]*\)|f[0-9a-f]{8}-/g, '').match(/-?\d+(\.\d+)?(e-\d+)?/g) ?? []).map(Number);
  const [a, b] = [numbers(before), numbers(after)];
  return a.reduce((most, value, k) => Math.max(most, Math.abs(value - b[k])), a.length === b.length ? 0 : Infinity);
}
