import { strict as assert } from 'node:assert';
import { mendSource } from '../../kernels/modelpred/cell-source.cjs';
import { loadCompiler } from '../../kernels/modelpred/tslab.cjs';

describe('the source of a cell', () => {
  const mend = (code: string): ReturnType<typeof mendSource> => mendSource(loadCompiler(), code);

  it('stays as it is where nothing needs mending', () => {
    const code = 'const a = { b: 1, ...c };\nconst { d } = a;\nawait f();';
    assert.equal(mend(code).text, code);
  });

  it('has shorthand properties spelled out, nested and in assignments', () =>
    assert.equal(
      mend('f({ a, b: { c } }); ({ d, e = 1 } = x)').text,
      'f({ a: a, b: { c: c } }); ({ d: d, e: e = 1 } = x)',
    ));

  it('has a plain await where the others have parentheses', () =>
    assert.equal(mend('await (f())').text, 'await null; await (f())'));

  it('keeps the way back to what was written', () => {
    const code = 'await (g)\nf({ a, b }); wrong';
    const { text, originalOffset } = mend(code);
    for (const word of ['await (g)', 'f({', 'b:', 'wrong']) {
      const original = code.indexOf(word.replace(':', ' }'));
      assert.equal(originalOffset(text.indexOf(word)), original, word);
    }
    assert.equal(originalOffset(text.length), code.length);
  });
});
