import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as zmq from 'zeromq';

// A small Jupyter client: the kernel is tested as clients see it, also where no Jupyter is installed.

export interface Content {
  readonly [key: string]: unknown;
  readonly status?: string;
  readonly execution_state?: string;
}
export interface Message {
  readonly type: string;
  readonly parent: string;
  readonly session: string;
  readonly content: Content;
  readonly buffers: readonly Buffer[];
}
export type Channel = 'shell' | 'control' | 'stdin';

/** What a cell came to: its outputs in order, and the reply. */
export interface Outcome {
  readonly outputs: readonly Message[];
  readonly reply: Content;
}

export interface Client {
  execute(code: string, options?: Content): Promise<Outcome>;
  request(type: string, content: Content, options?: { session?: string; channel?: Channel }): Promise<Content>;
  /** Sends a message without waiting; its id. */
  send(
    type: string,
    content: Content,
    options?: { session?: string; channel?: Channel; buffers?: Buffer[] },
  ): Promise<string>;
  /** Sends frames as they are, rightly signed if they are parts of a message. */
  sendRaw(frames: readonly (Buffer | string)[], channel?: Channel): Promise<void>;
  sign(parts: readonly string[]): string;
  until<T>(found: () => T | undefined): Promise<T>;
  /** Answers requests for input; none until set. */
  onInput?: (content: Content) => string;
  /** All that the kernel has sent. */
  readonly received: readonly Message[];
  readonly process: ChildProcess;
  readonly folder: string;
  close(): Promise<void>;
}

const root = path.resolve(import.meta.dirname, '../../..');

/** Ports that are free now. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function parse(frames: readonly Buffer[]): Message {
  const at = frames.findIndex((frame) => frame.toString() === '<IDS|MSG>');
  const [header, parent, , content] = frames
    .slice(at + 2, at + 6)
    .map((frame) => JSON.parse(frame.toString()) as Content);
  return {
    type: header.msg_type as string,
    session: header.session as string,
    parent: parent.msg_id as string,
    content,
    buffers: frames.slice(at + 6),
  };
}

/** Starts the kernel as Jupyter does, in a folder of its own; ready when it has run a first cell. */
export async function startKernel(): Promise<Client> {
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
  const kernel = spawn(process.execPath, argv.slice(1), { cwd: folder, stdio: ['ignore', 'inherit', 'ignore'] });

  // One identity for all channels: input is asked for where the request came from.
  const routingId = randomUUID();
  const dealers: Record<Channel, zmq.Dealer> = {
    shell: new zmq.Dealer({ routingId, linger: 0 }),
    control: new zmq.Dealer({ routingId, linger: 0 }),
    stdin: new zmq.Dealer({ routingId, linger: 0 }),
  };
  const iopub = new zmq.Subscriber({ linger: 0 });
  for (const channel of ['shell', 'control', 'stdin'] as const) {
    dealers[channel].connect(`tcp://127.0.0.1:${connection[`${channel}_port`]}`);
  }
  iopub.connect(`tcp://127.0.0.1:${iopub_port}`);
  iopub.subscribe();

  const received: Message[] = [];
  const arrivals = new EventEmitter().setMaxListeners(0);
  kernel.once('exit', (code) => {
    if (arrivals.listenerCount('message') > 0)
      arrivals.emit('error', new Error(`The kernel ended with exit code ${code}.`));
  });
  const client: { onInput?: (content: Content) => string } = {};
  const listen = async (socket: AsyncIterable<Buffer[]>): Promise<void> => {
    for await (const frames of socket) {
      const message = parse(frames);
      received.push(message);
      if (message.type === 'input_request' && client.onInput) {
        void send('input_reply', { value: client.onInput(message.content) }, { channel: 'stdin' });
      }
      arrivals.emit('message');
    }
  };
  for (const socket of [...Object.values(dealers), iopub])
    void listen(socket as AsyncIterable<Buffer[]>).catch(() => undefined);

  async function until<T>(found: () => T | undefined): Promise<T> {
    for (;;) {
      const value = found();
      if (value !== undefined) return value;
      await once(arrivals, 'message');
    }
  }
  const sign = (parts: readonly string[]): string => createHmac('sha256', key).update(parts.join('')).digest('hex');
  // One message at a time: a socket refuses a second one while the first is under way.
  let sent: Promise<void> = Promise.resolve();
  const sendRaw: Client['sendRaw'] = (frames, channel = 'shell') =>
    (sent = sent.then(() => dealers[channel].send([...frames])));
  const send: Client['send'] = async (
    msg_type,
    content,
    { session = 'test', channel = 'shell', buffers = [] } = {},
  ) => {
    const msg_id = randomUUID();
    const header = { msg_id, msg_type, session, username: 'test', version: '5.3', date: '' };
    const parts = [header, {}, {}, content].map((part) => JSON.stringify(part));
    await sendRaw(['<IDS|MSG>', sign(parts), ...parts, ...buffers], channel);
    return msg_id;
  };
  const replyTo = (id: string): Promise<Content> =>
    until(() => received.find(({ type, parent }) => parent === id && type.endsWith('_reply'))?.content);
  const request: Client['request'] = async (type, content, options) => replyTo(await send(type, content, options));
  const execute: Client['execute'] = async (code, options = {}) => {
    const content = { code, silent: false, store_history: true, stop_on_error: true, allow_stdin: false, ...options };
    const id = await send('execute_request', content);
    const reply = await replyTo(id);
    const mine = (): Message[] => received.filter(({ parent }) => parent === id);
    await until(() => mine().find(({ content: { execution_state } }) => execution_state === 'idle'));
    const outputs = mine().filter(({ type }) => !/^(status|execute_input|execute_reply|input_request)$/.test(type));
    return { outputs, reply };
  };
  // What the kernel publishes before the subscription stands is lost.
  while (!received.some(({ type }) => type === 'status')) {
    await request('kernel_info_request', {});
    await delay(100);
  }
  // The first cell is slow.
  await execute('1');
  return Object.assign(client, {
    execute,
    request,
    send,
    sendRaw,
    sign,
    until,
    received,
    process: kernel,
    folder,
    async close() {
      kernel.kill('SIGTERM');
      for (const socket of [...Object.values(dealers), iopub]) socket.close();
      await rm(folder, { recursive: true, force: true });
    },
  });
}
