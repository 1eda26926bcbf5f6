import { jwtVerify, SignJWT } from 'jose';
import { AppError } from '../http/app-error.ts';

/** Seconds an access token is good for; the session behind it is asked at each use. */
export const accessTokenSeconds = 600;

/** Verified tokens that are remembered. */
const mostVerified = 1000;

const algorithm = 'HS256';
const issuer = 'pilothouse';

/** Who an access token names. */
export interface AccessClaims {
  userId: string;
  sessionId: string;
}

/** Signs and reads access tokens (JWT, HS256 and nothing else). */
export class AccessTokens {
  readonly #key: Uint8Array;
  /** A signature stays as good as it was: a page's worth of calls pays for one. */
  #verified = new Map<string, { claims: AccessClaims; expiresAt: number }>();

  /** @param key 32 bytes, the same in every replica */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  issue({ userId, sessionId }: AccessClaims): Promise<string> {
    return new SignJWT({ sid: sessionId })
      .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
      .setIssuer(issuer)
      .setAudience(issuer)
      .setSubject(userId)
      .setIssuedAt()
      .setExpirationTime(`${accessTokenSeconds}s`)
      .sign(this.#key);
  }

  /** Throws `unauthenticated` for a bad signature, another algorithm, an expired or foreign token. */
  async verify(token: string): Promise<AccessClaims> {
    const known = this.#verified.get(token);
    if (known !== undefined && Date.now() < known.expiresAt) return known.claims;
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: [algorithm],
        issuer,
        audience: issuer,
        requiredClaims: ['sub', 'sid', 'exp', 'iat'],
        maxTokenAge: accessTokenSeconds,
      });
      const claims = { userId: String(payload.sub), sessionId: String(payload.sid) };
      const expiresAt = Math.min(Number(payload.exp), Number(payload.iat) + accessTokenSeconds) * 1000;
      this.#remember(token, claims, expiresAt);
      return claims;
    } catch (error) {
      throw new AppError('unauthenticated', {}, undefined, { cause: error });
    }
  }

  #remember(token: string, claims: AccessClaims, expiresAt: number): void {
    if (this.#verified.size >= mostVerified) this.#verified = new Map();
    this.#verified.set(token, { claims, expiresAt });
  }
}
