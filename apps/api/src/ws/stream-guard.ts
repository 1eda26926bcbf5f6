import type { Requirement, StreamEndReason } from '@pilothouse/contract';
import type { Principal } from '../authz/principal.ts';
import { AppError } from '../http/app-error.ts';

/** Why a stream may not go on. */
export type Refusal = 'sessionEnded' | 'rightsLost';

/** What the guard asks of identity and rights. */
export interface StreamRights {
  /** Called on every change of the revocation version; returns how to stop listening. */
  onRevoked(listener: () => void): () => void;
  /** Undefined while the session lives and all requirements hold. */
  refusal(principal: Principal, requirements: Requirement[]): Promise<Refusal | undefined>;
}

/** A socket, or an answer that is being written. */
export interface GuardedStream {
  /** Aborted when it is over. */
  signal: AbortSignal;
  end(reason: StreamEndReason): void;
}

export type StreamPurpose = 'live' | 'log' | 'logs' | 'exec' | 'nodeShell' | 'download' | 'forward';

/** How many streams of each kind a session may have open; a user has room for twice as many in all sessions. */
export type StreamLimits = Readonly<Record<StreamPurpose, number>>;

interface Guarded {
  stream: GuardedStream;
  principal: Principal;
  requirements: Requirement[];
  cluster: string | undefined;
  purpose: StreamPurpose;
}

/** Sessions also run out without anybody revoking them. */
const recheckMs = 3000;

/** Sessions' worth of streams a user has room for. */
const sessionsWorth = 2;

/**
 * Holds every open stream to its owner's limits and to the rights it was opened with: they are asked again on each revocation and every few
 * seconds, and a stream whose answer is no ends with the reason.
 */
export class StreamGuard {
  readonly #rights: StreamRights;
  readonly #limits: StreamLimits;
  readonly #streams = new Set<Guarded>();
  readonly #timer: NodeJS.Timeout;
  readonly #unsubscribe: () => void;
  #checking: Promise<void> | undefined;
  #again = false;

  constructor(rights: StreamRights, limits: StreamLimits) {
    this.#rights = rights;
    this.#limits = limits;
    this.#unsubscribe = rights.onRevoked(() => void this.recheck());
    this.#timer = setInterval(() => void this.recheck(), recheckMs);
    this.#timer.unref();
  }

  /** Number of open streams. */
  get size(): number {
    return this.#streams.size;
  }

  /** Open streams of each kind. */
  get counts(): Record<StreamPurpose, number> {
    const counts = { live: 0, log: 0, logs: 0, exec: 0, nodeShell: 0, download: 0, forward: 0 };
    for (const { purpose } of this.#streams) counts[purpose] += 1;
    return counts;
  }

  /** Throws AppError `tooManyStreams` where the session, or the user in all sessions, has as many as is good. */
  checkRoom({ userId, sessionId }: Principal, purpose: StreamPurpose): void {
    const limit = this.#limits[purpose];
    const theirs = [...this.#streams].filter(
      (stream) => stream.purpose === purpose && stream.principal.userId === userId,
    );
    const inSession = theirs.filter(({ principal }) => principal.sessionId === sessionId);
    if (inSession.length >= limit) throw new AppError('tooManyStreams', { limit });
    if (theirs.length >= limit * sessionsWorth)
      throw new AppError('tooManyStreams', { limit: limit * sessionsWorth });
  }

  watch(guarded: Guarded): void {
    const { signal } = guarded.stream;
    if (signal.aborted) return;
    this.#streams.add(guarded);
    signal.addEventListener('abort', () => this.#streams.delete(guarded), { once: true });
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
    this.#endWhere('clusterRemoved', (guarded) => guarded.cluster === cluster);
  }

  /** Tells every stream that the platform stops. */
  stop(): void {
    clearInterval(this.#timer);
    this.#unsubscribe();
    this.#endWhere('shuttingDown', () => true);
  }

  async #round(): Promise<void> {
    await Promise.all(
      [...this.#streams].map(async ({ stream, principal, requirements }) => {
        // an unanswered question (the database is down) changes nothing; the next round asks again
        const refusal = await this.#rights.refusal(principal, requirements).catch(() => undefined);
        if (refusal !== undefined) stream.end(refusal);
      }),
    );
  }

  #endWhere(reason: StreamEndReason, applies: (guarded: Guarded) => boolean): void {
    for (const guarded of this.#streams) if (applies(guarded)) guarded.stream.end(reason);
  }
}
