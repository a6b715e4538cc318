import { strict as assert } from 'node:assert';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { executeWithNbclient, jupyterPython, type JupyterPython } from './nbclient.js';
import { notebookOf, temporaryFolder } from './workspace.js';

type Bundle = Record<string, unknown>;
interface Output {
  output_type: string;
  name?: string;
  text?: string | string[];
  data?: Bundle;
  ename?: string;
  evalue?: string;
}
const figureCell = `import { show } from 'modelpred/notebook';
await show({ data: { values: [{ size: 1, error: 3 }, { size: 2, error: 1 }] }, mark: 'line',
  encoding: { x: { field: 'size', type: 'quantitative' }, y: { field: 'error', type: 'quantitative' } } });`;

const join = (text: string | string[] = ''): string => (Array.isArray(text) ? text.join('') : text);
const printed = (outputs: Output[] = [], name = 'stdout'): string =>
  outputs
    .filter((output) => output.name === name)
    .map(({ text }) => join(text))
    .join('');

describe('real Jupyter', () => {
  const { folder, remove } = temporaryFolder();
  const input = path.join(folder, 'input.ipynb');
  let python: JupyterPython;

  before(async function () {
    python = (await jupyterPython(folder)) ?? this.skip();
  });
  after(() => remove());

  describe('nbclient', () => {
    const sources = {
      imports: "import { randomStream } from 'modelpred';\nconst stream = randomStream(1, 'test');",
      uses: 'const n: number = await Promise.resolve(stream.integer(1));\nn + 42',
      folder: 'process.cwd()',
      throws: "throw new RangeError('the pool is empty');",
      rejects: "await Promise.reject(new RangeError('the bank is empty'));",
      abandons: "void Promise.reject(new RangeError('nobody waits'));",
      mistyped: "const three: number = 'three';",
      loops: 'while (true) {}',
      prints: 'for (let i = 0; i < 20_000; i++) console.log(i);',
      last: 'n + 43',
    };
    const names = Object.keys(sources);
    const outputs = new Map<string, Output[]>();
    const failures = new Map<string, string | null>();
    const value = (name: string): string => join(outputs.get(name)?.[0]?.data?.['text/plain'] as string);

    before(async () => {
      const notebook = notebookOf(Object.values(sources));
      const ended = await executeWithNbclient(python, { notebook, folder, secondsPerCell: 20 });
      names.forEach((name, i) => outputs.set(name, (ended.executed.cells[i].outputs as Output[] | undefined) ?? []));
      names.forEach((name, i) => failures.set(name, ended.failures[i]));
    });

    it('finds the kernel, which runs typed cells that share variables and import the package by its name', () => {
      assert.equal(failures.get('imports'), null);
      assert.equal(outputs.get('uses')?.[0].output_type, 'execute_result');
      assert.equal(value('uses'), '42');
      assert.ok(value('folder').includes(path.basename(folder)), "the working folder is the notebook's");
    });

    for (const [name, title, message] of [
      ['throws', 'a cell that throws', /RangeError: the pool is empty/],
      ['rejects', 'a cell that awaits a rejection', /RangeError: the bank is empty/],
      ['abandons', 'a cell that leaves a rejection unhandled', /RangeError: nobody waits/],
      ['mistyped', 'a cell with a type error', /Type 'string' is not assignable to type 'number'/],
      ['loops', 'a cell that never returns, which it interrupts', /InterruptedError/],
    ] as const) {
      it(`reports ${title} as CellExecutionError with its message`, () => {
        assert.match(failures.get(name) ?? '', message);
        assert.equal(outputs.get(name)?.at(-1)?.output_type, 'error');
      });
    }

    it('loses no output of a cell that prints much', () => {
      const lines = printed(outputs.get('prints')).trimEnd().split('\n');
      assert.deepEqual(
        lines,
        Array.from({ length: 20_000 }, (_, i) => String(i)),
      );
    });

    it('goes on with the same variables after all that', () => {
      assert.equal(failures.get('last'), null);
      assert.equal(value('last'), '43');
    });
  });

  it('nbconvert stops at a failing cell with its message and writes nothing', async () => {
    writeFileSync(input, JSON.stringify(notebookOf(["throw new RangeError('the pool is empty');"])));
    const ended = await python('-m', 'nbconvert', '--execute', '--to', 'notebook', input, '--output', 'none.ipynb');
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /CellExecutionError[^]*RangeError: the pool is empty/);
    assert.equal(existsSync(path.join(folder, 'none.ipynb')), false);
  });

  it('nbconvert makes a page whose figures need no network', async function () {
    // Version 6 takes the shapes out of SVG pictures.
    const version = await python('-c', 'import nbconvert; print(nbconvert.__version__)');
    if (parseInt(version.stdout) < 7) return this.skip();
    writeFileSync(input, JSON.stringify(notebookOf([figureCell])));
    const ended = await python('-m', 'nbconvert', '--execute', '--to', 'html', input, '--output', 'page.html');
    assert.equal(ended.code, 0, ended.stderr);
    const page = readFileSync(path.join(folder, 'page.html'), 'utf8');
    const shown = page.slice(
      page.lastIndexOf('class="jp-OutputArea-output') >= 0 ? page.lastIndexOf('jp-OutputArea-output') : 0,
    );
    const picture =
      /<svg[^]*?<\/svg>|<img[^>]*src="data:image[^"]+"[^>]*>/.exec(shown)?.[0] ?? assert.fail('no picture');
    assert.ok(picture.length > 1000, picture);
    assert.doesNotMatch(picture, /(src|href)="(https?:)?\/\//);
  });
});
