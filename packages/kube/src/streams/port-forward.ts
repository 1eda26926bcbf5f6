import { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { startDeadline } from '../transport/deadline.ts';
import { KubeError } from '../transport/kube-error.ts';
import { networkError, oneLine } from '../transport/network-error.ts';
import type { Status } from '../transport/status.ts';
import { keepAlive } from './keep-alive.ts';
import { webSocketError } from './web-socket-error.ts';

/** Of one port: channel 0 is its data, 1 what went wrong. The first message of each is the port itself. */
const channel = { data: 0, error: 1 } as const;
/** Largest piece of data in one message. */
const largestPiece = 32 * 1024;
/** Kept of what the server says went wrong. */
const largestComplaint = 4096;

/**
 * A TCP connection to a port of a pod. Reading slowly holds the pod back, `write` waits for the kernel. `end` sends no
 * more and goes on reading; the pod does not learn of it, since the protocol cannot say it, until the stream is over.
 * Ends when the pod closes its side; otherwise fails with KubeError.
 */
export class PortForward extends Duplex {
  readonly #webSocket: WebSocket;
  readonly #port: number;
  readonly #opened = new Set<number>();
  readonly #life: ReturnType<typeof startDeadline>;
  #complaint = '';

  /** Takes over an open, paused WebSocket; any of `signals` destroys the stream. */
  constructor(
    webSocket: WebSocket,
    port: number,
    { pingMs, signals }: { pingMs: number; signals: (AbortSignal | undefined)[] },
  ) {
    super({ allowHalfOpen: true });
    this.#webSocket = webSocket;
    this.#port = port;
    this.#life = startDeadline(undefined, signals);
    const stopPinging = keepAlive(webSocket, pingMs, (error) => this.destroy(error));
    const aborted = () => this.destroy(this.#life.signal.reason as KubeError);
    this.#life.signal.addEventListener('abort', aborted, { once: true });
    webSocket.on('message', (data, isBinary) => this.#receive(data as Buffer, isBinary));
    webSocket.on('error', (error) => this.destroy(webSocketError(error)));
    webSocket.once('close', (code) => {
      this.#life.end();
      stopPinging();
      this.#closed(code);
    });
    if (this.#life.signal.aborted) aborted();
  }

  override _read(): void {
    this.#webSocket.resume();
  }

  override _write(bytes: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    for (let start = 0; start < bytes.length; start += largestPiece) {
      const piece = bytes.subarray(start, start + largestPiece);
      const isLast = start + largestPiece >= bytes.length;
      const frame = Buffer.concat([Buffer.from([channel.data]), piece], piece.length + 1);
      this.#webSocket.send(
        frame,
        { binary: true },
        isLast ? (error) => done(error ? networkError(error) : null) : undefined,
      );
    }
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#webSocket.terminate();
    done(error);
  }

  #receive(message: Buffer, isBinary: boolean): void {
    if (this.destroyed) return;
    const number = message[0];
    if (!isBinary || (number !== channel.data && number !== channel.error)) {
      this.destroy(protocolError(isBinary ? `a message on channel ${number ?? 'none'}` : 'text'));
      return;
    }
    const bytes = message.subarray(1);
    if (!this.#opened.has(number)) return this.#open(number, bytes);
    if (number === channel.error) {
      this.#complaint = (this.#complaint + bytes.toString('utf8')).slice(0, largestComplaint);
    } else if (bytes.length > 0 && !this.push(bytes)) this.#webSocket.pause();
  }

  #open(number: number, bytes: Buffer): void {
    if (bytes.length === 2 && bytes.readUInt16LE() === this.#port) this.#opened.add(number);
    else this.destroy(protocolError(`something else than port ${this.#port} first`));
  }

  #closed(code: number): void {
    const said = oneLine(this.#complaint);
    if (said !== '') {
      const statusObject: Status = { status: 'Failure', message: this.#complaint };
      this.destroy(new KubeError('api', said, { statusObject }));
    } else if (code === 1000 || code === 1005) {
      this.push(null);
      // nothing that is written now would arrive
      this.end();
    } else this.destroy(new KubeError('unreachable', `The cluster closed the stream (${code})`));
  }
}

function protocolError(sent: string): KubeError {
  return new KubeError('protocol', `The server sent ${sent}`);
}
