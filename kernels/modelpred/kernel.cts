// The kernel that Jupyter talks to. It never runs a person's code: cells run in another process, and whatever they do, every
// request is answered here.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Cells, type Done, startCellQueue } from './cell-queue.cjs';
import type { ChildEvent, CommWire } from './cells/messages.cjs';
import { createHistory } from './history.cjs';
import { toPoints, toUnits } from './offsets.cjs';
import { root } from './root.cjs';
import { gatherTexts, type Texts } from './texts.cjs';
import { type Header, type Message, openSockets, PROTOCOL_VERSION, readConnection, type Sockets } from './wire.cjs';

/** How long requests that were sent before a cell failed may take to arrive; they are then aborted. */
const DRAIN_MS = 20;
const PARENT_CHECK_MS = 2000;
/** Cells whose outputs can still be told apart: what older ones print late belongs to the oldest of these. */
const MOST_REMEMBERED = 10_000;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const isTrue = (value: unknown, otherwise: boolean): boolean => (typeof value === 'boolean' ? value : otherwise);

interface CellRecord {
  readonly parent: Header;
  readonly silent: boolean;
  readonly count: number;
  readonly texts: Texts;
  /** Where its input comes from. */
  readonly request: Message;
}

type Answer = Readonly<Record<string, unknown>>;

function kernelInfo(): Answer {
  const versionOf = (...file: string[]): string =>
    (JSON.parse(readFileSync(path.join(root, ...file, 'package.json'), 'utf8')) as { version: string }).version;
  const [version, typescript] = [versionOf(), versionOf('node_modules', 'typescript')];
  return {
    status: 'ok',
    protocol_version: PROTOCOL_VERSION,
    implementation: 'modelpred',
    implementation_version: version,
    banner: `modelpred ${version}, TypeScript ${typescript}, Node ${process.versions.node}`,
    debugger: false,
    language_info: {
      name: 'typescript',
      version: typescript,
      mimetype: 'text/typescript',
      file_extension: '.ts',
      pygments_lexer: 'typescript',
      // A plain name: some clients read nothing else.
      codemirror_mode: 'typescript',
      nbconvert_exporter: 'script',
    },
    help_links: [],
  };
}

