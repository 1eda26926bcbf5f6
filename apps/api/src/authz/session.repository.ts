import type { Queries } from '../db/database.ts';
import { bumpVersion } from '../db/versions.ts';
import type { SessionEndReason } from './live-sessions.ts';

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
