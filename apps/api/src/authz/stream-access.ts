import type { Requirement } from '@pilothouse/contract';
import type { Versions } from '../db/versions.ts';
import { AppError } from '../http/app-error.ts';
import type { Authoriser } from './authoriser.ts';
import type { LiveSessions } from './live-sessions.ts';
import type { Principal } from './principal.ts';

/** Holds a stream to the session and the rights it was opened with. */
export class StreamAccess {
  readonly #sessions: LiveSessions;
  readonly #authoriser: Authoriser;
  readonly #versions: Versions;

  constructor(sessions: LiveSessions, authoriser: Authoriser, versions: Versions) {
    this.#sessions = sessions;
    this.#authoriser = authoriser;
    this.#versions = versions;
  }

  /** Calls `listener` within a second after rights or sessions changed; returns how to stop that. */
  onRevoked(listener: () => void): () => void {
    return this.#versions.onChange('access', listener);
  }

  /** Undefined while the session lives and all requirements hold; rejects when the database does not answer. */
  async refusal(
    principal: Principal,
    requirements: readonly Requirement[],
  ): Promise<'sessionEnded' | 'rightsLost' | undefined> {
    try {
      await this.#sessions.principalOf(principal.sessionId);
    } catch (error) {
      if (error instanceof AppError && error.code === 'sessionEnded') return 'sessionEnded';
      throw error;
    }
    const { allowed } = await this.#authoriser.authorise(principal, requirements);
    return allowed ? undefined : 'rightsLost';
  }
}
