import type { Database, Prisma } from '../../db/database.ts';
import { GatheredWrites } from '../../db/gathered-writes.ts';
import type { SecretBox } from '../../db/secret-box.ts';
import type { ObjectPlace } from './object-image.ts';

const table = 'object_history';

export interface NewEntry {
  id: string;
  place: ObjectPlace;
  uid: string | null;
  verb: string;
  user: { userId: string | null; username: string };
  auditId: string;
  /** Packed; null where there is no object. */
  before: Uint8Array | null;
}

/** An entry without its images. */
export interface EntryRow {
  id: string;
  at: Date;
  username: string;
  verb: string;
  auditId: string;
  uid: string | null;
  endedAt: Date | null;
}

const summary = {
  id: true,
  at: true,
  username: true,
  verb: true,
  auditId: true,
  uid: true,
  endedAt: true,
} as const;

/** Writes of objects with what was before and after, sealed. */
export class ObjectHistoryRepository {
  readonly #database: Database;
  readonly #secrets: SecretBox;
  readonly #inserts: GatheredWrites<Prisma.ObjectHistoryCreateManyInput>;

  constructor(database: Database, secrets: SecretBox) {
    this.#database = database;
    this.#secrets = secrets;
    this.#inserts = new GatheredWrites(async (rows) => {
      await database.prisma.objectHistory.createMany({ data: [...rows] });
    });
  }

  async insert({ id, place, uid, verb, user, auditId, before }: NewEntry): Promise<void> {
    const sealed = before === null ? null : this.#secrets.seal(table, id, 'before_image', before);
    await this.#inserts.add({
      id,
      ...keyOf(place),
      uid,
      verb,
      userId: user.userId,
      username: user.username,
      auditId,
      at: new Date(),
      endedAt: null,
      beforeImage: sealed,
      afterImage: null,
      bytes: sealed?.length ?? 0,
    });
  }

  /** Closes an entry, with the name that the cluster may only have given now. */
  async end(
    id: string,
    { name, uid, after }: { name: string; uid: string | null; after: Uint8Array | null },
  ): Promise<void> {
    const sealed = after === null ? null : this.#secrets.seal(table, id, 'after_image', after);
    await this.#database.prisma.$executeRaw`
      UPDATE object_history
      SET name = ${name}, uid = ${uid}, ended_at = ${new Date()}, after_image = ${sealed},
        bytes = bytes + ${sealed?.length ?? 0}
      WHERE id = ${id}`;
  }

  async delete(id: string): Promise<void> {
    await this.#database.prisma.objectHistory.deleteMany({ where: { id } });
  }

  /** Newest first. */
  list(place: ObjectPlace): Promise<EntryRow[]> {
    return this.#database.prisma.objectHistory.findMany({
      where: keyOf(place),
      orderBy: { id: 'desc' },
      select: summary,
    });
  }

  /** An entry of this object with its images, packed; undefined where there is none. */
  async find(place: ObjectPlace, id: string) {
    const row = await this.#database.prisma.objectHistory.findFirst({ where: { id, ...keyOf(place) } });
    if (row === null) return undefined;
    const { beforeImage, afterImage, ...entry } = row;
    const open = (column: string, sealed: Uint8Array | null) =>
      sealed === null ? null : this.#secrets.open(table, id, column, sealed);
    return {
      entry: entry as EntryRow,
      before: open('before_image', beforeImage),
      after: open('after_image', afterImage),
    };
  }

  /** Drops all entries of an object but the last `most`. */
  async keepLast(place: ObjectPlace, most: number): Promise<void> {
    const { prisma } = this.#database;
    const { clusterId, group, plural, namespace, name } = place;
    const old = await prisma.$queryRaw<{ id: string }[]>`
      SELECT id FROM object_history
      WHERE cluster_id = ${clusterId} AND api_group = ${group} AND plural = ${plural}
        AND namespace = ${namespace} AND name = ${name}
      ORDER BY id DESC LIMIT 1000 OFFSET ${most}`;
    if (old.length > 0)
      await prisma.objectHistory.deleteMany({ where: { id: { in: old.map(({ id }) => id) } } });
  }

  /** Drops up to `most` entries older than `before`, or the oldest while all take more than `mostBytes`. */
  async prune(before: Date, mostBytes: number, most: number): Promise<number> {
    const { prisma } = this.#database;
    const old =
      await prisma.$executeRaw`DELETE FROM object_history WHERE at < ${before} ORDER BY at LIMIT ${most}`;
    if (old > 0) return old;
    const { _sum } = await prisma.objectHistory.aggregate({ _sum: { bytes: true } });
    let excess = (_sum.bytes ?? 0) - mostBytes;
    if (excess <= 0) return 0;
    const oldest = await prisma.objectHistory.findMany({
      orderBy: { at: 'asc' },
      select: { id: true, bytes: true },
      take: most,
    });
    const dropped: string[] = [];
    for (const { id, bytes } of oldest) {
      if (excess <= 0) break;
      dropped.push(id);
      excess -= bytes;
    }
    const { count } = await prisma.objectHistory.deleteMany({ where: { id: { in: dropped } } });
    return count;
  }
}

function keyOf({ clusterId, group, plural, namespace, name }: ObjectPlace) {
  return { clusterId, apiGroup: group, plural, namespace, name };
}
