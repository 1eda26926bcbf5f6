import { oneTimePassword, type Passwords } from '../../authz/passwords.ts';
import { endSessionsOf } from '../../authz/session.repository.ts';
import type { UserRepository, UserRow } from '../../authz/user.repository.ts';
import type { Database, Queries } from '../../db/database.ts';
import { bumpVersion, type Versions } from '../../db/versions.ts';
import { AppError } from '../../http/app-error.ts';

/**
 * Gives a user a password for one sign-in and ends their sessions. Throws `notFound`.
 * @param requireAllowed rejects where it may not be done, and then nothing is; null: whoever sits at the machine
 */
export async function giveOneTimePassword(
  {
    database,
    users,
    passwords,
    versions,
  }: { database: Database; users: UserRepository; passwords: Passwords; versions: Versions },
  username: string,
  requireAllowed: ((queries: Queries, user: UserRow) => Promise<void>) | null,
): Promise<string> {
  const password = oneTimePassword();
  const passwordHash = await passwords.hash(password);
  await database.transaction(async (queries) => {
    // nobody is given more rights while that is judged
    await bumpVersion(queries, 'access', 'policies');
    const user = await users.findByName(username, queries);
    if (user === null) throw new AppError('notFound');
    await requireAllowed?.(queries, user);
    await endSessionsOf(queries, user.id, 'passwordChanged');
    await users.setPassword(queries, user.id, { passwordHash, mustChangePassword: true });
  });
  await versions.refresh();
  return password;
}
