import type { Domain } from '@pilothouse/contract';
import type { Database } from '../db/database.ts';
import { findGoodTokens, goodTokens, type GoodToken } from './api-tokens.repository.ts';
import { grantDomain, grantSubject, type GrantSubject } from './grant-columns.ts';
import { ownedGrants, ServiceTree } from './service-tree.ts';

/** Everything casbin decides by: what roles allow, who has which role where, and who is in which group. */
export interface Policies {
  permissions: { roleId: string; object: string; action: string }[];
  /** Clusters in domains go by id. */
  grants: { id: string; subject: GrantSubject; roleId: string; domain: Domain; expiresAt: Date | null }[];
  members: { userId: string; groupId: string }[];
  /** Members of the child have what the parent has. */
  nestings: { childId: string; parentId: string }[];
}

/** What ids of policies are called. */
export interface PolicyNames {
  roles: ReadonlyMap<string, string>;
  clusters: ReadonlyMap<string, string>;
  groups: ReadonlyMap<string, string>;
  users: ReadonlyMap<string, { username: string; displayName: string }>;
}

/**
 * Reads roles, the grants that hold now, who owns what, groups, and the tokens that are good, of users who are not
 * disabled, as of one moment.
 */
export async function readPolicies(
  database: Pick<Database, 'prisma'>,
): Promise<Policies & { names: PolicyNames; tree: ServiceTree; tokens: GoodToken[] }> {
  const { prisma } = database;
  const ofEnabled = { user: { disabledAt: null } };
  const named = { select: { id: true, name: true } };
  const holders = { OR: [{ userId: null }, ofEnabled] };
  const [permissions, grants, members, nestings, roles, clusters, groups, users, nodes, owners, tokens] =
    await prisma.$transaction([
      prisma.permission.findMany(),
      prisma.grant.findMany({
        where: {
          AND: [holders, { OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] }],
        },
      }),
      prisma.groupMember.findMany({ where: ofEnabled, select: { userId: true, groupId: true } }),
      prisma.groupNesting.findMany({ select: { childId: true, parentId: true } }),
      prisma.role.findMany(named),
      prisma.cluster.findMany(named),
      prisma.group.findMany(named),
      prisma.user.findMany({
        where: { disabledAt: null },
        select: { id: true, username: true, displayName: true },
      }),
      prisma.treeNode.findMany({ select: { id: true, parentId: true, name: true } }),
      prisma.treeOwner.findMany({ where: holders }),
      findGoodTokens(database),
    ]);
  return {
    permissions,
    grants: [
      ...grants.map((row) => ({
        id: row.id,
        subject: grantSubject(row),
        roleId: row.roleId,
        domain: grantDomain(row),
        expiresAt: row.expiresAt,
      })),
      ...ownedGrants(owners, roles),
    ],
    tree: new ServiceTree(nodes),
    tokens: goodTokens(tokens),
    members,
    nestings,
    names: {
      roles: namesById(roles),
      clusters: namesById(clusters),
      groups: namesById(groups),
      users: new Map(users.map(({ id, ...user }) => [id, user])),
    },
  };
}

function namesById(rows: readonly { id: string; name: string }[]): Map<string, string> {
  return new Map(rows.map(({ id, name }) => [id, name]));
}
