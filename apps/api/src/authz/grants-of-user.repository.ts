import type { Queries } from '../db/database.ts';
import { withNames, type Given } from './giving-guard.ts';
import { grantDomain } from './grant-columns.ts';

/** What a user has, also through groups, or would have if they were not disabled. */
export async function readGrantsOf(queries: Queries, userId: string): Promise<Given[]> {
  const members = { some: { userId } };
  const rows = await queries.grant.findMany({
    where: {
      AND: [
        { OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] },
        {
          OR: [{ userId }, { group: { members } }, { group: { children: { some: { child: { members } } } } }],
        },
      ],
    },
    include: {
      role: { select: { permissions: { select: { object: true, action: true } } } },
      cluster: { select: { id: true, name: true } },
    },
  });
  return rows.map(({ role, cluster, ...row }) => ({
    policies: role.permissions,
    domain: withNames(grantDomain(row), new Map(cluster === null ? [] : [[cluster.id, cluster.name]])),
  }));
}
