import type { Domain } from '@pilothouse/contract';
import type { Database } from '../db/database.ts';
import { grantDomain, grantSubject, type GrantSubject } from './grant-columns.ts';

/** Everything casbin decides by: what roles allow, who has which role where, and who is in which group. */
export interface Policies {
  permissions: { roleId: string; object: string; action: string }[];
  /** Clusters in domains go by id. */
  grants: { subject: GrantSubject; roleId: string; domain: Domain }[];
  members: { userId: string; groupId: string }[];
}

/** What ids of policies are called. */
export interface PolicyNames {
  roles: ReadonlyMap<string, string>;
  clusters: ReadonlyMap<string, string>;
}

/** Reads roles, and the grants and groups of users who are not disabled, as of one moment. */
export async function readPolicies({
  prisma,
}: Pick<Database, 'prisma'>): Promise<Policies & { names: PolicyNames }> {
  const ofEnabled = { user: { disabledAt: null } };
  const named = { select: { id: true, name: true } };
  const [permissions, grants, members, roles, clusters] = await prisma.$transaction([
    prisma.permission.findMany(),
    prisma.grant.findMany({ where: { OR: [{ userId: null }, ofEnabled] } }),
    prisma.groupMember.findMany({ where: ofEnabled, select: { userId: true, groupId: true } }),
    prisma.role.findMany(named),
    prisma.cluster.findMany(named),
  ]);
  return {
    permissions,
    grants: grants.map((row) => ({
      subject: grantSubject(row),
      roleId: row.roleId,
      domain: grantDomain(row),
    })),
    members,
    names: { roles: namesById(roles), clusters: namesById(clusters) },
  };
}

function namesById(rows: readonly { id: string; name: string }[]): Map<string, string> {
  return new Map(rows.map(({ id, name }) => [id, name]));
}
