import type { Socket } from 'node:net';
import type { BreakerState } from './circuit-breaker.ts';
import type { KubeErrorReason } from './kube-error.ts';
import type { ProcessorSnapshot } from './processor-budget.ts';

/** Upper bounds of the latency histogram, in milliseconds; a last bucket holds what took longer. */
export const latencyBoundsMs = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000] as const;

/** What went over one connection since it was made; a plain object, a copy. */
export interface TrafficSnapshot {
  /** Requests that ended, the opening of streams included. */
  requests: number;
  /** Those that failed, by reason. A call that was refused before anything left is no request. */
  errors: Partial<Record<KubeErrorReason, number>>;
  /** Time to the headers. `counts` has one more entry than `latencyBoundsMs`, and is not cumulative. */
  latency: { sumMs: number; counts: number[] };
  /** Streams open now: watches, logs and shells. */
  streams: number;
  /** Calls under way and calls that wait for their turn. */
  running: number;
  waiting: number;
  breaker: BreakerState;
  /** How many times the breaker has opened. */
  breakerOpenings: number;
  /** What the reading of lists and watches took of the processor. */
  processor: ProcessorSnapshot;
  /** Of all sockets, HTTP's own included. */
  bytesReceived: number;
  bytesSent: number;
}

/** Counts what goes over one connection. */
export class Traffic {
  readonly #sockets = new Set<Socket>();
  readonly #errors: Partial<Record<KubeErrorReason, number>> = {};
  readonly #counts = Array.from({ length: latencyBoundsMs.length + 1 }, () => 0);
  #requests = 0;
  #sumMs = 0;
  #streams = 0;
  #received = 0;
  #sent = 0;

  /** A request ended; `reason` where it failed. */
  ended(durationMs: number, reason: KubeErrorReason | undefined): void {
    this.#requests += 1;
    this.#sumMs += durationMs;
    const bucket = latencyBoundsMs.findIndex((bound) => durationMs <= bound);
    const index = bucket === -1 ? latencyBoundsMs.length : bucket;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    if (reason !== undefined) this.#errors[reason] = (this.#errors[reason] ?? 0) + 1;
  }

  /** A stream is open until `closing` says `close`. */
  streaming(closing: { once(event: 'close', listener: () => void): unknown }): void {
    this.#streams += 1;
    closing.once('close', () => {
      this.#streams -= 1;
    });
  }

  /** Counts a socket's bytes, now and when it has closed. */
  socket(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#received += socket.bytesRead;
      this.#sent += socket.bytesWritten;
    });
  }

  snapshot(): Omit<TrafficSnapshot, 'running' | 'waiting' | 'breaker' | 'breakerOpenings' | 'processor'> {
    let [bytesReceived, bytesSent] = [this.#received, this.#sent];
    for (const { bytesRead, bytesWritten } of this.#sockets) {
      bytesReceived += bytesRead;
      bytesSent += bytesWritten;
    }
    return {
      requests: this.#requests,
      errors: { ...this.#errors },
      latency: { sumMs: this.#sumMs, counts: [...this.#counts] },
      streams: this.#streams,
      bytesReceived,
      bytesSent,
    };
  }
}
