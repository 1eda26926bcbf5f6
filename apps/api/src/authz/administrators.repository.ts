import type { Queries } from '../db/database.ts';
import { AppError } from '../http/app-error.ts';
import { anyAction } from '@pilothouse/contract';

/**
 * Throws `lastAdmin` when no enabled user may do everything everywhere any more. Belongs behind a change, in a
 * transaction that has bumped a version: that row's lock lets one such transaction through at a time.
 */
export async function requireAdministrator(queries: Queries): Promise<void> {
  const user = { disabledAt: null };
  const administrators = await queries.grant.count({
    where: {
      domainKind: 'all',
      // an administrator until Friday is nobody to be left with
      expiresAt: null,
      role: { permissions: { some: { object: '**', action: anyAction } } },
      OR: [
        { user },
        { group: { members: { some: { user } } } },
        { group: { children: { some: { child: { members: { some: { user } } } } } } },
      ],
    },
  });
  if (administrators === 0) throw new AppError('lastAdmin');
}
