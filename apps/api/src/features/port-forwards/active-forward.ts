import { setMaxListeners } from 'node:events';
import type { Duplex } from 'node:stream';
import type { StreamEndReason } from '@pilothouse/contract';
import { AppError } from '../../http/app-error.ts';
import type { GuardedStream } from '../../ws/stream-guard.ts';
import { UpstreamAgent } from './upstream-agent.ts';

/** Requests and sockets of one forward under way at once in one process. */
const mostExchanges = 200;

/** A forward that this process serves: its connections to the Pod, and what goes over them. */
export class ActiveForward implements GuardedStream {
  readonly agent: UpstreamAgent;
  readonly #life = new AbortController();
  readonly #onEnd: (reason: StreamEndReason) => void;
  #exchanges = 0;
  /** Somebody has used it since it was last asked. */
  #isUsed = true;

  constructor(connect: (signal: AbortSignal) => Promise<Duplex>, onEnd: (reason: StreamEndReason) => void) {
    setMaxListeners(0, this.#life.signal);
    this.#onEnd = onEnd;
    this.agent = new UpstreamAgent(() => connect(this.signal));
  }

  get signal(): AbortSignal {
    return this.#life.signal;
  }

  /** A request or a socket begins; returns what ends it. Throws AppError `tooManyStreams`. */
  begin(): () => void {
    if (this.#exchanges >= mostExchanges) throw new AppError('tooManyStreams', { limit: mostExchanges });
    this.#exchanges += 1;
    this.#isUsed = true;
    let isOpen = true;
    return () => {
      if (isOpen) this.#exchanges -= 1;
      isOpen = false;
    };
  }

  /** Bytes go over it. */
  touch(): void {
    this.#isUsed = true;
  }

  /** Whether it was used since this was last asked. */
  takeUse(): boolean {
    const was = this.#isUsed;
    this.#isUsed = false;
    return was;
  }

  end(reason: StreamEndReason): void {
    if (this.signal.aborted) return;
    this.#life.abort();
    this.agent.destroy();
    this.#onEnd(reason);
  }
}
