import { strict as assert } from 'node:assert';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import {
  type CellEvent,
  type Execution,
  executeNotebook,
  type ExecuteOptions,
  InputError,
  InterruptedError,
} from '../../kernels/modelpred/execute.cjs';
import { dataOf, notebookOf, outputsOf, type Source } from './notebooks.js';

const parametersCell: Source = {
  source: "let profile: 'smoke' | 'quick' | 'full' = 'quick';\nlet seed = 1;",
  tags: ['parameters'],
};

const claim = (guarded: boolean, verdict: string): string =>
  `import { showClaims } from 'modelpred/notebook';
showClaims([{ id: 'the-claim', statement: 'It is so.', source: 'test', measured: 1, unit: 'one', verdict: '${verdict}', guarded: ${guarded} }]);`;

/** A way to fail: the cells, the number of the one to blame, its first line and what is said about it. */
interface FailureCase {
  readonly title: string;
  readonly cells: readonly Source[];
  readonly cell: number;
  readonly line: string;
  readonly message: RegExp;
  readonly options?: ExecuteOptions;
}

const FAILURES: readonly FailureCase[] = [
  {
    title: 'throws',
    cells: ['1', "// Why.\nconst limit = 3;\nthrow new RangeError('above ' + limit);", '3'],
    cell: 2,
    line: 'const limit = 3;',
    message: /^RangeError: above 3$/,
  },
  {
    title: 'awaits a promise that rejects',
    cells: ["await Promise.reject(new Error('no data'));"],
    cell: 1,
    line: "await Promise.reject(new Error('no data'));",
    message: /^Error: no data$/,
  },
  {
    title: 'leaves a rejection unhandled',
    cells: ["Promise.reject(new Error('lost'));\nconst after = 1;", '2'],
    cell: 1,
    line: "Promise.reject(new Error('lost'));",
    message: /^Error: lost$/,
  },
  {
    title: 'has a type error',
    cells: ['const count = 2;', "const name: string = 'a';\nconst wrong: string = count;"],
    cell: 2,
    line: "const name: string = 'a';",
    message: /^TypeCheckError: 2:7 - Type 'number' is not assignable to type 'string'\.$/,
  },
  {
    title: 'leaves an error in a timer that fires during a later cell',
    cells: [
      "void setTimeout(() => { throw new Error('late'); }, 3000);",
      'await new Promise((resolve) => setTimeout(resolve, 8000));',
    ],
    cell: 1,
    line: "void setTimeout(() => { throw new Error('late'); }, 3000);",
    message: /^Error: late \(it surfaced while cell 2 ran\)$/,
  },
  {
    title: 'leaves an error in a timer that fires after the last cell',
    cells: ["void setTimeout(() => { throw new Error('last'); }, 400);"],
    cell: 1,
    line: "void setTimeout(() => { throw new Error('last'); }, 400);",
    message: /^Error: last$/,
  },
  {
    title: 'writes to stderr',
    cells: ["console.warn('\\n=====\\ncareful');"],
    cell: 1,
    line: "console.warn('\\n=====\\ncareful');",
    message: /^it wrote to stderr: careful$/,
  },
  {
    title: 'writes to stderr past the kernel',
    cells: [
      "import { writeSync } from 'node:fs';\nwriteSync(2, 'native\\n');\nawait new Promise((r) => setTimeout(r, 200));",
    ],
    cell: 1,
    line: "import { writeSync } from 'node:fs';",
    message: /^it wrote to stderr: native$/,
  },
  {
    title: 'takes too long',
    cells: ['1', "console.log('before');\nwhile (true) {}"],
    cell: 2,
    line: "console.log('before');",
    message: /^it took longer than the 6 seconds a cell may take$/,
    options: { cellTimeout: 6 },
  },
  {
    title: 'calls process.exit',
    cells: ['process.exit(0);'],
    cell: 1,
    line: 'process.exit(0);',
    message: /^Error: process\.exit\(0\) was called/,
  },
  {
    title: 'takes the process down',
    cells: ["process.kill(process.pid, 'SIGKILL');\nawait new Promise(() => undefined);"],
    cell: 1,
    line: "process.kill(process.pid, 'SIGKILL');",
    message: /^it ended the kernel process \(signal SIGKILL\)$/,
  },
  {
    title: 'shows a guarded claim that does not hold',
    cells: [claim(false, 'does not hold'), claim(true, 'holds'), claim(true, 'not testable here')],
    cell: 3,
    line: "import { showClaims } from 'modelpred/notebook';",
    message: /^the guarded claim the-claim is not met \(not testable here\): It is so\.$/,
  },
];

