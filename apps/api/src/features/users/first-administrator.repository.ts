import { grantColumns } from '../../authz/grant-columns.ts';
import { oneTimePassword, type Passwords } from '../../authz/passwords.ts';
import type { Queries } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';

export const firstAdministratorName = 'admin';

/**
 * Where there are no users yet: makes the administrator, who has to change the password at the first sign-in. Belongs
 * into a transaction that lets one process through at a time.
 * @returns the password drawn for them, to be told once; null when there was nothing to do or one was given
 */
export async function createFirstAdministrator(
  queries: Queries,
  passwords: Passwords,
  givenPassword: string | null,
): Promise<string | null> {
  if ((await queries.user.count()) > 0) return null;
  const password = givenPassword ?? oneTimePassword();
  const passwordHash = await passwords.hash(password);
  const role = await queries.role.findUniqueOrThrow({ where: { name: 'platform-admin' } });
  const userId = newId();
  const now = new Date();
  await queries.user.create({
    data: {
      id: userId,
      username: firstAdministratorName,
      displayName: 'Administrator',
      passwordHash,
      mustChangePassword: true,
      passwordChangedAt: now,
      createdAt: now,
    },
  });
  await queries.grant.create({
    data: {
      id: newId(),
      ...grantColumns({ kind: 'user', id: userId }, { kind: 'all' }),
      roleId: role.id,
      reason: '',
      createdAt: now,
    },
  });
  return givenPassword === null ? password : null;
}
