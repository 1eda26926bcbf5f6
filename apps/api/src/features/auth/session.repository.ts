import { createHash, randomBytes } from 'node:crypto';
import type { Database, Queries } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';

/** A session lives this long without being refreshed … */
const idleMs = 24 * 3600_000;
/** … and this long at most. */
const longestMs = 7 * 24 * 3600_000;
/** How long a refresh token still counts after it was traded: the answer may have been lost on the way. */
const graceMs = 30_000;

/** How long what has expired is kept. */
export const keptMs = 30 * 24 * 3600_000;

export interface Opened {
  sessionId: string;
  userId: string;
  refreshToken: string;
}

const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');

/** Rows of sessions. Refresh tokens are stored as hashes only. */
export class SessionRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async open(
    queries: Queries,
    userId: string,
    origin: { address: string; userAgent: string },
  ): Promise<Opened> {
    const refreshToken = randomBytes(32).toString('base64url');
    const sessionId = newId();
    const now = new Date();
    await queries.session.create({
      data: {
        id: sessionId,
        userId,
        refreshHash: hashOf(refreshToken),
        rotatedAt: now,
        address: origin.address.slice(0, 64),
        userAgent: origin.userAgent.slice(0, 255),
        createdAt: now,
        expiresAt: new Date(now.getTime() + idleMs),
      },
    });
    return { sessionId, userId, refreshToken };
  }

  /**
   * Trades a refresh token for the next one.
   * @returns the session, `reused` with its id when the token was traded longer ago than the grace, or undefined
   */
  async rotate(token: string): Promise<Opened | { reused: string } | undefined> {
    const presented = hashOf(token);
    const { prisma } = this.#database;
    const session = await prisma.session.findFirst({
      where: { OR: [{ refreshHash: presented }, { previousHash: presented }], endedAt: null },
      include: { user: { select: { disabledAt: true } } },
    });
    const now = new Date();
    if (session === null || session.expiresAt <= now || session.user.disabledAt !== null) return undefined;
    const isCurrent = session.refreshHash === presented;
    if (!isCurrent && now.getTime() - session.rotatedAt.getTime() > graceMs) return { reused: session.id };
    const refreshToken = randomBytes(32).toString('base64url');
    const { count } = await prisma.session.updateMany({
      where: { id: session.id, refreshHash: session.refreshHash, endedAt: null },
      data: {
        refreshHash: hashOf(refreshToken),
        previousHash: presented,
        // the grace of an old token is not made longer by using it
        ...(isCurrent && { rotatedAt: now }),
        expiresAt: new Date(Math.min(now.getTime() + idleMs, session.createdAt.getTime() + longestMs)),
      },
    });
    // another request was faster: its token is the current one now, ours the previous
    if (count === 0) return this.rotate(token);
    return { sessionId: session.id, userId: session.userId, refreshToken };
  }

  /** The session a refresh token belongs to. */
  async find(token: string): Promise<{ id: string; userId: string; username: string } | undefined> {
    const hash = hashOf(token);
    const session = await this.#database.prisma.session.findFirst({
      where: { OR: [{ refreshHash: hash }, { previousHash: hash }], endedAt: null },
      include: { user: { select: { username: true } } },
    });
    return session === null
      ? undefined
      : { id: session.id, userId: session.userId, username: session.user.username };
  }

  /** Forgets up to `most` sessions that expired before; returns how many. */
  async prune(before: Date, most: number): Promise<number> {
    const { count } = await this.#database.prisma.session.deleteMany({
      where: { expiresAt: { lt: before } },
      limit: most,
    });
    return count;
  }
}
