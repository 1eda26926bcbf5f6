import { execServerMessage, type execClientMessage } from '@pilothouse/contract';
import type { z } from 'zod';
import { refusalOf, type StreamEnd } from '../stream/stream-end.ts';

export type ShellState = 'connecting' | 'open' | 'ended';

export interface ShellSessionHandlers {
  /** Bytes of the terminal; call `drawn` when they are on the screen, the server sends no more than a window ahead. */
  onOutput(bytes: Uint8Array, drawn: () => void): void;
  onStarted(shell: string): void;
  onExit(exitCode: number): void;
  /** The last event, whatever the cause: exit, lost rights, a lost connection. */
  onEnd(end: StreamEnd): void;
}

/** One shell over one WebSocket; it is never reopened by itself, because a second shell is not the first one. */
export class ShellSession {
  readonly #handlers: ShellSessionHandlers;
  #socket: WebSocket | null = null;
  #ended = false;

  /** @param size columns and rows the terminal has when the shell starts. */
  constructor(
    open: () => Promise<WebSocket>,
    size: { columns: number; rows: number },
    handlers: ShellSessionHandlers,
  ) {
    this.#handlers = handlers;
    void this.#connect(open, size);
  }

  write(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(bytes);
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
      this.#handlers.onOutput(bytes, () => this.#send({ type: 'ack', bytes: Math.max(1, bytes.length) }));
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
      case 'end':
        this.#finish(message);
        break;
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
