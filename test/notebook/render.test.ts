import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { renderPng, renderSvg, type VegaLiteSpec } from '../../src/plots/render.js';

// Clip paths and gradients carry ids that Vega numbers through the process.
const spec = (width: number): VegaLiteSpec => ({
  width,
  data: { values: [1, 2, 3, 4].map((a) => ({ a, b: a * a })) },
  mark: {
    type: 'area',
    clip: true,
    color: {
      gradient: 'linear',
      stops: [
        { offset: 0, color: 'white' },
        { offset: 1, color: 'navy' },
      ],
    },
  },
  encoding: {
    x: { field: 'a', type: 'quantitative', scale: { domain: [1, 3] } },
    y: { field: 'b', type: 'quantitative', title: 'θ̂' },
  },
});
const hash = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const ids = (svg: string): string[] => [...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);

describe('drawing figures', function () {
  this.timeout(60_000);

  it('gives the same bytes for the same specification, also side by side', async () => {
    const drawn = await Promise.all([spec(100), spec(200), spec(100), spec(200)].map((one) => renderSvg(one)));
    assert.equal(drawn[0], drawn[2]);
    assert.equal(drawn[1], drawn[3]);
    assert.notEqual(drawn[0], drawn[1]);
  });

  it('gives the same bytes in another process', async () => {
    const render = pathToFileURL(path.resolve(import.meta.dirname, '../../src/plots/render.js')).href;
    const source = `import { renderSvg } from '${render}';
await renderSvg(${JSON.stringify(spec(50))});
process.stdout.write(await renderSvg(${JSON.stringify(spec(100))}));`;
    const elsewhere = execFileSync(process.execPath, ['--input-type=module', '-e', source], { encoding: 'utf8' });
    assert.equal(hash(elsewhere), hash(await renderSvg(spec(100))));
  });

  it('gives drawings ids of their own, each defined and used', async () => {
    const [one, two] = await Promise.all([spec(100), spec(200)].map((one) => renderSvg(one)));
    assert.ok(ids(one).length >= 2, 'a clip path and a gradient');
    assert.equal(ids(one).filter((id) => ids(two).includes(id)).length, 0);
    for (const id of ids(one)) assert.ok(one.includes(`url(#${id})`), id);
    for (const [, id] of one.matchAll(/url\(#([^)]+)\)/g)) assert.ok(ids(one).includes(id), id);
  });

  it('leaves the specification alone', async () => {
    const given = spec(100);
    await renderSvg(given);
    assert.deepEqual(given, spec(100));
  });

  it('places every line of a text from the first one, not from the one before', async () => {
    const svg = await renderSvg({ ...spec(100), title: { text: ['one', 'two', 'three'], fontSize: 10 } });
    assert.match(svg, /<tspan>one<\/tspan><tspan x="0" y="12">two<\/tspan><tspan x="0" y="24">three<\/tspan>/);
  });

  it('draws PNG at the asked scale, with text', async () => {
    const svg = await renderSvg(spec(100));
    const width = Number(/width="(\d+)"/.exec(svg)![1]);
    const png = await renderPng(spec(100), 3);
    assert.ok(png, 'the rasteriser is a development dependency');
    assert.equal(Buffer.from(png).toString('latin1', 1, 4), 'PNG');
    assert.equal(Buffer.from(png).readUInt32BE(16), 3 * width);
    const untitled = await renderPng({ ...spec(100), config: { axis: { labelOpacity: 0 } } }, 3);
    assert.notEqual(hash(png), hash(untitled!), 'labels are drawn');
  });
});
