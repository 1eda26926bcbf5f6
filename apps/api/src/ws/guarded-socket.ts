import type { StreamEndReason } from '@pilothouse/contract';
import { WebSocket, type RawData } from 'ws';
import type { z } from 'zod';

/** What an `end` message says went wrong: a code of the contract's table, or of a cluster's answer. */
export interface StreamError {
  code: string;
  message: string;
  params?: Record<string, string | number>;
}

export interface StreamEnd {
  reason: StreamEndReason;
  error?: StreamError;
}

/** How a handler takes what the browser sends. */
export interface Receiver<S extends z.ZodType> {
  schema: S;
  onMessage: (message: z.output<S>) => void;
  /** Binary messages; without it one ends the stream. */
  onBytes?: (bytes: Buffer) => void;
}

/** Bytes waiting for a slow browser at which senders are asked to wait; memory per stream stays near this. */
const highWaterBytes = 1024 * 1024;
const lowWaterBytes = 256 * 1024;
/** Close codes of a page that closes its stream, with or without a code, or is left (RFC 6455, 7.4.1). */
const saidGoodbye = new Set([1000, 1001, 1005]);
/** How long a peer may take to answer our close. */
const closeGraceMs = 2000;

/**
 * A browser's WebSocket after Origin and ticket were accepted: typed messages, backpressure, heartbeat and one way to
 * end. Whoever serves it watches `signal`, which is aborted with the {@link StreamEnd} the moment the stream is over,
 * whatever the cause.
 */
export class GuardedSocket {
  readonly #socket: WebSocket;
  readonly #abort = new AbortController();
  readonly #heartbeat: NodeJS.Timeout;
  #heard = true;
  #waiting: (() => void)[] = [];
  #end: StreamEnd | undefined;

  /** @param heartbeatMs how often it is pinged; a peer that misses one whole interval is gone */
  constructor(socket: WebSocket, heartbeatMs: number) {
    this.#socket = socket;
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs);
    socket.on('pong', () => (this.#heard = true));
    socket.on('error', () => socket.terminate());
    socket.on('close', (code) => this.#finish({ reason: saidGoodbye.has(code) ? 'closed' : 'disconnected' }));
    // nothing may be missed between the upgrade and receive()
    socket.pause();
  }

  /** Aborted when the stream is over; `signal.reason` is its {@link StreamEnd}. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** How the stream ended; undefined while it lives. */
  get ended(): StreamEnd | undefined {
    return this.#end;
  }

  /** Bytes handed to `send` that the browser has not taken yet. */
  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  /** Begins to take messages. What is no JSON, or does not fit the schema, ends the stream with `protocol`. */
  receive<S extends z.ZodType>({ schema, onMessage, onBytes }: Receiver<S>): void {
    this.#socket.on('message', (data: RawData, isBinary: boolean) => {
      this.#heard = true;
      if (this.#end !== undefined) return;
      const bytes = asBuffer(data);
      if (isBinary && onBytes !== undefined) return onBytes(bytes);
      const message = isBinary ? undefined : schema.safeParse(parseJson(bytes));
      if (message?.success) return onMessage(message.data);
      const reason = message?.error.issues[0]?.message ?? 'binary messages are not expected here';
      this.end('protocol', {
        code: 'invalid',
        message: `Not a message of this stream: ${reason}`,
        params: { reason },
      });
    });
    this.#socket.resume();
  }

  /** Sends a message of the stream's protocol; resolves when there is room for more (at once, as a rule). */
  send(message: object): Promise<void> {
    return this.#write(JSON.stringify(message), false);
  }

  /** Sends a message of the protocol that is JSON already; resolves when there is room for more. */
  sendText(json: Buffer): Promise<void> {
    return this.#write(json, false);
  }

  /** Sends terminal bytes as one binary message; resolves when there is room for more. */
  sendBytes(bytes: Uint8Array): Promise<void> {
    return this.#write(bytes, true);
  }

  /** Says why to the browser, closes, and aborts `signal`. Only the first call counts. */
  end(reason: StreamEndReason, error?: StreamError): void {
    if (this.#end !== undefined) return;
    const end: StreamEnd = { reason, ...(error && { error }) };
    if (this.#socket.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify({ type: 'end', ...end }));
      this.#socket.close(1000, reason);
    }
    // a paused or dead peer never answers the close
    this.#socket.resume();
    setTimeout(() => this.#socket.terminate(), closeGraceMs).unref();
    this.#finish(end);
  }

  #write(data: string | Uint8Array, binary: boolean): Promise<void> {
    if (this.#end !== undefined || this.#socket.readyState !== WebSocket.OPEN) return Promise.resolve();
    this.#socket.send(data, { binary }, () => {
      if (this.#socket.bufferedAmount <= lowWaterBytes) this.#release();
    });
    if (this.#socket.bufferedAmount <= highWaterBytes) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #beat(): void {
    if (!this.#heard) return this.#socket.terminate();
    this.#heard = false;
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping();
  }

  #finish(end: StreamEnd): void {
    clearInterval(this.#heartbeat);
    if (this.#end === undefined) {
      this.#end = end;
      this.#abort.abort(end);
    }
    this.#release();
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

function asBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
