import type { Requirement, StreamEndReason } from '@pilothouse/contract';
import type { Principal } from '../authz/principal.ts';
import type { GuardedSocket } from './guarded-socket.ts';

/** Why a stream may not go on. */
export type Refusal = 'sessionEnded' | 'rightsLost';

/** What the guard asks of identity and rights. */
export interface StreamRights {
  /** Called on every change of the revocation version; returns how to stop listening. */
  onRevoked(listener: () => void): () => void;
  /** Undefined while the session lives and all requirements hold. */
  refusal(principal: Principal, requirements: Requirement[]): Promise<Refusal | undefined>;
}

interface Guarded {
  socket: GuardedSocket;
  principal: Principal;
  requirements: Requirement[];
  cluster: string | undefined;
}

/** Sessions also run out without anybody revoking them. */
const recheckMs = 3000;

/**
 * Holds every open stream to the rights it was opened with: they are asked again on each revocation and every few
 * seconds, and a stream whose answer is no ends with the reason.
 */
export class StreamGuard {
  readonly #rights: StreamRights;
  readonly #streams = new Set<Guarded>();
  readonly #timer: NodeJS.Timeout;
  readonly #unsubscribe: () => void;
  #checking: Promise<void> | undefined;
  #again = false;

  constructor(rights: StreamRights) {
    this.#rights = rights;
    this.#unsubscribe = rights.onRevoked(() => void this.recheck());
    this.#timer = setInterval(() => void this.recheck(), recheckMs);
    this.#timer.unref();
  }

  /** Number of open streams. */
  get size(): number {
    return this.#streams.size;
  }

  watch(stream: Guarded): void {
    this.#streams.add(stream);
    stream.socket.signal.addEventListener('abort', () => this.#streams.delete(stream), { once: true });
  }

  /** Asks for every stream whether it may go on. Calls that come while it asks are answered by one more round. */
  recheck(): Promise<void> {
    if (this.#checking !== undefined) {
      this.#again = true;
      return this.#checking;
    }
    this.#checking = this.#round().finally(() => {
      this.#checking = undefined;
      if (this.#again) {
        this.#again = false;
        void this.recheck();
      }
    });
    return this.#checking;
  }

  /** A removed cluster takes its streams along. */
  clusterRemoved(cluster: string): void {
    this.#endWhere('clusterRemoved', (stream) => stream.cluster === cluster);
  }

  /** Tells every stream that the platform stops. */
  stop(): void {
    clearInterval(this.#timer);
    this.#unsubscribe();
    this.#endWhere('shuttingDown', () => true);
  }

  async #round(): Promise<void> {
    await Promise.all(
      [...this.#streams].map(async ({ socket, principal, requirements }) => {
        // an unanswered question (the database is down) changes nothing; the next round asks again
        const refusal = await this.#rights.refusal(principal, requirements).catch(() => undefined);
        if (refusal !== undefined) socket.end(refusal);
      }),
    );
  }

  #endWhere(reason: StreamEndReason, applies: (stream: Guarded) => boolean): void {
    for (const stream of this.#streams) if (applies(stream)) stream.socket.end(reason);
  }
}
