import type { Database } from '../db/database.ts';

/** Everything casbin decides by: what roles allow, and who has which role where. */
export interface Policies {
  permissions: { roleId: string; object: string; action: string }[];
  grants: { userId: string; roleId: string; domain: string }[];
}

/** Reads roles' permissions and the grants of users who are not disabled. */
export async function readPolicies({ prisma }: Pick<Database, 'prisma'>): Promise<Policies> {
  const [permissions, grants] = await prisma.$transaction([
    prisma.permission.findMany(),
    prisma.grant.findMany({
      where: { user: { disabledAt: null } },
      select: { userId: true, roleId: true, domain: true },
    }),
  ]);
  return { permissions, grants };
}
