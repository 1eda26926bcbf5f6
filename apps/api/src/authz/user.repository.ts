import type { Database, Prisma, Queries } from '../db/database.ts';
import { newId } from '../db/ids.ts';
import { containing } from '../db/like.ts';
import { readPage, type PageOrder, type PageQuery } from '../http/paging.ts';
import { userView } from './user-view.ts';

/** An account with all that is known of it, its password's hash too. */
export type UserRow = Prisma.UserGetPayload<object>;

const order: PageOrder<Prisma.UserOrderByWithRelationInput> = {
  sortable: { username: 'username', displayName: 'displayName', createdAt: 'createdAt' },
  fallback: 'username',
};

/** Rows of accounts; what belongs into somebody's transaction takes its queries. */
export class UserRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  find(id: string): Promise<UserRow | null> {
    return this.#database.prisma.user.findUnique({ where: { id } });
  }

  /** Names that differ in case or in blanks at the end are the same to the database. */
  async findByName(username: string, queries?: Queries): Promise<UserRow | null> {
    return (queries ?? this.#database.prisma).user.findUnique({ where: { username } });
  }

  /** Somebody who has to change this password at the first sign-in. Rejects when the name is taken. */
  create(account: { username: string; displayName: string; passwordHash: string }): Promise<UserRow> {
    const now = new Date();
    return this.#database.prisma.user.create({
      data: { id: newId(), ...account, mustChangePassword: true, passwordChangedAt: now, createdAt: now },
    });
  }

  change(
    queries: Queries,
    id: string,
    change: { displayName?: string | undefined; disabledAt?: Date | null },
  ): Promise<UserRow> {
    const { displayName, ...rest } = change;
    return queries.user.update({
      where: { id },
      data: { ...rest, ...(displayName !== undefined && { displayName }) },
    });
  }

  /** @param mustChangePassword whether it is good for one sign-in only */
  async setPassword(
    queries: Queries,
    id: string,
    { passwordHash, mustChangePassword }: { passwordHash: string; mustChangePassword: boolean },
  ): Promise<void> {
    await queries.user.update({
      where: { id },
      data: { passwordHash, mustChangePassword, passwordChangedAt: new Date() },
    });
  }

  page(query: PageQuery & { q?: string | undefined; group?: string | undefined }) {
    const { user } = this.#database.prisma;
    const contains = containing(query.q ?? '');
    const where: Prisma.UserWhereInput = {
      ...(query.q !== undefined && { OR: [{ username: contains }, { displayName: contains }] }),
      ...(query.group !== undefined && { groups: { some: { group: { name: query.group } } } }),
    };
    return readPage(query, order, {
      items: async (page) => (await user.findMany({ where, ...page })).map(userView),
      total: () => user.count({ where }),
    });
  }
}