/** Serves cells to Jupyter until it asks for the end. */
export async function serve(connectionFile: string): Promise<void> {
  const records = new Map<number, CellRecord>();
  const history = createHistory();
  const session = randomUUID();
  const info = kernelInfo();
  const shown = new Set<string>();
  const comms = new Map<string, string>();
  const targets = new Set<string>();
  let count = 0;
  let number = 0;
  let chain: Promise<void> = Promise.resolve();
  /** Execute requests that have arrived and not begun; true once they are aborted. */
  const waiting = new Map<Message, boolean>();
  /** Requests that were answered while a cell ran: their `idle`, which clients take for the kernel's state, waits for its end. */
  let held: Header[] = [];
  let executing = false;

  const status = (execution_state: 'starting' | 'busy' | 'idle', parent?: Header): void =>
    sockets.publish({ type: 'status', content: { execution_state }, parent });
  const idle = (parent: Header): void => {
    if (executing) held.push(parent);
    else status('idle', parent);
  };
  const publishFor = (
    record: CellRecord,
    type: string,
    content: unknown,
    extras: { metadata?: Answer; buffers?: Buffer[] } = {},
  ): void => {
    if (!record.silent) sockets.publish({ type, content, parent: record.parent, ...extras });
  };
  const recordOf = (cell: number): CellRecord | undefined => records.get(cell) ?? records.values().next().value;

  function onEvent(event: ChildEvent): void {
    if (event.type === 'target') targets.add(event.name);
    if (!('cell' in event)) return;
    const record = recordOf(event.cell);
    if (!record) return;
    if (event.type === 'stream') return record.texts.add(event.name, event.text);
    record.texts.flush();
    if (event.type === 'display') {
      const { data, id } = event;
      const type = id !== undefined && shown.has(id) ? 'update_display_data' : 'display_data';
      if (id !== undefined) shown.add(id);
      publishFor(record, type, { data, metadata: {}, transient: id === undefined ? {} : { display_id: id } });
    } else if (event.type === 'result') {
      const { data } = event;
      if (typeof data['text/plain'] === 'string') history.output(record.count, data['text/plain']);
      publishFor(record, 'execute_result', { execution_count: record.count, data, metadata: {} });
    } else if (event.type === 'error') publishFor(record, 'error', event.error);
    else if (event.type === 'clear') publishFor(record, 'clear_output', { wait: event.wait });
    else if (event.type === 'input') {
      const { prompt, password } = event;
      const request = { type: 'input_request', content: { prompt, password }, parent: record.parent };
      sockets.reply(record.request, request, 'stdin');
    } else if (event.type === 'comm') sendComm(record, event.message);
  }
  function sendComm(record: CellRecord, { kind, id, target = '', data, metadata, buffers = [] }: CommWire): void {
    if (kind === 'open') comms.set(id, target);
    if (kind === 'close') comms.delete(id);
    const type = { open: 'comm_open', message: 'comm_msg', close: 'comm_close' }[kind];
    const content = { comm_id: id, data, ...(kind === 'open' ? { target_name: target } : {}) };
    publishFor(record, type, content, { metadata, buffers: buffers.map((buffer) => Buffer.from(buffer, 'base64')) });
  }

  /** Messages of the front end's widgets, on their way to the cells. */
  function receiveComm({ header, content, metadata, buffers }: Message): void {
    const id = text(content.comm_id);
    const kinds: Readonly<Record<string, CommWire['kind']>> = {
      comm_open: 'open',
      comm_msg: 'message',
      comm_close: 'close',
    };
    const kind = kinds[header.msg_type];
    if (kind === 'open') {
      const target = text(content.target_name);
      if (!targets.has(target)) {
        sockets.publish({ type: 'comm_close', content: { comm_id: id, data: {} }, parent: header });
        return;
      }
      comms.set(id, target);
    } else if (!comms.has(id)) return;
    if (kind === 'close') comms.delete(id);
    const wire = { kind, id, target: text(content.target_name), data: content.data ?? {}, metadata };
    cells.comm({ ...wire, buffers: buffers.map((buffer) => buffer.toString('base64')) });
  }

  function execute(message: Message): void {
    waiting.set(message, false);
    chain = chain.then(() => turn(message));
  }
  async function turn(message: Message): Promise<void> {
    const aborted = waiting.get(message);
    waiting.delete(message);
    executing = true;
    status('busy', message.header);
    const content = aborted ? { status: 'aborted', execution_count: count } : await run(message);
    sockets.reply(message, { type: 'execute_reply', content, parent: message.header });
    executing = false;
    for (const parent of held) status('idle', parent);
    held = [];
    status('idle', message.header);
  }
  async function run(message: Message): Promise<Answer> {
    const { code, user_expressions, allow_stdin } = message.content;
    if (typeof code !== 'string') {
      const evalue = 'The request has no code.';
      return {
        status: 'error',
        execution_count: count,
        ename: 'ProtocolError',
        evalue,
        traceback: [`ProtocolError: ${evalue}`],
      };
    }
    const silent = isTrue(message.content.silent, false);
    const counted = !silent && isTrue(message.content.store_history, true);
    if (counted) history.record(++count, code);
    const cell = ++number;
    const record = rememberCell(cell, message, silent);
    publishFor(record, 'execute_input', { code, execution_count: count });
    const expressions = Object.fromEntries(
      Object.entries(user_expressions ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
    const done = await cells.run({ cell, code, expressions, input: isTrue(allow_stdin, false) });
    record.texts.flush();
    return replyContent(done, isTrue(message.content.stop_on_error, true));
  }
  function rememberCell(cell: number, request: Message, silent: boolean): CellRecord {
    const record: CellRecord = {
      parent: request.header,
      silent,
      count,
      request,
      texts: gatherTexts((name, printed) => publishFor(record, 'stream', { name, text: printed })),
    };
    records.set(cell, record);
    records.delete(cell - MOST_REMEMBERED);
    return record;
  }
  async function replyContent({ failure, expressions }: Done, stopOnError: boolean): Promise<Answer> {
    if (!failure) return { status: 'ok', execution_count: count, payload: [], user_expressions: expressions };
    if (stopOnError) {
      // Only requests sent before the client could know of the failure: those after this reply run.
      await delay(DRAIN_MS);
      for (const request of waiting.keys()) waiting.set(request, true);
    }
    return { status: 'error', execution_count: count, ...failure };
  }

  async function complete({ content }: Message): Promise<Answer> {
    const code = text(content.code);
    const position = toUnits(code, content.cursor_pos);
    const found = (await cells.ask({ about: 'complete', code, position })) as {
      start: number;
      end: number;
      matches: readonly { text: string; kind: string }[];
    } | null;
    const { start, end, matches } = found ?? { start: position, end: position, matches: [] };
    const [cursor_start, cursor_end] = [toPoints(code, start), toPoints(code, end)];
    const typed = matches.map((match) => ({
      start: cursor_start,
      end: cursor_end,
      text: match.text,
      type: match.kind,
    }));
    const metadata = { _jupyter_types_experimental: typed };
    return { status: 'ok', cursor_start, cursor_end, matches: matches.map((match) => match.text), metadata };
  }
  async function inspect({ content }: Message): Promise<Answer> {
    const code = text(content.code);
    const position = toUnits(code, content.cursor_pos);
    const detailed = content.detail_level === 1;
    const found = (await cells.ask({ about: 'inspect', code, position, detailed })) as string | null;
    return { status: 'ok', found: found !== null, data: found === null ? {} : { 'text/plain': found }, metadata: {} };
  }
  const isComplete = async ({ content }: Message): Promise<Answer> =>
    ((await cells.ask({ about: 'completeness', code: text(content.code) })) ?? { status: 'unknown' }) as Answer;
  const commInfo = ({ content }: Message): Answer => {
    const wanted = content.target_name;
    const found = [...comms].filter(([, target]) => wanted === undefined || wanted === null || target === wanted);
    return { status: 'ok', comms: Object.fromEntries(found.map(([id, target_name]) => [id, { target_name }])) };
  };
  const refused = (what: string): Answer => {
    const evalue = `This kernel has no ${what}.`;
    return { status: 'error', ename: 'NotSupported', evalue, traceback: [evalue] };
  };
  async function leave(): Promise<never> {
    cells.kill();
    await sockets.close();
    process.exit(0);
  }
  async function shutDown(message: Message): Promise<void> {
    const content = { status: 'ok', restart: isTrue(message.content.restart, false) };
    executing = false;
    sockets.reply(message, { type: 'shutdown_reply', content, parent: message.header });
    sockets.publish({ type: 'shutdown_reply', content, parent: message.header });
    status('idle', message.header);
    await leave();
  }

  const answers: Readonly<Record<string, (message: Message) => Answer | Promise<Answer>>> = {
    kernel_info: () => info,
    complete,
    inspect,
    is_complete: isComplete,
    history: ({ content }) => ({ status: 'ok', history: history.answer(content) }),
    comm_info: commInfo,
    interrupt: () => {
      cells.interrupt();
      return { status: 'ok' };
    },
    connect: () => {
      const { shell_port, iopub_port, stdin_port, hb_port, control_port } = connection;
      return { status: 'ok', shell_port, iopub_port, stdin_port, hb_port, control_port };
    },
    debug: () => refused('debugger'),
    create_subshell: () => refused('subshells'),
    delete_subshell: () => refused('subshells'),
    list_subshell: () => refused('subshells'),
  };

  async function onMessage(message: Message): Promise<void> {
    const { msg_type } = message.header;
    if (message.channel === 'stdin') {
      if (msg_type === 'input_reply') cells.input(text(message.content.value));
      return;
    }
    if (msg_type === 'execute_request') return execute(message);
    status('busy', message.header);
    if (msg_type === 'shutdown_request') return shutDown(message);
    if (msg_type.startsWith('comm_') && msg_type !== 'comm_info_request') receiveComm(message);
    const kind = msg_type.replace(/_request$/, '');
    const answer = Object.hasOwn(answers, kind) && msg_type.endsWith('_request') ? answers[kind] : undefined;
    if (answer) {
      const content = await answer(message);
      sockets.reply(message, { type: `${kind}_reply`, content, parent: message.header });
    }
    idle(message.header);
  }

  const cells: Cells = startCellQueue(process.cwd(), onEvent, (cell, name, printed) =>
    recordOf(cell)?.texts.add(name, printed),
  );
  const connection = readConnection(connectionFile);
  const sockets: Sockets = await openSockets(connection, session, {
    onMessage: (message) => void onMessage(message),
    onBroken: (channel, why) => console.error(`modelpred kernel: a message on ${channel} was dropped: ${why}.`),
    onSubscription: (topic) => sockets.publish({ type: 'iopub_welcome', content: { subscription: topic } }, topic),
  });
  status('starting');
  process.on('SIGINT', () => cells.interrupt());
  process.on('SIGTERM', () => void leave());
  endWithParent(leave);
}

/** A Jupyter server that was killed cannot ask its kernels to end; one started to be independent says so by not naming itself. */
function endWithParent(leave: () => Promise<never>): void {
  const named = Number(process.env.JPY_PARENT_PID);
  if (!named) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) void leave();
  }, PARENT_CHECK_MS).unref();
}
