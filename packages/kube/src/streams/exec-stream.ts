import type { WebSocket } from 'ws';
import { startDeadline } from '../transport/deadline.ts';
import { KubeError } from '../transport/kube-error.ts';
import { networkError } from '../transport/network-error.ts';
import {
  closeStdinFrame,
  readFrame,
  resizeFrame,
  stdinFrames,
  type ChannelProtocol,
  type CommandEnd,
} from './channels.ts';
import { keepAlive } from './keep-alive.ts';
import { giveOthersTheirTurn } from './one-turn.ts';
import { webSocketError } from './web-socket-error.ts';

/** How an exec ended: by itself, or `lost`: the connection broke, the protocol was broken, or we closed it. */
export type ExecEnd = CommandEnd | { kind: 'lost'; error: KubeError };

/** What comes after the command's end: its last output and the closing handshake. */
const closingMs = 2000;

type Listener = (bytes: Buffer) => void;

/**
 * A command running in a container. Output is delivered to the listeners while it is not paused; pausing holds the
 * cluster back. Whatever the server sends can end this stream only; nothing is ever thrown from it.
 */
export class ExecStream {
  readonly protocol: ChannelProtocol;
  /** Resolves once, when the last output has been delivered. Never rejects. */
  readonly ended: Promise<ExecEnd>;
  readonly #webSocket: WebSocket;
  #finish!: (end: ExecEnd) => void;
  #commandEnd: CommandEnd | undefined;
  #closingTimer: NodeJS.Timeout | undefined;
  #failure: KubeError | undefined;
  #stdout: Listener | undefined;
  #stderr: Listener | undefined;
  #unknownFrames = 0;
  /** Nobody reads at the moment. */
  #isPaused = true;

  /** Takes over an open, paused WebSocket and pings it; any of `signals` ends the stream. */
  constructor(
    webSocket: WebSocket,
    protocol: ChannelProtocol,
    { pingMs, signals }: { pingMs: number; signals: (AbortSignal | undefined)[] },
  ) {
    this.protocol = protocol;
    this.#webSocket = webSocket;
    const life = startDeadline(undefined, signals);
    giveOthersTheirTurn(webSocket, () => this.#isPaused);
    const stopPinging = keepAlive(webSocket, pingMs, (error) => this.#fail(error));
    this.ended = new Promise((resolve) => {
      this.#finish = resolve;
    });
    const aborted = () => this.#fail(life.signal.reason as KubeError);
    life.signal.addEventListener('abort', aborted, { once: true });
    if (life.signal.aborted) aborted();
    webSocket.on('message', (data, isBinary) => this.#receive(data as Buffer, isBinary));
    webSocket.on('error', (error) => this.#fail(webSocketError(error)));
    webSocket.once('close', (code) => {
      life.end();
      stopPinging();
      clearTimeout(this.#closingTimer);
      const lost = () => new KubeError('unreachable', `The cluster closed the stream (${code})`);
      this.#finish(this.#commandEnd ?? { kind: 'lost', error: this.#failure ?? lost() });
    });
  }

  /** Messages that were ignored, because no one knows what they are. */
  get unknownFrames(): number {
    return this.#unknownFrames;
  }

  /** Sets who gets the output; with a terminal there is stdout only. Output flows from the first listener on. */
  onStdout(listener: (bytes: Buffer) => void): void {
    this.#stdout = listener;
    this.resume();
  }

  /** Sets who gets stderr. Set it before `onStdout`, which starts the flow. */
  onStderr(listener: (bytes: Buffer) => void): void {
    this.#stderr = listener;
  }

  /** Stops delivering output; the cluster is held back once the socket's buffers are full. */
  pause(): void {
    this.#isPaused = true;
    this.#webSocket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#webSocket.resume();
  }

  /** Sends stdin. Resolves when it has left this process, or when the stream has ended: wait for it before the next. */
  async write(bytes: Uint8Array): Promise<void> {
    for (const frame of stdinFrames(bytes)) await this.#send(frame);
  }

  /** Says that no more stdin comes. False where the server's protocol cannot say it (v4). */
  endStdin(): boolean {
    if (this.protocol !== 'v5.channel.k8s.io') return false;
    void this.#send(closeStdinFrame());
    return true;
  }

  /** Tells the terminal its size, in characters. */
  resize(columns: number, rows: number): void {
    void this.#send(resizeFrame(columns, rows));
  }

  /** Ends the stream. The command itself may go on: a shell is ended with `endSession`. */
  close(): void {
    this.#fail(new KubeError('aborted', 'The stream was closed'));
  }

  #receive(message: Buffer, isBinary: boolean): void {
    if (this.#failure) return;
    try {
      const frame = readFrame(message, isBinary);
      if (frame.channel === 'end') this.#end(frame.end);
      else if (frame.channel === 'stdout') this.#stdout?.(frame.bytes);
      else if (frame.channel === 'stderr') this.#stderr?.(frame.bytes);
      else if (frame.channel === 'unknown') this.#unknownFrames += 1;
    } catch (error) {
      this.#fail(networkError(error));
    }
  }

  #end(end: CommandEnd): void {
    this.#commandEnd ??= end;
    this.#closingTimer ??= setTimeout(() => this.#webSocket.terminate(), closingMs);
    this.#webSocket.close();
  }

  #fail(error: KubeError): void {
    this.#failure ??= error;
    this.#webSocket.terminate();
  }

  #send(frame: Buffer): Promise<void> {
    return new Promise((resolve) => {
      if (this.#webSocket.readyState !== this.#webSocket.OPEN) resolve();
      else this.#webSocket.send(frame, { binary: true }, () => resolve());
    });
  }
}