/** Runs tasks side by side, as many as there are cores. */
async function inParallel(tasks: readonly (() => Promise<void>)[]): Promise<void> {
  const waiting = [...tasks];
  const worker = async (): Promise<void> => {
    for (let task = waiting.shift(); task; task = waiting.shift()) await task();
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

describe('executing a notebook: what makes it fail', function () {
  this.timeout(240_000);
  const executions = new Map<string, Execution>();
  before(() =>
    inParallel(
      FAILURES.map(({ title, cells, options }) => async () => {
        executions.set(title, await executeNotebook(notebookOf(...cells), options));
      }),
    ),
  );

  for (const { title, cell, line, message } of FAILURES) {
    it(`a cell that ${title}`, () => {
      const { ok, failure } = executions.get(title)!;
      assert.equal(ok, false);
      assert.match(failure!.message, message);
      assert.deepEqual(
        { index: failure!.cellIndex, number: failure!.cellNumber, id: failure!.cellId, line: failure!.line },
        { index: cell - 1, number: cell, id: `cell-${cell}`, line },
      );
    });
  }

  it('keeps what a cell printed before it hung', () => {
    const [output] = outputsOf(executions.get('takes too long')!.notebook, 2);
    assert.equal(output.text, 'before\n');
  });

  it('says where an error was thrown, in words of the cell', () => {
    const [output] = outputsOf(executions.get('throws')!.notebook, 2);
    assert.equal(output.output_type, 'error');
    assert.deepEqual(output.traceback, [
      'RangeError: above 3',
      "    at (cell 2: throw new RangeError('above ' + limit);)",
    ]);
  });

  it('does not run the cells after the failed one', () => {
    const { cells } = executions.get('throws')!.notebook;
    assert.deepEqual(
      cells.map((cell) => cell.execution_count),
      [1, 2, null],
    );
  });
});

describe('executing a notebook', function () {
  this.timeout(180_000);
  const NOTEBOOK = notebookOf(
    parametersCell,
    '`${profile} ${seed}`', // 2, after the injected one 3
    "import { randomStream, type RandomStream } from 'modelpred';\nconst stream: RandomStream = randomStream(1);",
    'for (let i = 0; i < 20_000; i++) console.log(i);',
    'const doubled = await (async () => 21 * 2)();\nawait (Promise.resolve(doubled))',
    "require('node:path').basename(process.cwd())",
    'new Float64Array(1000).fill(0.123456)',
    "import * as dfd from 'danfojs-node';\nnew dfd.DataFrame(Array.from({ length: 20 }, (_, i) => ({ i, name: `<${i}>` })))",
    'new dfd.Series([1, 2, 3])',
    'dfd.tensorflow.enableProdMode();\ndfd.tensorflow.tensor2d([[1, 2, 3], [4, 5, 6]])',
    "({ data: { values: [{ a: 1 }] }, mark: 'point', encoding: { x: { field: 'a', type: 'quantitative' } } })",
    '[{ method: "one", error: 0.123456 }, { method: "two", error: 2 }]',
    "import { cellControl, show, type MimeBundle } from 'modelpred/notebook';\nconst control = cellControl();\nfor (let i = 0; i <= 50; i++) control.onProgress?.({ label: 'work', done: i, total: 50 });",
    "// Not awaited, and still shown before the cell ends.\nvoid show({ data: { values: [{ a: 1 }] }, mark: 'bar', encoding: { x: { field: 'a' } } }, { name: 'bars' });",
    'seed = seed + 1',
    '[3, 1, 2].toSorted()',
    'new Map([[1, 2]])',
    'const both = { profile, seed };\nlet other = 0;\n({ seed, other = 4 } = { seed: 9 } as { seed: number; other?: number });\n`${JSON.stringify(both)} ${seed} ${other}`',
  );
  const events: CellEvent[] = [];
  let execution: Execution;
  const outputs = (number: number): ReturnType<typeof outputsOf> => outputsOf(execution.notebook, number + 1);
  before(async () => {
    const given = structuredClone(NOTEBOOK);
    execution = await executeNotebook(given, {
      parameters: { profile: 'full', seed: 7 },
      folder: path.resolve(import.meta.dirname, '../../../notebooks'),
      onCell: (event) => events.push(event),
    });
    assert.deepEqual(given, NOTEBOOK, 'the given notebook is left alone');
  });

  it('succeeds', () => assert.deepEqual(execution.failure, undefined));

  it('assigns parameters in a cell of their own, after the one that declares them', () => {
    const injected = execution.notebook.cells[1];
    assert.deepEqual(injected.metadata, { tags: ['injected-parameters'] });
    assert.equal(injected.source, 'profile = "full";\nseed = 7;');
    assert.equal(dataOf(outputs(2)[0], 'text/plain'), 'full 7');
  });

  it('keeps all of 20,000 printed lines', () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `${i}\n`).join('');
    assert.deepEqual(outputs(4), [{ output_type: 'stream', name: 'stdout', text: lines }]);
  });

  it('awaits at the top level, parenthesised expressions too', () =>
    assert.equal(dataOf(outputs(5)[0], 'text/plain'), '42'));

  it("runs in the notebook's folder", () => assert.equal(dataOf(outputs(6)[0], 'text/plain'), 'notebooks'));

  it('shows typed arrays by type, length and head', () =>
    assert.match(dataOf(outputs(7)[0], 'text/plain') as string, /^Float64Array, length 1,000\n\[0\.1235, .*, …\]$/));

  it('shows data frames by shape, head and tail, escaped', () => {
    const html = dataOf(outputs(8)[0], 'text/html') as string;
    assert.match(html, /20 rows × 2 columns, of which the first 5 and the last 5 are shown/);
    assert.match(html, /&#60;19&#62;/);
    assert.doesNotMatch(html, /&#60;10&#62;/);
  });

  it('shows series', () => assert.match(dataOf(outputs(9)[0], 'text/plain') as string, /3 values \(int32\)$/));

  it('shows tensors by shape, type and head', () =>
    assert.equal(dataOf(outputs(10)[0], 'text/plain'), 'Tensor, shape 2×3, float32\n[1, 2, 3]\n[4, 5, 6]'));

  it('shows Vega-Lite specifications as figures', () =>
    assert.match(dataOf(outputs(11)[0], 'image/svg+xml') as string, /^<svg/));

  it('shows tidy tables', () =>
    assert.equal(
      dataOf(outputs(12)[0], 'text/plain'),
      'method   error\n──────  ──────\none     0.1235\ntwo          2',
    ));

  it('tells of progress, and leaves it out of the saved notebook', () => {
    assert.deepEqual(outputs(13), []);
    assert.ok(
      events.some(({ number, progress }) => number === 14 && progress?.done === 50 && progress.label === 'work'),
    );
  });

  it('waits for figures that are not awaited', () =>
    assert.deepEqual(dataOf(outputs(14)[0], 'application/vnd.modelpred.figure+json'), { name: 'bars', timing: false }));

  it('shows no value for an assignment', () => assert.deepEqual(outputs(15), []));

  it('knows the ES2023 methods that Node has', () => assert.equal(dataOf(outputs(16)[0], 'text/plain'), '[ 1, 2, 3 ]'));

  it('shows anything else as Node prints it', () =>
    assert.equal(dataOf(outputs(17)[0], 'text/plain'), 'Map(1) { 1 => 2 }'));

  it('finds variables of earlier cells in shorthand properties', () =>
    assert.equal(dataOf(outputs(18)[0], 'text/plain'), '{"profile":"full","seed":8} 9 4'));

  it('tells of each cell when it starts and when it ends', () => {
    const ended = events.filter(({ state }) => state === 'finished');
    assert.deepEqual(
      ended.map(({ number }) => number),
      Array.from({ length: 19 }, (_, i) => i + 1),
    );
    assert.ok(events.every(({ total }) => total === 19));
  });
});

describe('executing a notebook: refusals and stopping', function () {
  this.timeout(120_000);

  it('refuses a parameter that is not declared', () =>
    assert.rejects(
      executeNotebook(notebookOf(parametersCell), { parameters: { sed: 1 } }),
      (error) => error instanceof InputError && /no parameter sed: .* profile, seed/.test(error.message),
    ));

  it('refuses parameters for a notebook without a parameters cell', () =>
    assert.rejects(executeNotebook(notebookOf('1'), { parameters: { seed: 1 } }), InputError));

  it('replaces the parameters of an earlier run', async () => {
    const { notebook } = await executeNotebook(
      notebookOf(parametersCell, { source: 'seed = 3;', tags: ['injected-parameters'] }, 'seed'),
      { parameters: { seed: 4 } },
    );
    assert.deepEqual(
      notebook.cells.map(({ source }) => source),
      [(parametersCell as { source: string }).source, 'seed = 4;', 'seed'],
    );
    assert.equal(dataOf(outputsOf(notebook, 3)[0], 'text/plain'), '4');
  });

  it('stops on request and gives the cell the chance to stop in order', async () => {
    const { mkdtemp, readFile } = await import('node:fs/promises');
    const { tmpdir } = await import('node:os');
    const file = `${await mkdtemp(`${tmpdir()}/modelpred-`)}/stopped`;
    const stop = new AbortController();
    const source = `import { cellControl } from 'modelpred/notebook';
import { writeFileSync } from 'node:fs';
const { signal, onProgress } = cellControl();
const stopped = new Promise((_, reject) => signal!.addEventListener('abort', () => {
  writeFileSync('${file}', signal!.reason.name);
  reject(signal!.reason);
}));
await new Promise((resolve) => setTimeout(resolve, 100));
onProgress!({ label: 'waiting', done: 0, total: 1 });
await stopped;`;
    const running = executeNotebook(notebookOf('1', source), {
      signal: stop.signal,
      onCell: ({ progress }) => progress && stop.abort(),
    });
    await assert.rejects(running, InterruptedError);
    assert.equal(await readFile(file, 'utf8'), 'InterruptedError');
  });
});
