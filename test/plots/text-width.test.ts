import assert from 'node:assert/strict';
import { createCanvas, GlobalFonts } from '@napi-rs/canvas';
import fc from 'fast-check';
import { characters, unitsPerEm, widths } from '../../src/plots/text-widths.js';
import { textWidth } from '../../src/plots/text-width.js';

const files = ['400Regular', '500Medium', '600SemiBold', '700Bold'];
const letters = [...characters];

/** Widths as the rasteriser measures them, in each of the four weights' own font. */
function measured(weight: number, size: number, text: string): number {
  const context = createCanvas(1, 1).getContext('2d');
  context.font = `${size}px "width test ${weight}"`;
  return context.measureText(text).width;
}

describe('text widths', () => {
  before(() => {
    for (const file of files)
      GlobalFonts.registerFromPath(
        `node_modules/@expo-google-fonts/roboto/${file}/Roboto_${file}.ttf`,
        `width test ${file.slice(0, 3)}`,
      );
  });

  it('are those of the bundled font, character by character', () => {
    assert.deepEqual([...widths.keys()], [400, 500, 600, 700]);
    for (const [weight, advances] of widths) {
      assert.equal(advances.length, letters.length);
      const wrong = letters.filter((letter, i) => Math.abs(measured(weight, unitsPerEm, letter) - advances[i]) > 0.5);
      assert.deepEqual(wrong, [], `weight ${weight}`);
    }
  });

  it('differ from measured ones by no more than kerning, in every size and weight', () => {
    const labels = [
      'ModelPred (improved) + one Newton step',
      'Spearman correlation with the reference',
      'means over held-out subsets and seeds; bars: 95 % bootstrap intervals over subsets',
      '0.00001',
      'mean θ',
      'utility −log-loss · ρ = 0.97',
    ];
    for (const weight of widths.keys())
      for (const fontSize of [11, 12, 13, 15])
        for (const label of labels) {
          const ratio = textWidth({ fontSize, fontWeight: weight }, label) / measured(weight, fontSize, label);
          assert.ok(Math.abs(ratio - 1) < 0.02, `${label}, weight ${weight}, ${fontSize} px: ${ratio}`);
        }
  });

  it('add up, grow with the size, and end at the limit', () => {
    const text = fc
      .array(fc.constantFrom(...letters.filter((letter) => letter.trim() !== '')))
      .map((all) => all.join(''));
    fc.assert(
      fc.property(text, text, fc.integer({ min: 1, max: 40 }), (a, b, fontSize) => {
        const width = (part: string) => textWidth({ fontSize }, part);
        assert.ok(Math.abs(width(a + b) - width(a) - width(b)) < 1e-6);
        assert.ok(Math.abs(textWidth({ fontSize: 2 * fontSize }, a) - 2 * width(a)) < 1e-6);
        assert.equal(textWidth({ fontSize, limit: 5 }, a), Math.min(5, width(a)));
      }),
    );
  });

  it('know names of weights, lacking characters and Vega’s defaults', () => {
    assert.equal(textWidth({ fontWeight: 'bold' }, 'word'), textWidth({ fontSize: 11, fontWeight: 700 }, 'word'));
    assert.equal(textWidth({ fontWeight: 'normal' }, 'word'), textWidth({}, 'word'));
    assert.equal(textWidth({ fontWeight: 550 }, 'word'), textWidth({ fontWeight: 600 }, 'word'));
    assert.equal(textWidth({}, '字'), textWidth({}, 'n'));
    assert.equal(textWidth({}, 'θ\u0302'), textWidth({}, 'θ'));
    assert.equal(textWidth({}, ' word '), textWidth({}, 'word'));
    assert.equal(textWidth({}, null), 0);
    assert.equal(textWidth({}, 12), textWidth({}, '12'));
  });
});
