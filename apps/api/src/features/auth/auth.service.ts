import { AccessTokens, accessTokenSeconds } from '../../authz/access-tokens.ts';
import { passwordProblem } from '../../authz/password-policy.ts';
import type { Passwords } from '../../authz/passwords.ts';
import type { Principal } from '../../authz/principal.ts';
import { endSession, endSessionsOf, isUnchanged } from '../../authz/session.repository.ts';
import type { UserRepository, UserRow } from '../../authz/user.repository.ts';
import { userView, type UserView } from '../../authz/user-view.ts';
import type { Database } from '../../db/database.ts';
import type { Versions } from '../../db/versions.ts';
import { AppError } from '../../http/app-error.ts';
import type { LoginGuard } from './login-guard.ts';
import type { Opened, SessionRepository } from './session.repository.ts';

export interface Origin {
  address: string;
  userAgent: string;
}

/** What a sign-in gives: the answer's body and the token for the cookie. */
export interface SignedIn {
  session: { accessToken: string; expiresIn: number; user: UserView; mustChangePassword: boolean };
  refreshToken: string;
  sessionId: string;
}

export interface AuthServiceOptions {
  database: Database;
  users: UserRepository;
  sessions: SessionRepository;
  passwords: Passwords;
  tokens: AccessTokens;
  versions: Versions;
  guard: LoginGuard;
}

/** Signing in, staying signed in, signing out. */
export class AuthService {
  readonly #options: AuthServiceOptions;

  constructor(options: AuthServiceOptions) {
    this.#options = options;
  }

  /** Throws `badCredentials`, the same and as late for an unknown, a disabled and a known user, or `tooManyAttempts`. */
  async login(typed: string, password: string, origin: Origin): Promise<SignedIn> {
    const { database, users, sessions, passwords, guard } = this.#options;
    const username = typed.toLowerCase();
    guard.begin(username, origin.address);
    const found = await users.findByName(username);
    // the database finds `admin` for `admin ` too, which the guard counts apart
    const user = found?.username === username ? found : null;
    const matches = await passwords.verify(password, user?.passwordHash);
    if (!matches || user === null || user.disabledAt !== null) throw new AppError('badCredentials');
    guard.succeeded(username, origin.address);
    const opened = await database.transaction(async (queries) => {
      if (!(await isUnchanged(queries, user))) throw new AppError('badCredentials');
      return sessions.open(queries, user.id, origin);
    });
    return this.#signedIn(opened);
  }

  /** Throws `unauthenticated`; a token that was traded long ago ends its session, somebody may have stolen it. */
  async refresh(token: string): Promise<SignedIn> {
    const rotated = await this.#options.sessions.rotate(token);
    if (rotated === undefined) throw new AppError('unauthenticated');
    if ('reused' in rotated) {
      await this.#end(rotated.reused);
      throw new AppError('unauthenticated');
    }
    return this.#signedIn(rotated);
  }

  /** Ends the sessions of the token in the cookie and of the bearer; says whose they were. */
  async logout(
    token: string | undefined,
    principal: Principal | null,
  ): Promise<Pick<Principal, 'userId' | 'username'> | undefined> {
    const byCookie = token === undefined ? undefined : await this.#options.sessions.find(token);
    if (byCookie) await this.#end(byCookie.id);
    if (principal && principal.sessionId !== byCookie?.id) await this.#end(principal.sessionId);
    if (principal) return principal;
    return byCookie && { userId: byCookie.userId, username: byCookie.username };
  }

  /** Ends all sessions of the user, their streams too, and opens a new one for the caller. */
  async changePassword(
    principal: Principal,
    change: { currentPassword: string; newPassword: string },
    origin: Origin,
  ): Promise<SignedIn> {
    const { database, users, sessions, passwords, guard, versions } = this.#options;
    guard.begin(principal.username, origin.address);
    const user = await this.#account(principal.userId);
    const matches = await passwords.verify(change.currentPassword, user.passwordHash);
    if (!matches) throw new AppError('wrongPassword', {}, 'body.currentPassword');
    guard.succeeded(principal.username, origin.address);
    const problem =
      change.newPassword === change.currentPassword
        ? 'unchanged'
        : passwordProblem(change.newPassword, principal.username);
    if (problem !== undefined) throw new AppError('weakPassword', { reason: problem }, 'body.newPassword');
    const passwordHash = await passwords.hash(change.newPassword);
    const opened = await database.transaction(async (queries) => {
      if (!(await isUnchanged(queries, user)))
        throw new AppError('wrongPassword', {}, 'body.currentPassword');
      await endSessionsOf(queries, user.id, 'passwordChanged');
      await users.setPassword(queries, user.id, { passwordHash, mustChangePassword: false });
      return sessions.open(queries, user.id, origin);
    });
    await versions.refresh();
    return this.#signedIn(opened);
  }

  async #end(sessionId: string): Promise<void> {
    await this.#options.database.transaction((queries) => endSession(queries, sessionId, 'logout'));
    await this.#options.versions.refresh();
  }

  async #signedIn({ sessionId, userId, refreshToken }: Opened): Promise<SignedIn> {
    const { tokens } = this.#options;
    const user = await this.#account(userId);
    const session = {
      accessToken: await tokens.issue({ userId, sessionId }),
      expiresIn: accessTokenSeconds,
      user: userView(user),
      mustChangePassword: user.mustChangePassword,
    };
    return { session, refreshToken, sessionId };
  }

  async #account(id: string): Promise<UserRow> {
    const user = await this.#options.users.find(id);
    // accounts are never deleted
    if (user === null) throw new Error(`there is no user ${id}`);
    return user;
  }
}
