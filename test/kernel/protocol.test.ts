import { strict as assert } from 'node:assert';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { type Client, type Content, type Outcome, startKernel } from './client.js';

describe('the kernel, as Jupyter sees it', function () {
  this.timeout(30_000);
  // Interrupts race with what they interrupt: a test is tried again, with a kernel of its own.
  this.retries(2);
  let client: Client;
  let failed = false;
  before(async () => {
    client = await startKernel();
  });
  beforeEach(async () => {
    if (!failed) return;
    await client.close();
    client = await startKernel();
    await client.execute("import { cellControl, display } from 'modelpred/notebook';");
  });
  afterEach(function () {
    failed = this.currentTest?.state !== 'passed';
  });
  after(() => client.close());

  /** Executes a cell and interrupts it once it runs. */
  async function interrupted(code: string, how: 'signal' | 'request' = 'signal'): Promise<Outcome> {
    const since = client.received.length;
    const outcome = client.execute(`console.log('begun'); ${code}`);
    await client.until(() =>
      client.received.slice(since).find(({ content }) => String(content.text).startsWith('begun')),
    );
    await delay(200);
    if (how === 'signal') client.process.kill('SIGINT');
    else await client.request('interrupt_request', {}, { channel: 'control' });
    return outcome;
  }
  const isInterruption = ({ outputs, reply }: Outcome): void => {
    assert.equal(reply.ename, 'InterruptedError');
    assert.equal(outputs.at(-1)?.content.ename, 'InterruptedError');
  };
  const textOf = ({ outputs }: Outcome): unknown =>
    (outputs.at(-1)?.content.data as Content | undefined)?.['text/plain'];

  it('answers with values, and counts', async () => {
    const { outputs, reply } = await client.execute('6 * 7');
    assert.deepEqual(
      outputs.map(({ type }) => type),
      ['execute_result'],
    );
    assert.equal((outputs[0].content.data as Content)['text/plain'], '42');
    assert.equal(reply.status, 'ok');
    assert.equal(outputs[0].content.execution_count, reply.execution_count);
  });

  it('sends errors as error outputs, and runs the next cell', async () => {
    const { outputs, reply } = await client.execute("throw new RangeError('too far');");
    assert.equal(outputs.length, 1);
    const { ename, evalue, traceback } = outputs[0].content;
    assert.deepEqual([outputs[0].type, ename, evalue], ['error', 'RangeError', 'too far']);
    assert.match((traceback as string[]).join('\n'), /^RangeError: too far\n.*throw new RangeError/);
    assert.deepEqual([reply.status, reply.ename, reply.evalue], ['error', 'RangeError', 'too far']);
    assert.equal((await client.execute('1')).reply.status, 'ok');
  });

  it('sends rejections that nobody handles as error outputs', async () => {
    const { outputs, reply } = await client.execute("Promise.reject(new Error('lost'));\nconst after = 1;");
    assert.deepEqual(
      outputs.map(({ type, content }) => [type, content.evalue]),
      [['error', 'lost']],
    );
    assert.equal(reply.status, 'error');
  });

  it('sends errors in timers of earlier cells to the running cell', async () => {
    await client.execute("void setTimeout(() => { throw new Error('late'); }, 1000);");
    const { outputs, reply } = await client.execute('await new Promise((resolve) => setTimeout(resolve, 2000));');
    assert.deepEqual([outputs[0].content.evalue, reply.evalue], ['late', 'late']);
  });

  it('aborts the cells that were sent before one failed, and none that is sent after', async () => {
    const outcomes = await Promise.all(["throw new Error('first')", '1', '2'].map((code) => client.execute(code)));
    assert.deepEqual(
      outcomes.map(({ reply }) => reply.status),
      ['error', 'aborted', 'aborted'],
    );
    assert.equal((await client.execute('3')).reply.status, 'ok');
  });

  it('loses none of 20,000 printed lines', async () => {
    const { outputs } = await client.execute('for (let i = 0; i < 20_000; i++) console.log(i);');
    const text = outputs.map(({ content }) => content.text as string).join('');
    assert.equal(text, Array.from({ length: 20_000 }, (_, i) => `${i}\n`).join(''));
  });

  const LOOPS = {
    'a synchronous loop': 'while (true) {}',
    'an await': 'await new Promise(() => undefined);',
    'an awaited last value': 'new Promise(() => undefined)',
    'a loop over await null': 'const dry = async () => { for (;;) await null; };\nawait dry();',
    'a loop after an await': 'await new Promise((r) => setTimeout(r, 10)); while (true) {}',
    'a loop in a timer': 'await new Promise(() => setTimeout(() => { while (true) {} }, 10));',
    'a blocking wait': 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30000);',
    'a child process':
      "import { spawnSync } from 'node:child_process'; spawnSync('sleep', ['30']); await null; while (true) {}",
    'an endless print': "await new Promise((r) => setTimeout(r, 100)); while (true) console.log('flood');",
  };
  for (const [i, [name, code]] of Object.entries(LOOPS).entries()) {
    it(`stops ${name} on an interrupt, and keeps what cells have declared`, async () => {
      await client.execute(`let kept${i} = ${i};`);
      isInterruption(await interrupted(`kept${i} += 1; let halfway${i} = 5;\n${code}`, i % 2 ? 'request' : 'signal'));
      assert.equal(textOf(await client.execute(`\`\${kept${i}} \${halfway${i}}\``)), `${i + 1} 5`);
    });
  }

  it('lets an interrupted asynchronous loop do nothing more', async () => {
    await client.execute('let turns = 0;');
    isInterruption(await interrupted('for (;;) { turns++; await new Promise((r) => setTimeout(r, 10)); }'));
    const [first, second] = [
      await client.execute('turns'),
      await client.execute('await new Promise((r) => setTimeout(r, 300)); turns'),
    ];
    assert.equal(textOf(first), textOf(second));
  });

  it('answers requests and heartbeats while a loop runs, and publishes no idle before its end', async () => {
    let since = client.received.length;
    const cell = client.execute("console.log('begun'); { const t = Date.now(); while (Date.now() - t < 3000); }");
    await client.until(() =>
      client.received.slice(since).find(({ content }) => String(content.text).startsWith('begun')),
    );
    since = client.received.length;
    assert.equal((await client.request('kernel_info_request', {}, { channel: 'control' })).status, 'ok');
    const between = client.received.slice(since);
    assert.deepEqual(
      between.filter(({ content }) => content.execution_state === 'idle'),
      [],
    );
    assert.equal((await cell).reply.status, 'ok');
  });

  it('starts cells again when their process dies, and says so', async () => {
    const { reply } = await client.execute("process.kill(process.pid, 'SIGKILL'); await new Promise(() => undefined);");
    assert.equal(reply.ename, 'CellProcessError');
    assert.match(reply.evalue as string, /signal SIGKILL.*started again.*is gone/);
    assert.equal(textOf(await client.execute('6 * 7')), '42');
    await client.execute("import { cellControl } from 'modelpred/notebook';\nconst states: string[] = [];");
  });

  it('keeps names that a failed cell had declared, with their types', async () => {
    await client.execute(
      "import { join } from 'node:path';\nconst costly: number = 6;\nthrow new Error('a typo');\nconst never = 1;",
    );
    assert.equal(textOf(await client.execute("join(String(costly), 'a')")), '6/a');
  });

  it('finds files and modules beside the notebook, also changed ones', async () => {
    await writeFile(path.join(client.folder, 'local.ts'), 'export const twice = (n: number): number => 2 * n;');
    assert.equal(textOf(await client.execute("import { twice } from './local';\ntwice(4)")), '8');
    await delay(20);
    await writeFile(path.join(client.folder, 'local.ts'), 'export const twice = (n: number): number => 3 * n;');
    assert.equal(textOf(await client.execute("import { twice } from './local';\ntwice(4)")), '12');
    assert.equal(textOf(await client.execute("import { existsSync } from 'node:fs';\nexistsSync('local.ts')")), 'true');
  });

  it('shows outputs in the order in which they were made', async () => {
    const code = `import { display, showTable } from 'modelpred/notebook';
console.log('1'); void display({ two: 2 }); console.log('3'); showTable([{ a: 4 }], { name: 'four' });`;
    const { outputs } = await client.execute(code);
    assert.deepEqual(
      outputs.map(({ type }) => type),
      ['stream', 'display_data', 'stream', 'display_data'],
    );
    assert.equal(textOf({ outputs: outputs.slice(0, 2), reply: {} }), '{ two: 2 }');
  });

  it('updates a display from a later cell', async () => {
    const first = await client.execute("const status = display('training');");
    const second = await client.execute("await status.update('done');");
    assert.equal(second.outputs[0].type, 'update_display_data');
    const idOf = ({ outputs }: Outcome): unknown => (outputs[0].content.transient as Content).display_id;
    assert.equal(idOf(first), idOf(second));
  });

  it('shows what shows itself, tagged templates and displays written for tslab', async () => {
    const shown = await client.execute(
      "({ async [Symbol.for('Jupyter.display')]() { return { 'text/html': '<b>rich</b>' }; } })",
    );
    assert.equal((shown.outputs[0].content.data as Content)['text/html'], '<b>rich</b>');
    const tagged = await client.execute("import { html } from 'modelpred/notebook';\nhtml`<i>${1 + 1}</i>`");
    assert.equal((tagged.outputs[0].content.data as Content)['text/html'], '<i>2</i>');
    const tslab = await client.execute("import * as tslab from 'tslab';\ntslab.display.html('<u>x</u>');");
    assert.equal((tslab.outputs[0].content.data as Content)['text/html'], '<u>x</u>');
  });

  it('asks for input where the client takes it, and fails at once where not', async () => {
    const asked: Content[] = [];
    client.onInput = (content) => {
      asked.push(content);
      return 'Ada 😀';
    };
    assert.equal(textOf(await client.execute("prompt('Name? ')", { allow_stdin: true })), 'Ada 😀');
    const secret = "import { ask } from 'modelpred/notebook';\nask('Key? ', { password: true }).length";
    assert.equal(textOf(await client.execute(secret, { allow_stdin: true })), '6');
    const lines = `import { createInterface } from 'node:readline/promises';
const reader = createInterface({ input: process.stdin, output: process.stdout });
const answer = await reader.question('Line? '); reader.close(); answer`;
    assert.equal(textOf(await client.execute(lines, { allow_stdin: true })), 'Ada 😀');
    assert.deepEqual(
      asked.map(({ prompt, password }) => [prompt, password]),
      [
        ['Name? ', false],
        ['Key? ', true],
        ['', false],
      ],
    );
    const { reply } = await client.execute("prompt('Name? ')");
    assert.match(reply.evalue as string, /takes no input/);
    assert.equal(asked.length, 3);
  });

  it('asks for input after an interrupt as before it', async () => {
    isInterruption(await interrupted('while (true) {}'));
    client.onInput = () => 'still';
    assert.equal(textOf(await client.execute("prompt('Again? ')", { allow_stdin: true })), 'still');
  });

  it('stops a cell that waits for input on an interrupt', async () => {
    client.onInput = undefined;
    const asked = client.received.length;
    const outcome = client.execute("prompt('Nobody? ')", { allow_stdin: true });
    await client.until(() => client.received.slice(asked).find(({ type }) => type === 'input_request'));
    client.process.kill('SIGINT');
    isInterruption(await outcome);
  });

  it('carries comms with buffers both ways', async () => {
    const opening = await client.execute(`import { openComm, onCommOpen } from 'modelpred/notebook';
const comm = openComm('here', { data: { a: 1 }, buffers: [Uint8Array.of(1, 2, 3)] });
const got: string[] = [];
comm.onMessage(({ data, buffers }) => got.push(JSON.stringify([data, [...buffers[0]]])));
onCommOpen('there', (other) => other.send('hello'));`);
    const opened = opening.outputs[0];
    assert.deepEqual(
      [opened.type, opened.content.target_name, [...opened.buffers[0]]],
      ['comm_open', 'here', [1, 2, 3]],
    );
    const { comms } = await client.request('comm_info_request', { target_name: 'here' });
    assert.deepEqual(Object.keys(comms as Content), [opened.content.comm_id]);
    await client.send(
      'comm_msg',
      { comm_id: opened.content.comm_id, data: { n: 5 } },
      { buffers: [Buffer.from([0, 255])] },
    );
    assert.equal(textOf(await client.execute('got.join()')), '[{"n":5},[0,255]]');
    await client.send('comm_open', { comm_id: 'c1', target_name: 'there', data: {} });
    await client.until(() =>
      client.received.find(({ type, content }) => type === 'comm_msg' && content.comm_id === 'c1'),
    );
    await client.send('comm_open', { comm_id: 'c2', target_name: 'nowhere', data: {} });
    await client.until(() =>
      client.received.find(({ type, content }) => type === 'comm_close' && content.comm_id === 'c2'),
    );
  });

  it('shows errors of hostile values, once, and goes on', async () => {
    const hostile = [
      'throw null;',
      "throw { get message(): string { throw new Error('deep'); } };",
      "class Odd extends Error { [Symbol.for('nodejs.util.inspect.custom')]() { throw new Error('in inspect'); } }\nthrow new Odd('odd');",
      "throw new Proxy({}, { get() { throw new Error('p'); }, getPrototypeOf() { throw new Error('q'); } });",
      "throw Object.assign(new Error('a'), { name: undefined, message: 5 });",
    ];
    for (const code of hostile) {
      const { outputs, reply } = await client.execute(code);
      assert.deepEqual([outputs.map(({ type }) => type), reply.status], [['error'], 'error'], code);
    }
    assert.equal(textOf(await client.execute("'alive'")), 'alive');
  });

  it('keeps outputs valid UTF-8', async () => {
    const { outputs } = await client.execute("console.log('a\\ud83d'); '\\ud83d'");
    assert.equal(outputs[0].content.text, 'a\ufffd\n');
    assert.equal(textOf({ outputs, reply: {} }), '\ufffd');
  });

  it('shows what child processes and file descriptors print', async () => {
    const code =
      "import { execSync } from 'node:child_process'; import { writeSync } from 'node:fs';\nexecSync('echo from-child', { stdio: 'inherit' }); writeSync(1, 'raw\\n');";
    const { outputs } = await client.execute(code);
    assert.equal(outputs.map(({ content }) => content.text).join(''), 'from-child\nraw\n');
  });

  it('evaluates user expressions', async () => {
    const { reply } = await client.execute('let x = 41;', { user_expressions: { good: 'x + 1', bad: 'noSuchName' } });
    const { good, bad } = reply.user_expressions as Record<string, Content>;
    assert.deepEqual([(good.data as Content)['text/plain'], bad.status], ['42', 'error']);
  });

  it('is not ended by 10,000 messages that are wrong in every way', async () => {
    const part = fc.oneof(
      fc.json(),
      fc.string(),
      fc.constant('{}'),
      fc.constant('{"msg_id":"a","msg_type":"execute_request"}'),
    );
    const frames = fc.array(fc.oneof(part, fc.constant('<IDS|MSG>'), fc.constant('0'.repeat(64))), { maxLength: 8 });
    const signed = fc.tuple(fc.array(part, { minLength: 4, maxLength: 4 }), fc.array(fc.string(), { maxLength: 2 }));
    for (const raw of fc.sample(frames, { numRuns: 5000, seed: 1 })) await client.sendRaw(raw);
    for (const [parts, buffers] of fc.sample(signed, { numRuns: 5000, seed: 2 })) {
      await client.sendRaw(
        ['<IDS|MSG>', client.sign(parts), ...parts, ...buffers],
        parts.length % 2 ? 'shell' : 'control',
      );
    }
    assert.equal(textOf(await client.execute("'alive'")), 'alive');
  });

  it('stops library work that listens to the cell on an interrupt', async () => {
    await client.execute("import { cellControl } from 'modelpred/notebook';\nconst states: string[] = [];");
    const outcome = await interrupted(`const { signal, onProgress } = cellControl();
onProgress!({ label: 'work', done: 1, total: 2 });
async function work(): Promise<void> {
  while (!signal!.aborted) await new Promise((resolve) => setTimeout(resolve, 10));
  states.push('stopped');
  throw signal!.reason;
}
await work();`);
    isInterruption(outcome);
    assert.equal(outcome.outputs[1].type, 'display_data');
    assert.equal(textOf(await client.execute('states.join()')), 'stopped');
  });

  it('redraws a progress bar in place', async () => {
    const { outputs } = await client.execute(`const control = cellControl();
for (let i = 0; i <= 4; i++) {
  control.onProgress!({ label: 'steps', done: i, total: 4 });
  await new Promise((resolve) => setTimeout(resolve, 120));
}`);
    assert.deepEqual(
      outputs.map(({ type }) => type),
      ['display_data', ...Array.from({ length: 4 }, () => 'update_display_data')],
    );
    assert.equal(new Set(outputs.map(({ content }) => (content.transient as Content).display_id)).size, 1);
  });

  it('keeps a cell from ending it', async () => {
    const { reply } = await client.execute('process.exit(1);');
    assert.match(reply.evalue as string, /process\.exit\(1\) was called/);
    assert.equal((await client.execute('1')).reply.status, 'ok');
  });

  it('completes and explains names, and knows unfinished code', async () => {
    const code = 'cellControl';
    const { matches } = await client.request('complete_request', { code: 'cellCon', cursor_pos: 7 });
    assert.ok((matches as string[]).includes(code));
    const { data } = await client.request('inspect_request', { code, cursor_pos: 3, detail_level: 0 });
    assert.match((data as Content)['text/plain'] as string, /cellControl\(\): RunControl/);
    assert.equal((await client.request('is_complete_request', { code: 'if (x) {' })).status, 'incomplete');
  });

  it('counts characters in code points', async () => {
    await client.execute('const alphaBeta = { gamma: 1, delta: 2 };');
    const before = "const s = '😀😀😀😀'; ";
    const code = `${before}alphaBeta.ga`;
    const cursor_pos = Array.from(code).length;
    const answer = await client.request('complete_request', { code, cursor_pos });
    assert.deepEqual(answer.matches, ['gamma']);
    assert.deepEqual([answer.cursor_start, answer.cursor_end], [cursor_pos - 2, cursor_pos]);
  });

  it('keeps the history of a session', async () => {
    const [first, second] = ["'one more'", "'and another'"];
    for (const code of [first, second]) await client.execute(code);
    await client.execute("'not this'", { store_history: false });
    const ask = async (content: Content): Promise<unknown[]> => {
      const { history } = await client.request('history_request', { output: false, raw: true, ...content });
      return (history as [number, number, string][]).map(([, , input]) => input);
    };
    assert.deepEqual(await ask({ hist_access_type: 'tail', n: 2 }), [first, second]);
    assert.deepEqual(await ask({ hist_access_type: 'search', pattern: '*one m*', n: 5, unique: true }), [first]);
    assert.deepEqual(await ask({ hist_access_type: 'range', session: 0, start: 1, stop: 2 }), ['1']);
  });

  it('speaks in one session of its own, whichever client it answers', async () => {
    await client.request('kernel_info_request', {}, { session: 'another client' });
    const sessions = new Set(client.received.map(({ session }) => session));
    assert.equal(sessions.size, 1);
    assert.ok(!sessions.has('test') && !sessions.has('another client'));
  });

  it('ends when it is asked to', async () => {
    const ended = new Promise((resolve) => client.process.once('exit', resolve));
    await client.request('shutdown_request', { restart: false });
    assert.equal(await ended, 0);
  });
});
