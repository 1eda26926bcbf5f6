import {
  AckGatherer,
  execAckBytes,
  execClientMessage,
  execInputWindowBytes,
  execOutputWindowBytes,
  type StreamEndReason,
} from '@pilothouse/contract';
import { AppError } from '../../http/app-error.ts';
import { AckWindow } from '../ack-window.ts';
import type { GuardedSocket, StreamEnd } from '../guarded-socket.ts';
import type { Admission, SocketHandler } from '../router.ts';
import { streamErrorOf } from '../stream-error.ts';
import type { TerminalSession } from './terminal-session.ts';

export interface ExecHandlerOptions<Purpose extends 'exec' | 'nodeShell'> {
  /** Opens a shell, writes its row and begins its recording; not where `signal` aborts before. Throws AppError. */
  open(
    admission: Admission<Purpose>,
    size: { columns: number; rows: number },
    signal: AbortSignal,
  ): Promise<TerminalSession>;
}

/** Serves shell sockets: see docs/streams.md. */
export function execHandler<Purpose extends 'exec' | 'nodeShell'>(
  options: ExecHandlerOptions<Purpose>,
): SocketHandler<Purpose> {
  return async (socket, admission) => {
    const front = new ExecFront(socket);
    const size = await front.started;
    if (size === undefined) return;
    const session = await options.open(admission, size, socket.signal);
    if (socket.ended === undefined) await front.serve(session);
    const { reason, error } = socket.signal.reason as StreamEnd;
    await session.end(reason, error);
  };
}

/** The browser's side of a shell: keys in, output out, each no further ahead than its window. */
class ExecFront {
  /** Undefined when the browser left before it said how large its terminal is. */
  readonly started: Promise<{ columns: number; rows: number } | undefined>;
  readonly #socket: GuardedSocket;
  readonly #window: AckWindow;
  /** What was typed and how the window was sized while the shell was looked for waits for it. */
  readonly #session = Promise.withResolvers<TerminalSession>();
  /** Bytes of input that the shell has not taken yet. */
  #waiting = 0;
  /** Of input that it has taken. */
  readonly #acks = new AckGatherer(execAckBytes, (bytes) => void this.#socket.send({ type: 'ack', bytes }));

  constructor(socket: GuardedSocket) {
    const { promise, resolve } = Promise.withResolvers<{ columns: number; rows: number } | undefined>();
    let begun = false;
    this.started = promise;
    this.#socket = socket;
    this.#window = new AckWindow(execOutputWindowBytes, socket.signal);
    socket.signal.addEventListener('abort', () => resolve(undefined), { once: true });
    socket.receive({
      schema: execClientMessage,
      onMessage: (message) => {
        if (message.type === 'ack') return this.#window.acknowledged(message.bytes);
        if (message.type === 'resize') return void this.#resize(message);
        if (begun) return this.#refuse('started already');
        begun = true;
        resolve(message);
      },
      onBytes: (bytes) => void this.#keys(bytes),
    });
  }

  /** Resolves when the socket is over; it is ended here when the shell ends first. */
  serve(session: TerminalSession): Promise<void> {
    const socket = this.#socket;
    void socket.send({ type: 'started', terminal: session.id, shell: session.shell });
    this.#session.resolve(session);
    session.attach({
      output: (bytes) => this.#output(bytes),
      ended: ({ reason, exitCode, error }) => {
        if (exitCode !== null) void socket.send({ type: 'exit', exitCode });
        socket.end(reason, error);
      },
    });
    return new Promise((resolve) => {
      if (socket.ended !== undefined) return resolve();
      socket.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  async #resize({ columns, rows }: { columns: number; rows: number }): Promise<void> {
    const session = await this.#session.promise;
    session.resize(columns, rows);
  }

  async #keys(bytes: Buffer): Promise<void> {
    this.#waiting += bytes.length;
    if (this.#waiting > 2 * execInputWindowBytes) return this.#refuse('more input than the window');
    const session = await this.#session.promise;
    await session.input(bytes);
    this.#waiting -= bytes.length;
    this.#acks.taken(bytes.length);
  }

  async #output(bytes: Uint8Array): Promise<void> {
    for (let next = 0; next < bytes.length;) {
      const room = await this.#window.awaitRoom();
      if (room === 0) return;
      const part = bytes.subarray(next, next + room);
      next += part.length;
      this.#window.sent(part.length);
      await this.#socket.sendBytes(part);
    }
  }

  #refuse(reason: string): void {
    const why: StreamEndReason = 'protocol';
    this.#socket.end(why, streamErrorOf(new AppError('invalid', { reason })));
  }
}
