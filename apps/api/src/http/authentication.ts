import type { IncomingMessage } from 'node:http';
import type { AccessTokens } from '../authz/access-tokens.ts';
import type { LiveSessions } from '../authz/live-sessions.ts';
import type { Principal } from '../authz/principal.ts';
import { AppError } from './app-error.ts';

/** Finds out who sends a request: `Authorization: Bearer`, a good signature, a session that lives. */
export class Authentication {
  readonly #tokens: AccessTokens;
  readonly #sessions: LiveSessions;

  constructor(tokens: AccessTokens, sessions: LiveSessions) {
    this.#tokens = tokens;
    this.#sessions = sessions;
  }

  /** Throws `unauthenticated` or `sessionEnded`. */
  async authenticate(req: IncomingMessage): Promise<Principal> {
    const [scheme, token] = (req.headers.authorization ?? '').split(' ', 2);
    if (scheme?.toLowerCase() !== 'bearer' || token === undefined) throw new AppError('unauthenticated');
    const { userId, sessionId } = await this.#tokens.verify(token);
    const principal = await this.#sessions.principalOf(sessionId);
    if (principal.userId !== userId) throw new AppError('unauthenticated');
    return principal;
  }

  /** For endpoints that ask nobody: the caller when there is a token, else null. */
  async identify(req: IncomingMessage): Promise<Principal | null> {
    return req.headers.authorization === undefined ? null : this.authenticate(req);
  }
}
