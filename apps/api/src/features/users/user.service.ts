import { requireAdministrator } from '../../authz/administrators.ts';
import { oneTimePassword, type Passwords } from '../../authz/passwords.ts';
import { endSessionsOf } from '../../authz/session.repository.ts';
import { userView, type UserView } from '../../authz/user-view.ts';
import { isUniqueViolation } from '../../db/database-error.ts';
import type { Database, Prisma } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { containing } from '../../db/like.ts';
import { bumpVersion, type Versions } from '../../db/versions.ts';
import { AppError } from '../../http/app-error.ts';
import { readPage, type PageOrder, type PageQuery } from '../../http/paging.ts';

const order: PageOrder<Prisma.UserOrderByWithRelationInput> = {
  sortable: { username: 'username', displayName: 'displayName', createdAt: 'createdAt' },
  fallback: 'username',
};

/** Accounts of the platform. */
export class UserService {
  readonly #database: Database;
  readonly #passwords: Passwords;
  readonly #versions: Versions;

  constructor(database: Database, passwords: Passwords, versions: Versions) {
    this.#database = database;
    this.#passwords = passwords;
    this.#versions = versions;
  }

  /** Throws `notFound`. */
  async get(id: string): Promise<UserView> {
    const user = await this.#database.prisma.user.findUnique({ where: { id } });
    if (user === null) throw new AppError('notFound');
    return userView(user);
  }

  /** Throws `conflict` when the name is taken. */
  async create(username: string, displayName: string): Promise<{ user: UserView; oneTimePassword: string }> {
    const password = oneTimePassword();
    const passwordHash = await this.#passwords.hash(password);
    const now = new Date();
    try {
      const user = await this.#database.prisma.user.create({
        data: {
          id: newId(),
          username,
          displayName,
          passwordHash,
          mustChangePassword: true,
          passwordChangedAt: now,
          createdAt: now,
        },
      });
      return { user: userView(user), oneTimePassword: password };
    } catch (error) {
      throw isUniqueViolation(error) ? new AppError('conflict', { what: username }, 'body.username') : error;
    }
  }

  /** Disabling ends the user's sessions and streams. Throws `notFound`, or `lastAdmin`. */
  async update(
    username: string,
    change: { displayName?: string | undefined; disabled?: boolean | undefined },
  ) {
    const user = await this.#database.transaction(async (queries) => {
      const before = await queries.user.findUnique({ where: { username } });
      if (before === null) throw new AppError('notFound');
      const disables = change.disabled === true && before.disabledAt === null;
      if (disables) await endSessionsOf(queries, before.id, 'disabled');
      if (change.disabled !== undefined) await bumpVersion(queries, 'access', 'policies');
      const after = await queries.user.update({
        where: { username },
        data: {
          ...(change.displayName !== undefined && { displayName: change.displayName }),
          ...(disables && { disabledAt: new Date() }),
          ...(change.disabled === false && { disabledAt: null }),
        },
      });
      if (disables) await requireAdministrator(queries);
      return after;
    });
    await this.#versions.refresh();
    return userView(user);
  }

  /** A new one-time password; ends the user's sessions. Throws `notFound`. */
  async resetPassword(username: string): Promise<string> {
    const password = oneTimePassword();
    const passwordHash = await this.#passwords.hash(password);
    await this.#database.transaction(async (queries) => {
      const user = await queries.user.findUnique({ where: { username } });
      if (user === null) throw new AppError('notFound');
      await endSessionsOf(queries, user.id, 'passwordChanged');
      await queries.user.update({
        where: { username },
        data: { passwordHash, mustChangePassword: true, passwordChangedAt: new Date() },
      });
    });
    await this.#versions.refresh();
    return password;
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
