import type { Database } from '../db/database.ts';
import type { Versions } from '../db/versions.ts';
import { AppError } from '../http/app-error.ts';
import { readToken } from './api-tokens.repository.ts';
import type { Principal } from './principal.ts';
import { readSession, type SessionEndReason } from './session.repository.ts';

type Known = { principal: Principal; expiresAt: number } | { principal?: undefined; ended: SessionEndReason };

/** Beyond this the memory is emptied; the next requests read their sessions again. */
const maxRemembered = 10_000;

/** Which sessions live, and which API tokens are good: read once per version of `access`, so a request costs no query. */
export class LiveSessions {
  readonly #database: Database;
  readonly #versions: Versions;
  #known = new Map<string, Known>();

  constructor(database: Database, versions: Versions) {
    this.#database = database;
    this.#versions = versions;
    versions.onChange('access', () => (this.#known = new Map()));
  }

  /** Throws `sessionEnded`, or `databaseUnavailable` when nobody can say whether it was ended. */
  async principalOf(sessionId: string): Promise<Principal> {
    if (!this.#versions.fresh) throw new AppError('databaseUnavailable');
    const known = this.#known.get(sessionId) ?? (await this.#read(sessionId));
    if (known.principal === undefined) throw new AppError('sessionEnded', { reason: known.ended });
    if (known.expiresAt <= Date.now()) throw new AppError('sessionEnded', { reason: 'expired' });
    return known.principal;
  }

  async #read(sessionId: string): Promise<Known> {
    // what is read now belongs to the memory of now, not to one that a revocation began meanwhile
    const memory = this.#known;
    const known = await this.#load(sessionId);
    if (memory.size >= maxRemembered) memory.clear();
    memory.set(sessionId, known);
    return known;
  }

  async #load(sessionId: string): Promise<Known> {
    const session = await readSession(this.#database, sessionId);
    if (session === null) return this.#loadToken(sessionId);
    if (session.endedAt !== null) return { ended: session.endReason as SessionEndReason };
    const { user } = session;
    if (user.disabledAt !== null) return { ended: 'disabled' };
    return {
      principal: {
        userId: user.id,
        username: user.username,
        sessionId,
        mustChangePassword: user.mustChangePassword,
      },
      expiresAt: session.expiresAt.getTime(),
    };
  }

  async #loadToken(id: string): Promise<Known> {
    const token = await readToken(this.#database, id);
    if (token === null) return { ended: 'unknown' };
    if (token.revokedAt !== null) return { ended: 'revoked' };
    const { user } = token;
    if (user.disabledAt !== null) return { ended: 'disabled' };
    return {
      principal: {
        userId: id,
        username: user.username,
        sessionId: id,
        mustChangePassword: user.mustChangePassword,
        token: { makerId: user.id },
      },
      expiresAt: token.expiresAt.getTime(),
    };
  }
}
