import type { Database, Queries } from '../db/database.ts';
import { bumpVersion } from '../db/versions.ts';

/** Why a session, or an API token, counts no more; told in `sessionEnded`. */
export type SessionEndReason = 'logout' | 'expired' | 'disabled' | 'passwordChanged' | 'revoked' | 'unknown';

/** A session with its user; null for an id that nobody gave out, or that is forgotten. */
export function readSession({ prisma }: Pick<Database, 'prisma'>, id: string) {
  return prisma.session.findUnique({ where: { id }, include: { user: true } });
}

/**
 * Whether a user still has this password and may sign in, until the transaction ends: whoever changes the user waits.
 * What was verified before the transaction began may have been changed meanwhile.
 */
export async function isUnchanged(
  queries: Queries,
  { id, passwordHash }: { id: string; passwordHash: string },
): Promise<boolean> {
  const rows = await queries.$queryRaw<unknown[]>`
    SELECT id FROM users WHERE id = ${id} AND password_hash = ${passwordHash} AND disabled_at IS NULL FOR UPDATE`;
  return rows.length === 1;
}

/**
 * Ends a user's sessions, in the transaction of whatever ended them; every replica hears of it within a second.
 * Streams that stand on them end as well.
 */
export async function endSessionsOf(
  queries: Queries,
  userId: string,
  reason: SessionEndReason,
): Promise<void> {
  await bumpVersion(queries, 'access');
  // a sign-in under way has either opened its session already, or finds the user changed
  await queries.$queryRaw`SELECT id FROM users WHERE id = ${userId} FOR UPDATE`;
  await queries.session.updateMany({
    where: { userId, endedAt: null },
    data: { endedAt: new Date(), endReason: reason },
  });
}

/** Ends one session. */
export async function endSession(queries: Queries, id: string, reason: SessionEndReason): Promise<void> {
  await bumpVersion(queries, 'access');
  await queries.session.updateMany({
    where: { id, endedAt: null },
    data: { endedAt: new Date(), endReason: reason },
  });
}
