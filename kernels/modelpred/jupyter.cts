// Speaks Jupyter's messaging protocol (version 5.3) for a session, over tslab's sockets.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { MimeBundle } from '../../src/notebook/cell.js' with { 'resolution-mode': 'import' };
import { root } from './root.cjs';
import type { CellOutput, Session } from './session.cjs';
import { loadCompiler, loadConverter, loadInspect, loadServer, replaceExports } from './tslab.cjs';

/** How long printed text is gathered into one message. */
const GATHER_MS = 50;
const GATHER_CHARACTERS = 65536;
/** How long requests that were sent before a cell failed may take to arrive; they are then aborted. */
const DRAIN_MS = 20;
const PARENT_CHECK_MS = 2000;

type Socket = { send(message: unknown): Promise<void>; close(): void };
type SocketClass = new (options?: object) => Socket;

// zeromq refuses a second send while one is under way, which happens after 512 sends in one go, and drops messages past
// 1,000 waiting ones; tslab waits for neither. Here sends queue up and none is dropped.
function queued(Base: SocketClass): SocketClass {
  return class extends Base {
    // Truly private: sockets take no further properties.
    #last: Promise<void> = Promise.resolve();
    constructor(options?: object) {
      super({ sendHighWaterMark: 0, ...options });
    }
    override send(message: unknown): Promise<void> {
      this.#last = this.#last.then(() => super.send(message)).catch(() => undefined);
      return this.#last;
    }
    override close(): void {
      void this.#last.then(() => super.close());
    }
  };
}

interface Message {
  readonly header: { msg_type: string; session: string };
  content: Record<string, unknown>;
  createReply(): Message;
  signAndSend(key: string, socket: unknown): void;
  /** The class, which tslab does not export. */
  readonly constructor: { fromRaw(this: void, key: string, frames: readonly Buffer[]): Message };
}

/**
 * Makes a request's replies carry the kernel's own session. tslab copies the client's; but JupyterLab, which opens several
 * connections to one kernel and sees the others' messages too, takes a new session for a restarted kernel and then drops
 * what it has not yet handled: a status, an output.
 */
function answerInSession(request: Message, session: string): void {
  const createReply = request.createReply.bind(request);
  request.createReply = () => {
    const reply = createReply();
    reply.header.session = session;
    return reply;
  };
}

const HANDLED = new Set(
  ['kernel_info', 'execute', 'is_complete', 'inspect', 'complete', 'comm_info', 'shutdown'].map(
    (kind) => `${kind}_request`,
  ),
);

/** The type in a message's header, which follows the delimiter and the signature. */
function messageType(frames: readonly Buffer[]): string {
  const header = frames[frames.findIndex((frame) => frame.toString() === '<IDS|MSG>') + 2];
  return (JSON.parse(header.toString()) as { msg_type: string }).msg_type;
}

interface ExecuteRequest {
  readonly code: string;
  readonly silent?: boolean;
  readonly store_history?: boolean;
  readonly stop_on_error?: boolean;
}

// The parts of tslab's server that are private in its types.
interface ServerParts {
  readonly connInfo: { readonly key: string };
  readonly iopub: unknown;
  init(): Promise<void>;
  close(): void;
  publishStatus(status: 'busy' | 'idle', parent: Message): void;
  handleShellMessage(socket: unknown, ...frames: Buffer[]): Promise<void>;
  handleExecute(socket: unknown, message: Message): Promise<void>;
  handleShutdown(socket: unknown, message: Message): void;
}

type Publish = (type: string, content: Record<string, unknown>) => void;

/** A cell's outputs as messages; text is gathered, for clients cannot keep up with a message a line. */
function messageOutput(publish: Publish, count: () => number): CellOutput & { flush(): void } {
  let gathered: { name: string; text: string } | undefined;
  let timer: NodeJS.Timeout | undefined;
  const shown = new Set<string>();
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (gathered) publish('stream', gathered);
    gathered = undefined;
  };
  const show = (type: string, content: Record<string, unknown>): void => {
    flush();
    publish(type, content);
  };
  return {
    flush,
    stream(name, text) {
      if (gathered && (gathered.name !== name || gathered.text.length > GATHER_CHARACTERS)) flush();
      gathered ??= { name, text: '' };
      gathered.text += text;
      timer ??= setTimeout(flush, GATHER_MS);
    },
    display(data: MimeBundle, id) {
      const type = id !== undefined && shown.has(id) ? 'update_display_data' : 'display_data';
      if (id !== undefined) shown.add(id);
      show(type, { data, metadata: {}, transient: id === undefined ? {} : { display_id: id } });
    },
    result: (data) => show('execute_result', { execution_count: count(), data, metadata: {} }),
    error: (error) => show('error', { ...error }),
  };
}

