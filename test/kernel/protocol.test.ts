import { strict as assert } from 'node:assert';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

// A small Jupyter client: the kernel is tested as clients see it, also where no Jupyter is installed.

interface Content {
  readonly [key: string]: unknown;
  readonly status?: string;
  readonly execution_state?: string;
}
interface Message {
  readonly type: string;
  readonly parent: string;
  readonly session: string;
  readonly content: Content;
}
interface Socket extends AsyncIterable<Buffer[]> {
  connect(address: string): void;
  subscribe(): void;
  send(frames: readonly string[]): Promise<void>;
  close(): void;
}
type SocketClass = new () => Socket;

const root = path.resolve(import.meta.dirname, '../../..');
const requireFromTslab = createRequire(createRequire(import.meta.url).resolve('tslab'));

/** Ports that are free now. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** What a cell came to: its outputs in order, and the reply. */
interface Outcome {
  readonly outputs: readonly Message[];
  readonly reply: Content;
}

interface Client {
  execute(code: string): Promise<Outcome>;
  request(type: string, content: Content, session?: string): Promise<Content>;
  /** All that the kernel has sent. */
  readonly received: readonly Message[];
  readonly process: ChildProcess;
  close(): void;
}

async function startKernel(): Promise<Client> {
  const key = randomUUID();
  const [shell_port, iopub_port, stdin_port, control_port, hb_port] = await freePorts(5);
  const ports = { shell_port, iopub_port, stdin_port, control_port, hb_port };
  const connection = { ...ports, key, ip: '127.0.0.1', transport: 'tcp', signature_scheme: 'hmac-sha256' };
  const folder = await mkdtemp(path.join(tmpdir(), 'modelpred-'));
  const file = path.join(folder, 'connection.json');
  await writeFile(file, JSON.stringify(connection));
  const spec = JSON.parse(await readFile(path.join(root, 'kernels/modelpred/kernel.json'), 'utf8')) as {
    argv: string[];
  };
  const argv = spec.argv.map((argument) =>
    argument.replace('{resource_dir}', path.join(root, 'kernels/modelpred')).replace('{connection_file}', file),
  );
  // Started in a folder of its own, as Jupyter starts it in the notebook's.
  const kernel = spawn(process.execPath, argv.slice(1), { cwd: folder, stdio: 'inherit' });

  const zmq = requireFromTslab('zeromq') as { Dealer: SocketClass; Subscriber: SocketClass };
  const [shell, iopub] = [new zmq.Dealer(), new zmq.Subscriber()];
  shell.connect(`tcp://127.0.0.1:${shell_port}`);
  iopub.connect(`tcp://127.0.0.1:${iopub_port}`);
  iopub.subscribe();

  const received: Message[] = [];
  const arrivals = new EventEmitter().setMaxListeners(0);
  kernel.once('exit', (code) => {
    const awaited = arrivals.listenerCount('message') > 0;
    if (awaited) arrivals.emit('error', new Error(`The kernel ended with exit code ${code}.`));
  });
  const listen = async (socket: Socket): Promise<void> => {
    for await (const frames of socket) {
      const texts = frames.map((frame) => frame.toString());
      const [header, parent, , content] = texts.slice(texts.indexOf('<IDS|MSG>') + 2);
      const { msg_type, session } = JSON.parse(header) as { msg_type: string; session: string };
      received.push({
        type: msg_type,
        session,
        parent: (JSON.parse(parent) as { msg_id: string }).msg_id,
        content: JSON.parse(content) as Content,
      });
      arrivals.emit('message');
    }
  };
  void listen(shell);
  void listen(iopub);

  async function until<T>(found: () => T | undefined): Promise<T> {
    for (;;) {
      const value = found();
      if (value !== undefined) return value;
      await once(arrivals, 'message');
    }
  }
  // One message at a time: a socket refuses a second one while the first is under way.
  let sent: Promise<void> = Promise.resolve();
  async function send(msg_type: string, content: Content, session = 'test'): Promise<string> {
    const msg_id = randomUUID();
    const header = { msg_id, msg_type, session, username: 'test', version: '5.3', date: '' };
    const parts = [header, {}, {}, content].map((part) => JSON.stringify(part));
    const signature = createHmac('sha256', key).update(parts.join('')).digest('hex');
    sent = sent.then(() => shell.send(['<IDS|MSG>', signature, ...parts]));
    await sent;
    return msg_id;
  }
  const replyTo = (id: string): Promise<Content> =>
    until(() => received.find(({ type, parent }) => parent === id && type.endsWith('_reply'))?.content);
  const request = async (type: string, content: Content, session?: string): Promise<Content> =>
    replyTo(await send(type, content, session));
  const execute = async (code: string): Promise<Outcome> => {
    const id = await send('execute_request', { code, silent: false, store_history: true, stop_on_error: true });
    const reply = await replyTo(id);
    const mine = (): Message[] => received.filter(({ parent }) => parent === id);
    await until(() => mine().find(({ content }) => content.execution_state === 'idle'));
    const outputs = mine().filter(({ type }) => !/^(status|execute_input|execute_reply)$/.test(type));
    return { outputs, reply };
  };
  return {
    execute,
    request,
    received,
    process: kernel,
    close() {
      shell.close();
      iopub.close();
      kernel.kill('SIGKILL');
    },
  };
}

describe('the kernel, as Jupyter sees it', function () {
  this.timeout(120_000);
  let client: Client;
  before(async () => {
    client = await startKernel();
    // What the kernel publishes before the subscription stands is lost.
    while (!client.received.some(({ type }) => type === 'status')) {
      await client.request('kernel_info_request', {});
      await delay(100);
    }
    // The first cell is slow.
    await client.execute('1');
  });
  after(() => client.close());

  /** Executes a cell and interrupts it once it runs. */
  async function interrupted(code: string): Promise<Outcome> {
    const outcome = client.execute(code);
    await delay(1500);
    client.process.kill('SIGINT');
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

  it('stops a synchronous loop, an await and an awaited last value on an interrupt, and lives on', async () => {
    for (const code of ['while (true) {}', 'await new Promise(() => undefined);', 'new Promise(() => undefined)']) {
      isInterruption(await interrupted(code));
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
    assert.equal(outcome.outputs[0].type, 'display_data');
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
    assert.deepEqual(matches, [code]);
    const { data } = await client.request('inspect_request', { code, cursor_pos: 3, detail_level: 0 });
    assert.match((data as Content)['text/plain'] as string, /cellControl\(\): RunControl/);
    assert.equal((await client.request('is_complete_request', { code: 'if (x) {' })).status, 'incomplete');
  });

  it('answers a request for history, of which it has none, with statuses', async () => {
    const { history } = await client.request('history_request', { output: false, raw: true, hist_access_type: 'tail' });
    assert.deepEqual(history, []);
    // Statuses come over another socket than replies, in their order: after this they are here.
    await client.execute('1');
    const { parent } = client.received.find(({ type }) => type === 'history_reply') ?? assert.fail('no reply');
    const statuses = client.received.filter((message) => message.parent === parent && message.type === 'status');
    assert.deepEqual(
      statuses.map(({ content }) => content.execution_state),
      ['busy', 'idle'],
    );
  });

  it('speaks in one session of its own, whichever client it answers', async () => {
    await client.request('kernel_info_request', {}, 'another client');
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
