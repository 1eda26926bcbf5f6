import { requireAdministrator } from '../../authz/administrators.repository.ts';
import type { Subject } from '../../authz/authoriser.ts';
import type { GivingGuard } from '../../authz/giving-guard.ts';
import { readGrantsOf } from '../../authz/grants-of-user.repository.ts';
import { oneTimePassword, type Passwords } from '../../authz/passwords.ts';
import { endSessionsOf } from '../../authz/session.repository.ts';
import type { UserRepository } from '../../authz/user.repository.ts';
import { userView, type UserView } from '../../authz/user-view.ts';
import { isUniqueViolation } from '../../db/database-error.ts';
import type { Database, Queries } from '../../db/database.ts';
import { bumpVersion, type Versions } from '../../db/versions.ts';
import { AppError } from '../../http/app-error.ts';
import { giveOneTimePassword } from './give-one-time-password.ts';

export interface UserServiceOptions {
  database: Database;
  users: UserRepository;
  passwords: Passwords;
  versions: Versions;
  guard: GivingGuard;
}

/** Accounts of the platform. */
export class UserService {
  readonly #options: UserServiceOptions;

  constructor(options: UserServiceOptions) {
    this.#options = options;
  }

  page: UserRepository['page'] = (query) => this.#options.users.page(query);

  /** Throws `notFound`. */
  async get(id: string): Promise<UserView> {
    const user = await this.#options.users.find(id);
    if (user === null) throw new AppError('notFound');
    return userView(user);
  }

  /** Throws `conflict` when the name is taken. */
  async create(username: string, displayName: string): Promise<{ user: UserView; oneTimePassword: string }> {
    const { users, passwords } = this.#options;
    const password = oneTimePassword();
    const passwordHash = await passwords.hash(password);
    try {
      const user = await users.create({ username, displayName, passwordHash });
      return { user: userView(user), oneTimePassword: password };
    } catch (error) {
      throw isUniqueViolation(error) ? new AppError('conflict', { what: username }, 'body.username') : error;
    }
  }

  /**
   * Disabling ends the user's sessions and streams; enabling is for who has what the user has. Throws `notFound`,
   * `lastAdmin`, or `accountEscalation`.
   */
  async update(
    subject: Subject,
    username: string,
    { displayName, disabled }: { displayName?: string | undefined; disabled?: boolean | undefined },
  ): Promise<UserView> {
    const { database, users, versions } = this.#options;
    const user = await database.transaction(async (queries) => {
      const before = await users.findByName(username, queries);
      if (before === null) throw new AppError('notFound');
      const disables = disabled === true && before.disabledAt === null;
      if (disables) await endSessionsOf(queries, before.id, 'disabled');
      if (disabled !== undefined) await bumpVersion(queries, 'access', 'policies');
      if (disabled === false && before.disabledAt !== null) await this.#requireOwn(subject, queries, before);
      const after = await users.change(queries, before.id, {
        displayName,
        ...(disables && { disabledAt: new Date() }),
        ...(disabled === false && { disabledAt: null }),
      });
      if (disables) await requireAdministrator(queries);
      return after;
    });
    await versions.refresh();
    return userView(user);
  }

  /** A new one-time password; ends the user's sessions. Throws `notFound`, or `accountEscalation`. */
  async resetPassword(subject: Subject, username: string): Promise<string> {
    return giveOneTimePassword(this.#options, username, (queries, user) =>
      this.#requireOwn(subject, queries, user),
    );
  }

  async #requireOwn(
    subject: Subject,
    queries: Queries,
    { id, username }: { id: string; username: string },
  ): Promise<void> {
    await this.#options.guard.requireAccount(subject, username, await readGrantsOf(queries, id));
  }
}