/** Serves a session to Jupyter until it asks for the end. */
export async function serve(session: Session, connectionFile: string): Promise<void> {
  replaceExports<Record<'Publisher' | 'Router', SocketClass>>('zeromq', ({ Publisher, Router }) => ({
    Publisher: queued(Publisher),
    Router: queued(Router),
  }));
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
  const { executor } = session;
  const leave = (): never => session.exit(0);
  const { isCompleteCode } = loadConverter();
  const { printQuickInfo } = loadInspect();
  const Base = loadServer().ZmqServer as unknown as new (handler: object, configPath: string) => ServerParts;

  const kernelSession = randomUUID();
  let count = 0;
  let chain: Promise<void> = Promise.resolve();
  /** Execute requests that have arrived and not begun; true once they are aborted. */
  const waiting = new Map<Message, boolean>();

  class Server extends Base {
    override async handleShellMessage(socket: unknown, ...frames: Buffer[]): Promise<void> {
      const type = messageType(frames);
      if (HANDLED.has(type)) await super.handleShellMessage(socket, ...frames);
      else if (type === 'history_request' && this.parse)
        this.answerHistory(socket, this.parse(this.connInfo.key, frames));
      // The protocol allows to leave others unanswered; tslab would complain about them in a cell.
    }

    /** Known from the first request on, which asks about the kernel. */
    private parse?: (key: string, frames: readonly Buffer[]) => Message;

    /** There is none; but it is from the statuses of this answer that JupyterLab knows that a new kernel is idle. */
    private answerHistory(socket: unknown, message: Message): void {
      this.publishStatus('busy', message);
      const reply = message.createReply();
      reply.header.msg_type = 'history_reply';
      reply.content = { status: 'ok', history: [] };
      reply.signAndSend(this.connInfo.key, socket);
      this.publishStatus('idle', message);
    }

    override publishStatus(status: 'busy' | 'idle', parent: Message): void {
      // The first thing that happens to every request.
      if (status === 'busy') answerInSession(parent, kernelSession);
      this.parse ??= parent.constructor.fromRaw;
      // A cell is busy when its turn comes, not when it arrives: see turn().
      if (parent.header.msg_type !== 'execute_request') super.publishStatus(status, parent);
    }

    override handleExecute(socket: unknown, message: Message): Promise<void> {
      waiting.set(message, false);
      chain = chain.then(() => this.turn(socket, message));
      return chain;
    }

    private async turn(socket: unknown, message: Message): Promise<void> {
      const aborted = waiting.get(message);
      waiting.delete(message);
      super.publishStatus('busy', message);
      const content = aborted ? { status: 'aborted', execution_count: count } : await this.run(message);
      const reply = message.createReply();
      reply.header.msg_type = 'execute_reply';
      reply.content = content;
      reply.signAndSend(this.connInfo.key, socket);
      super.publishStatus('idle', message);
    }

    private async run(message: Message): Promise<Record<string, unknown>> {
      const {
        code,
        silent = false,
        store_history = true,
        stop_on_error = true,
      } = message.content as unknown as ExecuteRequest;
      if (!silent && store_history) count++;
      const publish: Publish = (type, content) => {
        if (silent) return;
        const output = message.createReply();
        output.header.msg_type = type;
        output.content = content;
        output.signAndSend(this.connInfo.key, this.iopub);
      };
      publish('execute_input', { code, execution_count: count });
      const output = messageOutput(publish, () => count);
      const error = await session.execute(code, output);
      output.flush();
      if (!error) return { status: 'ok', execution_count: count, payload: [], user_expressions: {} };
      if (stop_on_error) {
        // Only requests sent before the client could know of the failure: those after this reply run.
        await delay(DRAIN_MS);
        for (const request of waiting.keys()) waiting.set(request, true);
      }
      return { status: 'error', execution_count: count, ...error };
    }

    override handleShutdown(socket: unknown, message: Message): void {
      super.handleShutdown(socket, message);
      setTimeout(leave, 100);
    }
  }

  const handler = {
    handleKernel: () => ({
      status: 'ok',
      protocol_version: '5.3',
      implementation: 'modelpred',
      implementation_version: version,
      banner: `modelpred ${version}, TypeScript ${loadCompiler().version}, Node ${process.versions.node}`,
      language_info: {
        name: 'typescript',
        version: loadCompiler().version,
        mimetype: 'text/typescript',
        file_extension: '.ts',
        pygments_lexer: 'typescript',
        codemirror_mode: { mode: 'typescript', name: 'javascript', typescript: true },
      },
    }),
    handleIsComplete({ code }: { code: string }) {
      const { completed, indent } = isCompleteCode(code);
      return completed ? { status: 'complete' } : { status: 'incomplete', indent };
    },
    handleInspect({ code, cursor_pos }: { code: string; cursor_pos: number }) {
      const info = executor.inspect(code, cursor_pos);
      const data = info ? { 'text/plain': printQuickInfo(info) } : {};
      return { status: 'ok', found: Boolean(info), data, metadata: {} };
    },
    handleComplete({ code, cursor_pos }: { code: string; cursor_pos: number }) {
      const { start, end, candidates } = executor.complete(code, cursor_pos);
      return { status: 'ok', cursor_start: start, cursor_end: end, matches: candidates, metadata: {} };
    },
    handleShutdown: ({ restart = false }: { restart?: boolean }) => ({ status: 'ok', restart }),
    close: () => executor.close(),
  };

  process.on('SIGINT', () => session.interrupt());
  process.on('SIGTERM', leave);
  const parent = process.ppid;
  // A Jupyter server that was killed cannot ask its kernels to end.
  setInterval(() => {
    if (process.ppid !== parent) leave();
  }, PARENT_CHECK_MS).unref();
  await new Server(handler, connectionFile).init();
}
