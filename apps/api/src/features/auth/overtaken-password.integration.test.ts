import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AccessTokens } from '../../authz/access-tokens.ts';
import { Passwords } from '../../authz/passwords.ts';
import { UserRepository } from '../../authz/user.repository.ts';
import { keyRingOf } from '../../core.ts';
import { deriveKey } from '../../db/key-ring.ts';
import { startTestApi, type TestApi } from '../../testing/test-api.ts';
import { giveOneTimePassword } from '../users/give-one-time-password.ts';
import { AuthService } from './auth.service.ts';
import { LoginGuard } from './login-guard.ts';
import { SessionRepository } from './session.repository.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.stop());

describe('a password that is reset between its check and what it opens', () => {
  /** The service, with a reset in the very moment after a password was found right. */
  function overtaken(username: string): AuthService {
    const { database, versions } = api.container;
    const passwords = new Passwords();
    const users = new UserRepository(database);
    const verify = passwords.verify.bind(passwords);
    passwords.verify = async (...what) => {
      const matches = await verify(...what);
      await giveOneTimePassword({ database, users, passwords, versions }, username, null);
      return matches;
    };
    return new AuthService({
      database,
      users,
      sessions: new SessionRepository(database),
      passwords,
      tokens: new AccessTokens(deriveKey(keyRingOf(api.container.config).current(), 'access tokens')),
      versions,
      guard: new LoginGuard(),
    });
  }
  const origin = { address: '127.0.0.1', userAgent: '' };
  const liveSessions = (username: string) =>
    api.container.database.prisma.session.count({ where: { user: { username }, endedAt: null } });

  test('opens no session', async () => {
    const { username, password } = await api.signUp('overtaken');
    await expect(overtaken(username).login(username, password, origin)).rejects.toMatchObject({
      code: 'badCredentials',
    });
    expect(await liveSessions(username)).toBe(0);
  });

  test('is not overwritten by the user’s own change', async () => {
    const { username, password } = await api.signUp('overtaken-too');
    const { id } = await api.container.database.prisma.user.findUniqueOrThrow({ where: { username } });
    const principal = { userId: id, username, sessionId: '', mustChangePassword: false };
    const change = { currentPassword: password, newPassword: 'another-Secret-7' };
    await expect(overtaken(username).changePassword(principal, change, origin)).rejects.toMatchObject({
      code: 'wrongPassword',
    });
    expect(await liveSessions(username)).toBe(0);
    const user = await api.container.database.prisma.user.findUniqueOrThrow({ where: { username } });
    expect(user.mustChangePassword).toBe(true);
  });
});
