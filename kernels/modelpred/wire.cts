// Jupyter's wire format over ZeroMQ: signed messages, and the five sockets of a kernel.
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as zmq from 'zeromq';

export const PROTOCOL_VERSION = '5.4';
const DELIMITER = Buffer.from('<IDS|MSG>');
const DIGEST_BYTES = 64;

export interface Header {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session: string;
  readonly username: string;
  readonly version: string;
  readonly date: string;
}

export interface Message {
  readonly channel: 'shell' | 'control' | 'stdin';
  /** Who sent it, for the answer. */
  readonly identities: readonly Buffer[];
  readonly header: Header;
  readonly parent: Partial<Header>;
  readonly content: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly buffers: readonly Buffer[];
}

export interface Connection {
  readonly ip: string;
  readonly transport: 'tcp' | 'ipc';
  readonly key: string;
  readonly signature_scheme?: string;
  readonly shell_port: number;
  readonly iopub_port: number;
  readonly stdin_port: number;
  readonly control_port: number;
  readonly hb_port: number;
}

/** A message that is to leave. */
export interface Outgoing {
  readonly type: string;
  readonly content: unknown;
  readonly parent?: Header;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly buffers?: readonly Buffer[];
}

export const readConnection = (file: string): Connection => JSON.parse(readFileSync(file, 'utf8')) as Connection;

function sign(key: string, parts: readonly Buffer[]): Buffer {
  if (key === '') return Buffer.alloc(0);
  const digest = createHmac('sha256', key);
  for (const part of parts) digest.update(part);
  return Buffer.from(digest.digest('hex'));
}

function asObject(part: Buffer, name: string): Record<string, unknown> {
  const value: unknown = JSON.parse(part.toString('utf8'));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`its ${name} is no object`);
  return value as Record<string, unknown>;
}

/**
 * A message from the frames that arrived.
 *
 * @throws Error with what is wrong: no delimiter, a wrong signature, frames missing, not JSON.
 */
export function decode(key: string, channel: Message['channel'], frames: readonly Buffer[]): Message {
  const at = frames.findIndex((frame) => frame.equals(DELIMITER));
  if (at < 0) throw new Error('it has no delimiter');
  const [signature, ...rest] = frames.slice(at + 1);
  if (rest.length < 4) throw new Error('frames are missing');
  const parts = rest.slice(0, 4);
  const expected = sign(key, parts);
  const right = key === '' || (signature.length === DIGEST_BYTES && timingSafeEqual(signature, expected));
  if (!right) throw new Error('its signature is wrong');
  const header = asObject(parts[0], 'header');
  if (typeof header.msg_type !== 'string' || typeof header.msg_id !== 'string')
    throw new Error('its header lacks a type or an id');
  return {
    channel,
    identities: frames.slice(0, at),
    header: header as unknown as Header,
    parent: asObject(parts[1], 'parent header'),
    metadata: asObject(parts[2], 'metadata'),
    content: asObject(parts[3], 'content'),
    buffers: rest.slice(4),
  };
}

/** Frames of a message of the kernel's own session. */
export function encode(
  key: string,
  session: string,
  { type, content, parent, metadata = {}, buffers = [] }: Outgoing,
): Buffer[] {
  const header: Header = {
    msg_id: randomUUID(),
    msg_type: type,
    session,
    username: 'kernel',
    version: PROTOCOL_VERSION,
    date: new Date().toISOString(),
  };
  const parts = [header, parent ?? {}, metadata, content].map((part) => Buffer.from(JSON.stringify(part)));
  return [DELIMITER, sign(key, parts), ...parts, ...buffers];
}

/** Sends one message after another, however many wait: a socket refuses a second one while one is under way. */
function sender(socket: { send(frames: Buffer[]): Promise<void> }): (frames: Buffer[]) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (frames) => (last = last.then(() => socket.send(frames)).catch(() => undefined));
}

export interface Sockets {
  /** Sends an answer to whoever sent a message, on the channel it came by or another. */
  reply(message: Message, outgoing: Outgoing, channel?: Message['channel']): void;
  publish(outgoing: Outgoing, topic?: string): void;
  /** Until everything that was sent has left; then the sockets are closed. */
  close(): Promise<void>;
}

interface Handlers {
  onMessage(message: Message): void;
  /** A message that cannot be read: why, in words. */
  onBroken(channel: string, why: string): void;
  /** Someone subscribed to what is published. */
  onSubscription(topic: string): void;
}

/** Binds a kernel's sockets. */
export async function openSockets(connection: Connection, session: string, handlers: Handlers): Promise<Sockets> {
  const { ip, transport, key } = connection;
  const address = (port: number): string => (transport === 'tcp' ? `tcp://${ip}:${port}` : `ipc://${ip}-${port}`);
  const endless = { sendHighWaterMark: 0, receiveHighWaterMark: 0, linger: 1000 };
  const routers = {
    shell: new zmq.Router(endless),
    control: new zmq.Router(endless),
    stdin: new zmq.Router(endless),
  };
  const iopub = new zmq.XPublisher({ ...endless, verbosity: 'allSubs' });
  const heartbeat = new zmq.Reply({ linger: 0 });
  await iopub.bind(address(connection.iopub_port));
  await heartbeat.bind(address(connection.hb_port));
  const sendOn = Object.fromEntries(
    await Promise.all(
      (Object.keys(routers) as Message['channel'][]).map(async (channel) => {
        await routers[channel].bind(address(connection[`${channel}_port`]));
        return [channel, sender(routers[channel])] as const;
      }),
    ),
  ) as Record<Message['channel'], ReturnType<typeof sender>>;
  const sendOut = sender(iopub);
  let closed = false;

  const follow = async (
    source: AsyncIterable<Buffer[]>,
    handle: (frames: Buffer[]) => void | Promise<void>,
  ): Promise<void> => {
    try {
      for await (const frames of source) await handle(frames);
    } catch (error) {
      if (!closed) throw error;
    }
  };
  for (const channel of Object.keys(routers) as Message['channel'][]) {
    void follow(routers[channel], (frames) => {
      let message: Message;
      try {
        message = decode(key, channel, frames);
      } catch (error) {
        handlers.onBroken(channel, (error as Error).message);
        return;
      }
      handlers.onMessage(message);
    });
  }
  void follow(heartbeat, (frames) => heartbeat.send(frames));
  void follow(iopub, ([frame]) => {
    if (frame[0] === 1) handlers.onSubscription(frame.subarray(1).toString());
  });

  let lastSent: Promise<unknown> = Promise.resolve();
  const track = (sent: Promise<void>): void => void (lastSent = Promise.all([lastSent, sent]));
  return {
    reply: (message, outgoing, channel = message.channel) =>
      track(sendOn[channel]([...message.identities, ...encode(key, session, outgoing)])),
    publish: (outgoing, topic = outgoing.type) =>
      track(sendOut([Buffer.from(topic), ...encode(key, session, outgoing)])),
    async close() {
      await lastSent;
      closed = true;
      for (const socket of [...Object.values(routers), iopub, heartbeat]) socket.close();
    },
  };
}
