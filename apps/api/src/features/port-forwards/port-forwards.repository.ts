import type { PodPort } from '@pilothouse/contract';
import type { Database } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { storedJson } from '../../db/stored-json.ts';

export type PortForwardRow = Awaited<ReturnType<PortForwardsRepository['list']>>[number];

/** A forward that was not used for so long is over. */
export const idleMs = 30 * 60_000;

/** Port forwards that are open, in whichever process somebody asks for them. */
export class PortForwardsRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Those of a user, the oldest first. */
  async list(userId: string) {
    const rows = await this.#database.prisma.portForward.findMany({
      where: { userId, usedAt: { gt: notBefore() } },
      orderBy: { id: 'asc' },
    });
    return rows.map((row) => ({ ...row, through: row.through as PodPort['through'] | null }));
  }

  /** Null where there is none, or none any more. */
  async find(id: string): Promise<PortForwardRow | null> {
    const row = await this.#database.prisma.portForward.findUnique({
      where: { id, usedAt: { gt: notBefore() } },
    });
    return row && { ...row, through: row.through as PodPort['through'] | null };
  }

  async create(
    { through, ...place }: PodPort,
    owner: Pick<PortForwardRow, 'userId' | 'username' | 'sessionId' | 'address'>,
  ): Promise<string> {
    const id = newId();
    const now = new Date();
    await this.#database.prisma.portForward.create({
      data: {
        id,
        ...place,
        ...owner,
        ...(through && { through: storedJson(through) }),
        createdAt: now,
        usedAt: now,
      },
    });
    return id;
  }

  /** A browser may enter with what has this hash, once. */
  async admit(id: string, entryHash: string, entryExpiresAt: Date): Promise<void> {
    await this.#database.prisma.portForward.updateMany({
      where: { id },
      data: { entryHash, entryExpiresAt },
    });
  }

  /** Uses an entry up; of all that try exactly one gets true, and its cookie's hash is the forward's from then on. */
  async enter(id: string, entryHash: string, keyHash: string): Promise<boolean> {
    const now = new Date();
    const { count } = await this.#database.prisma.portForward.updateMany({
      where: { id, entryHash, entryExpiresAt: { gt: now }, usedAt: { gt: notBefore() } },
      data: { entryHash: null, entryExpiresAt: null, keyHash, usedAt: now },
    });
    return count === 1;
  }

  /** Somebody uses them. */
  async used(ids: string[]): Promise<void> {
    await this.#database.prisma.portForward.updateMany({
      where: { id: { in: ids } },
      data: { usedAt: new Date() },
    });
  }

  /** Those of them that are open still. */
  async open(ids: string[]): Promise<Set<string>> {
    const rows = await this.#database.prisma.portForward.findMany({
      where: { id: { in: ids }, usedAt: { gt: notBefore() } },
      select: { id: true },
    });
    return new Set(rows.map(({ id }) => id));
  }

  /** Ends it, wherever it is used; false where there is none of that user's. */
  async end(id: string, userId: string): Promise<boolean> {
    const { count } = await this.#database.prisma.portForward.deleteMany({ where: { id, userId } });
    return count === 1;
  }

  /** Drops up to `most` that were last used before; returns how many. */
  async prune(before: Date, most: number): Promise<number> {
    const { count } = await this.#database.prisma.portForward.deleteMany({
      where: { usedAt: { lt: before } },
      limit: most,
    });
    return count;
  }
}

function notBefore(): Date {
  return new Date(Date.now() - idleMs);
}
