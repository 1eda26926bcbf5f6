import type { IncomingMessage } from 'node:http';
import type { AccessTokens } from '../authz/access-tokens.ts';
import type { ApiTokens } from '../authz/api-tokens.ts';
import type { LiveSessions } from '../authz/live-sessions.ts';
import type { Principal } from '../authz/principal.ts';
import { AppError } from './app-error.ts';

/** Finds out who sends a request: `Authorization: Bearer`, with the token of a session that lives or an API token. */
export class Authentication {
  readonly #tokens: AccessTokens;
  readonly #apiTokens: ApiTokens;
  readonly #sessions: LiveSessions;

  constructor(tokens: AccessTokens, apiTokens: ApiTokens, sessions: LiveSessions) {
    this.#tokens = tokens;
    this.#apiTokens = apiTokens;
    this.#sessions = sessions;
  }

  /** Throws `unauthenticated` or `sessionEnded`. */
  async authenticate(req: IncomingMessage): Promise<Principal> {
    const [scheme, token] = (req.headers.authorization ?? '').split(' ', 2);
    if (scheme?.toLowerCase() !== 'bearer' || token === undefined) throw new AppError('unauthenticated');
    if (this.#apiTokens.isOne(token)) return this.#withApiToken(token);
    const { userId, sessionId } = await this.#tokens.verify(token);
    const principal = await this.#sessions.principalOf(sessionId);
    if (principal.userId !== userId) throw new AppError('unauthenticated');
    return principal;
  }

  /** For endpoints that ask nobody: the caller when there is a token, else null. */
  async identify(req: IncomingMessage): Promise<Principal | null> {
    return req.headers.authorization === undefined ? null : this.authenticate(req);
  }

  async #withApiToken(secret: string): Promise<Principal> {
    const id = await this.#apiTokens.idOf(secret);
    const principal = await this.#sessions.principalOf(id);
    this.#apiTokens.used(id);
    return principal;
  }
}
