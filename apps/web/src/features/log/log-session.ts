import { logServerMessage, type logClientMessage } from '@pilothouse/contract';
import type { z } from 'zod';
import { refusalOf, type StreamEnd } from '../stream/stream-end.ts';

export type LogState = 'connecting' | 'streaming' | 'waiting' | 'reconnecting' | 'ended';

export interface LogStart {
  tailLines?: number;
  sinceSeconds?: number;
  previous: boolean;
  follow: boolean;
}

export interface LogSessionHandlers {
  onLines(lines: [at: string, raw: string][]): void;
  onGap(gap: { lost: number | null; from: string | null; to: string | null }): void;
  /** `message` is the cluster's own reason why there is no log yet, with state `waiting`. */
  onState(state: LogState, message: string | null): void;
  onEnd(end: StreamEnd): void;
}

const firstRetryMs = 500;
const longestRetryMs = 10_000;

/**
 * Follows one container's log over a WebSocket. A dropped connection is opened again right behind the last line that
 * was shown (the server's cursor), so nothing is missing and nothing comes twice; only the server's `end` is final.
 * @param open a new socket with a fresh ticket; called again for every reconnection.
 */
export class LogSession {
  readonly #open: () => Promise<WebSocket>;
  readonly #start: LogStart;
  readonly #handlers: LogSessionHandlers;
  #socket: WebSocket | null = null;
  #cursor: string | undefined;
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
      const cursor = this.#cursor === undefined ? {} : { cursor: this.#cursor };
      this.#send(socket, { type: 'start', ...this.#start, ...cursor });
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
      case 'lines':
        this.#cursor = message.cursor;
        this.#handlers.onState('streaming', null);
        this.#handlers.onLines(message.lines);
        if (message.lines.length > 0) this.#send(socket, { type: 'ack', lines: message.lines.length });
        break;
      case 'gap':
        this.#handlers.onGap(message);
        break;
      case 'waiting':
        this.#handlers.onState('waiting', message.message);
        break;
      case 'end':
        // The platform restarts: the next process (or another replica) goes on where this one stopped.
        if (message.reason === 'shuttingDown') socket.close(1000);
        else this.#finish(message);
        break;
    }
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
