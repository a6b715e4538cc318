import { strict as assert } from 'node:assert';
import path from 'node:path';
import { type CellCompiler, createCompiler, judge } from '../../kernels/modelpred/cells/compiler.cjs';
import { transformCell } from '../../kernels/modelpred/cells/transform.cjs';
import { toPoints, toUnits } from '../../kernels/modelpred/offsets.cjs';

describe('cells as scripts', () => {
  const script = (code: string): string =>
    transformCell(code, 'cell')
      .script.replace(/^"use strict"; /, '')
      .replace(/\s*\/\/# sourceURL=cell$/, '');

  it('declare variables that later cells may declare again', () => {
    assert.equal(script('const a: number = 1; var b = 2;'), 'let a = 1;\nlet b = 2;');
    assert.equal(script('export class A {}'), 'let A = class A {\n};');
    assert.match(script('enum E { A }'), /^let E = \(\(\) => \{[^]*return E;\n\}\)\(\);$/);
  });

  it('have functions and imports before all else', () => {
    assert.equal(
      script("f();\nfunction f() { return 1; }\nimport { a as b, type T } from 'm';"),
      'let f = function f() { return 1; };\nlet b = $modelpred.load(\'m\')["a"];\n$modelpred.last(f());'.replace(
        '$modelpred.last(f());',
        'f();',
      ),
    );
    assert.equal(
      script("import d, * as all from 'm';"),
      "let d = $modelpred.defaultOf($modelpred.load('m'));\nlet all = $modelpred.load('m');",
    );
  });

  it('keep the value of the last expression, unless it is an assignment', () => {
    assert.equal(script('1;\n({ a: 1 })'), '1;\n$modelpred.last(({ a: 1 }));');
    assert.equal(script('x = 3'), 'x = 3;');
  });

  it('wait so that an interrupt ends it, in nested functions too', () =>
    assert.equal(
      script('const f = async () => { await (g()); };'),
      'let f = async () => { await $modelpred.wait((g())); };',
    ));

  it('tell the lines they come from', () => {
    const { sourceLines } = transformCell('\n\nconst a = 1;\n\na', 'cell');
    assert.deepEqual(
      sourceLines.filter((line) => line >= 0),
      [2, 4],
    );
  });
});

describe('the compiler of cells', function () {
  this.timeout(60_000);
  let compiler: CellCompiler;
  before(() => {
    compiler = createCompiler(path.resolve(import.meta.dirname, '../../../notebooks'));
  });
  const run = (code: string): readonly string[] => {
    const result = compiler.compile(code, 'cell');
    if ('diagnostics' in result)
      return result.diagnostics.map(({ line, column, message }) => `${line + 1}:${column + 1} ${message}`);
    compiler.accept();
    return [];
  };

  it('knows the inferred types of earlier cells, and the last declaration of a name', () => {
    assert.deepEqual(run('const count = 2; let maybe: number | undefined; interface Point { x: number }'), []);
    assert.deepEqual(run('maybe = count; const p: Point = { x: count };'), []);
    assert.deepEqual(run("const name: string = 'a';\nconst wrong: string = count;"), [
      "2:7 Type 'number' is not assignable to type 'string'.",
    ]);
    assert.deepEqual(run("const count = 'two';"), []);
    assert.deepEqual(run('const right: string = count;'), []);
  });

  it('takes what tslab does not: parenthesised and looping awaits, shorthands, export', () => {
    assert.deepEqual(run('await (Promise.resolve(1)); const both = { count, maybe };'), []);
    assert.deepEqual(run('for await (const x of [Promise.resolve(1)]) x.toFixed();'), []);
    assert.deepEqual(run('export const shared = 1;'), []);
    assert.deepEqual(run('shared + 1'), []);
  });

  it('completes names, members, modules and strings, after mistakes too', () => {
    const matches = (marked: string): string[] => {
      const at = marked.indexOf('¦');
      return compiler.complete(marked.replace('¦', ''), at).matches.map(({ text }) => text);
    };
    run('const alphaBeta = { gamma: 1, delta: 2 };');
    assert.notDeepEqual(run('const = ;'), []);
    assert.ok(matches('alphaB¦').includes('alphaBeta'));
    assert.deepEqual(matches('alphaBeta.ga¦'), ['gamma']);
    assert.deepEqual(matches("alphaBeta['ga¦']"), ['gamma']);
    assert.deepEqual(matches("const mode: 'fast' | 'slow' = 'fa¦';"), ['fast']);
    assert.ok(matches("import { deriveS¦ } from 'modelpred'").includes('deriveSeed'));
    assert.ok(matches("import { show } from 'modelpred/note¦'").some((text) => text.endsWith('notebook')));
  });

  it('explains names, and functions inside their calls', () => {
    run('/** Doubles a number. */\nfunction doubleIt(n: number): number { return 2 * n; }');
    for (const code of ['doubleIt', 'doubleIt(', 'doubleIt(3']) {
      assert.match(compiler.inspect(code, code.length, false) ?? '', /Doubles a number/, code);
    }
    assert.equal(compiler.inspect('   ', 2, false), undefined);
  });

  it('knows unfinished code', () => {
    const complete = [
      'const x = 1',
      '',
      '// comment',
      'await foo()',
      "const x: number = 'a'",
      'const f = <T>(x: T): T => x;',
    ];
    const incomplete = [
      'const x = {',
      'foo(',
      '`template',
      '/* comment',
      'a +',
      'import {',
      'switch (a) { case 1:',
      'async () => {',
    ];
    const invalid = ['function function', 'const = 5', ')', 'let 1a = 2;', 'if (true) }', "'unterminated"];
    for (const [status, codes] of Object.entries({ complete, incomplete, invalid })) {
      for (const code of codes) assert.equal(judge(code).status, status, code);
    }
    assert.deepEqual(judge('function f() {\n  if (a) {'), { status: 'incomplete', indent: '    ' });
  });
});

describe('positions in code', () => {
  it('count code points there and UTF-16 units here', () => {
    const code = 'a😀b';
    assert.deepEqual(
      [0, 1, 2, 3, 99, -3, undefined].map((cursor) => toUnits(code, cursor)),
      [0, 1, 3, 4, 4, 0, 4],
    );
    assert.deepEqual(
      [0, 1, 3, 4].map((units) => toPoints(code, units)),
      [0, 1, 2, 3],
    );
  });
});
