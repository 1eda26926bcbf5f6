import {
  AckGatherer,
  execAckBytes,
  execInputWindowBytes,
  execServerMessage,
  type execClientMessage,
} from '@pilothouse/contract';
import type { z } from 'zod';
import { refusalOf, type StreamEnd } from '../../api/streams/stream-end.ts';

export type ShellState = 'connecting' | 'open' | 'ended';

export interface ShellSessionHandlers {
  /** Bytes of the terminal; call `drawn` when they are on the screen, the server sends no more than a window ahead. */
  onOutput(bytes: Uint8Array, drawn: () => void): void;
  onStarted(shell: string): void;
  onExit(exitCode: number): void;
  /** The last event, whatever the cause: exit, lost rights, a lost connection. */
  onEnd(end: StreamEnd): void;
}

const inputChunkBytes = 32 * 1024;

/** One shell over one WebSocket; it is never reopened by itself, because a second shell is not the first one. */
export class ShellSession {
  readonly #handlers: ShellSessionHandlers;
  #socket: WebSocket | null = null;
  #ended = false;
  #queued: Uint8Array<ArrayBuffer>[] = [];
  #unacknowledged = 0;
  /** Of bytes that are on the screen. */
  readonly #acks = new AckGatherer(execAckBytes, (bytes) => this.#send({ type: 'ack', bytes }));

  /** @param size columns and rows the terminal has when the shell starts. */
  constructor(
    open: () => Promise<WebSocket>,
    size: { columns: number; rows: number },
    handlers: ShellSessionHandlers,
  ) {
    this.#handlers = handlers;
    void this.#connect(open, size);
  }

  /** Keys or a paste; what is beyond the server's window waits here until the shell has taken the rest in. */
  write(bytes: Uint8Array<ArrayBuffer>): void {
    for (let from = 0; from < bytes.length; from += inputChunkBytes) {
      this.#queued.push(bytes.subarray(from, from + inputChunkBytes));
    }
    this.#flush();
  }

  resize(columns: number, rows: number): void {
    this.#send({ type: 'resize', columns, rows });
  }

  close(): void {
    this.#ended = true;
    this.#socket?.close(1000);
  }

  async #connect(open: () => Promise<WebSocket>, size: { columns: number; rows: number }): Promise<void> {
    let socket: WebSocket;
    try {
      socket = await open();
    } catch (error) {
      this.#finish(refusalOf(error) ?? { reason: 'disconnected' });
      return;
    }
    if (this.#ended) {
      socket.close(1000);
      return;
    }
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => this.#send({ type: 'start', ...size }));
    socket.addEventListener('message', (event: MessageEvent<ArrayBuffer | string>) =>
      this.#receive(event.data),
    );
    socket.addEventListener('close', () => this.#finish({ reason: 'disconnected' }));
  }

  #receive(data: ArrayBuffer | string): void {
    if (typeof data !== 'string') {
      const bytes = new Uint8Array(data);
      this.#handlers.onOutput(bytes, () => this.#acks.taken(bytes.length));
      return;
    }
    const message = execServerMessage.parse(JSON.parse(data));
    switch (message.type) {
      case 'started':
        this.#handlers.onStarted(message.shell);
        break;
      case 'exit':
        this.#handlers.onExit(message.exitCode);
        break;
      case 'ack':
        this.#unacknowledged -= message.bytes;
        this.#flush();
        break;
      case 'end':
        this.#finish(message);
        break;
    }
  }

  #flush(): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    for (let next = this.#queued[0]; next !== undefined; next = this.#queued[0]) {
      if (this.#unacknowledged + next.length > execInputWindowBytes) return;
      this.#unacknowledged += next.length;
      this.#socket.send(next);
      this.#queued.shift();
    }
  }

  #finish(end: StreamEnd): void {
    if (this.#ended) return;
    this.close();
    this.#handlers.onEnd(end);
  }

  #send(message: z.input<typeof execClientMessage>): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}
