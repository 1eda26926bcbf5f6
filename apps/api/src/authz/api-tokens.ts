import { createHash, randomBytes } from 'node:crypto';
import type { Database } from '../db/database.ts';
import { AppError } from '../http/app-error.ts';
import { markUsed, tokenIdOf } from './api-tokens.repository.ts';

/** What every API token begins with: no session's token does, and scanners for leaked secrets find it. */
const prefix = 'pilothouse_';
const secretBytes = 32;

/** A token's last use is known to the minute. */
const usedEveryMs = 60_000;
/** Beyond this the memory is emptied. */
const mostRemembered = 1000;

/** A new token, as it is told once, and what is stored of it. */
export function drawToken(): { secret: string; tokenHash: string } {
  const secret = prefix + randomBytes(secretBytes).toString('base64url');
  return { secret, tokenHash: hashOf(secret) };
}

/** Which token a secret is. Whether it is good is asked of the sessions, at each use. */
export class ApiTokens {
  readonly #database: Database;
  readonly #onError: (error: unknown) => void;
  #ids = new Map<string, string>();
  #usedAt = new Map<string, number>();

  constructor(database: Database, onError: (error: unknown) => void) {
    this.#database = database;
    this.#onError = onError;
  }

  /** Whether a credential says that it is an API token. */
  isOne(credential: string): boolean {
    return credential.startsWith(prefix);
  }

  /** Its id, for as long as its row is there. Throws `unauthenticated` where it is none. */
  async idOf(secret: string): Promise<string> {
    const hash = hashOf(secret);
    const id = this.#ids.get(hash) ?? (await tokenIdOf(this.#database, hash));
    if (id === undefined) throw new AppError('unauthenticated');
    if (this.#ids.size >= mostRemembered) this.#ids = new Map();
    this.#ids.set(hash, id);
    return id;
  }

  /** Nobody waits for it to be written. */
  used(id: string): void {
    const now = Date.now();
    if (now - (this.#usedAt.get(id) ?? 0) < usedEveryMs) return;
    if (this.#usedAt.size >= mostRemembered) this.#usedAt = new Map();
    this.#usedAt.set(id, now);
    markUsed(this.#database, id, new Date(now), new Date(now - usedEveryMs)).catch(this.#onError);
  }
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
