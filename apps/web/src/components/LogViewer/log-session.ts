import { AckGatherer, logAckLines, logServerMessage, type logClientMessage } from '@pilothouse/contract';
import type { z } from 'zod';
import { refusalOf, type StreamEnd } from '../../api/streams/stream-end.ts';

export type LogState = 'connecting' | 'streaming' | 'empty' | 'waiting' | 'reconnecting' | 'ended';

export interface LogStart {
  tailLines?: number;
  sinceSeconds?: number;
  previous: boolean;
  follow: boolean;
}

/** The container a line is of. */
export interface LogOrigin {
  pod: string;
  container: string;
}

export interface GapReport {
  /** Null where nobody can count them. */
  lost: number | null;
  from: string | null;
  to: string | null;
  /** It is one line that did not end, and was given up after so many bytes. */
  lineBytes?: number | undefined;
}

export interface LogSessionHandlers {
  /** A log has joined; told again after a reconnection, with the same object. */
  onSource(origin: LogOrigin): void;
  onLines(origin: LogOrigin, lines: [at: string, raw: string][]): void;
  onGap(origin: LogOrigin, gap: GapReport): void;
  /** The pod is gone, and its log has been shown whole. */
  onLeft(origin: LogOrigin): void;
  /** So many pods are not followed: there are too many. */
  onOmitted(pods: number): void;
  /**
   * `message` is the cluster's own reason why there is no log yet, with state `waiting`; `origin` is null where that
   * goes for all.
   */
  onState(state: LogState, message: string | null, origin?: LogOrigin | null): void;
  onEnd(end: StreamEnd): void;
}

interface Place {
  origin: LogOrigin;
  cursor: string;
}

const firstRetryMs = 500;
const longestRetryMs = 10_000;

/**
 * Follows logs over a WebSocket. A dropped connection is opened again right behind the last lines that were shown (the
 * server's cursors), so nothing is missing and nothing comes twice; only the server's `end` is final.
 * @param open a new socket with a fresh ticket; called again for every reconnection.
 */
export class LogSession {
  readonly #open: () => Promise<WebSocket>;
  readonly #start: LogStart;
  readonly #handlers: LogSessionHandlers;
  #socket: WebSocket | null = null;
  /** Where each log was left, by pod and container. */
  readonly #places = new Map<string, Place>();
  /** What this connection's numbers stand for. */
  #sources: Place[] = [];
  /** Of this connection's lines. */
  #acks: AckGatherer | undefined;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(open: () => Promise<WebSocket>, start: LogStart, handlers: LogSessionHandlers) {
    this.#open = open;
    this.#start = start;
    this.#handlers = handlers;
    void this.#connect();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket?.close(1000);
  }

  async #connect(): Promise<void> {
    this.#handlers.onState(this.#attempt === 0 ? 'connecting' : 'reconnecting', null);
    let socket: WebSocket;
    try {
      socket = await this.#open();
    } catch (error) {
      this.#openFailed(error);
      return;
    }
    if (this.#closed) {
      socket.close(1000);
      return;
    }
    this.#socket = socket;
    socket.addEventListener('open', () => {
      const cursors = [...this.#places.values()].map(({ cursor }) => cursor);
      this.#sources = [];
      this.#acks = new AckGatherer(logAckLines, (lines) => this.#send(socket, { type: 'ack', lines }));
      this.#send(socket, { type: 'start', ...this.#start, cursors });
    });
    socket.addEventListener('message', (event) => this.#receive(socket, event.data));
    socket.addEventListener('close', () => this.#dropped(socket));
  }

  /** A refusal (403, 404 …) will be one again; only what may pass is tried again. */
  #openFailed(error: unknown): void {
    if (this.#closed) return;
    const refusal = refusalOf(error);
    if (refusal) this.#finish(refusal);
    else this.#retry();
  }

  #dropped(socket: WebSocket): void {
    if (this.#closed || socket !== this.#socket) return;
    this.#retry();
  }

  #retry(): void {
    this.#socket = null;
    const limit = Math.min(longestRetryMs, firstRetryMs * 2 ** this.#attempt);
    this.#attempt += 1;
    this.#handlers.onState('reconnecting', null);
    this.#timer = setTimeout(() => void this.#connect(), limit * (0.5 + Math.random() / 2));
  }

  #receive(socket: WebSocket, data: unknown): void {
    if (this.#closed || socket !== this.#socket) return;
    const message = logServerMessage.parse(JSON.parse(String(data)));
    this.#attempt = 0;
    switch (message.type) {
      case 'source':
        this.#joined(message);
        break;
      case 'lines':
        this.#handlers.onState('streaming', null);
        for (const [source, text] of message.runs) this.#lines(source, text);
        for (const [source, cursor] of message.cursors) this.#place(source).cursor = cursor;
        break;
      case 'gap':
        this.#handlers.onGap(this.#place(message.source).origin, message);
        break;
      case 'empty':
        this.#handlers.onState('empty', null);
        break;
      case 'waiting': {
        const origin = message.source === null ? null : this.#place(message.source).origin;
        this.#handlers.onState('waiting', message.message, origin);
        break;
      }
      case 'left': {
        const { origin } = this.#place(message.source);
        this.#places.delete(keyOf(origin));
        this.#handlers.onLeft(origin);
        break;
      }
      case 'omitted':
        this.#handlers.onOmitted(message.pods);
        break;
      case 'end':
        // The platform restarts: the next process (or another replica) goes on where this one stopped.
        if (message.reason === 'shuttingDown') socket.close(1000);
        else this.#finish(message);
        break;
    }
  }

  #joined({
    source,
    pod,
    container,
    cursor,
  }: {
    source: number;
    pod: string;
    container: string;
    cursor: string;
  }) {
    const key = keyOf({ pod, container });
    const place = { origin: this.#places.get(key)?.origin ?? { pod, container }, cursor };
    this.#places.set(key, place);
    this.#sources[source] = place;
    this.#handlers.onSource(place.origin);
  }

  #place(source: number): Place {
    const place = this.#sources[source];
    if (place === undefined) throw new Error(`The log's source ${source} was not announced`);
    return place;
  }

  #lines(source: number, text: string): void {
    const lines = text.split('\n').slice(0, -1).map(splitStamp);
    this.#handlers.onLines(this.#place(source).origin, lines);
    this.#acks?.taken(lines.length);
  }

  #finish(end: StreamEnd): void {
    this.#handlers.onState('ended', null);
    this.#handlers.onEnd(end);
    this.close();
  }

  #send(socket: WebSocket, message: z.input<typeof logClientMessage>): void {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  }
}

function keyOf({ pod, container }: LogOrigin): string {
  return `${pod}/${container}`;
}

function splitStamp(line: string): [at: string, raw: string] {
  const space = line.indexOf(' ');
  return space < 0 ? [line, ''] : [line.slice(0, space), line.slice(space + 1)];
}
