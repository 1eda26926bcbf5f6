import type { grant, grantScope } from '@pilothouse/contract';
import type { z } from 'zod';
import { requireAdministrator } from '../../authz/administrators.ts';
import { clusterDomain } from '../../authz/domain.ts';
import { isUniqueViolation } from '../../db/database-error.ts';
import type { Database, Prisma } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { containing } from '../../db/like.ts';
import { bumpVersion, type Versions } from '../../db/versions.ts';
import { AppError } from '../../http/app-error.ts';
import { readPage, type PageOrder, type PageQuery } from '../../http/paging.ts';

export type GrantView = z.output<typeof grant>;
export type GrantScope = z.output<typeof grantScope>;

const order: PageOrder<Prisma.GrantOrderByWithRelationInput> = {
  sortable: {
    user: (direction) => ({ user: { username: direction } }),
    role: (direction) => ({ role: { name: direction } }),
    cluster: (direction) => ({ cluster: { name: direction } }),
    createdAt: 'createdAt',
  },
  fallback: '-createdAt',
};

/** Who has which role where. Stored by ids, told by names. */
export class GrantService {
  readonly #database: Database;
  readonly #versions: Versions;

  constructor(database: Database, versions: Versions) {
    this.#database = database;
    this.#versions = versions;
  }

  /** Throws `invalidField` for an unknown user, role or cluster, `conflict` when the grant is there already. */
  async create(given: { user: string; role: string; scope: GrantScope }): Promise<GrantView> {
    try {
      const row = await this.#database.transaction(async (queries) => {
        await bumpVersion(queries, 'access', 'policies');
        const user = await queries.user.findUnique({ where: { username: given.user } });
        if (user === null) throw unknown('body.user');
        const role = await queries.role.findUnique({ where: { name: given.role } });
        if (role === null) throw unknown('body.role');
        const place = await placeOf(queries, given.scope);
        return queries.grant.create({
          data: { id: newId(), userId: user.id, roleId: role.id, ...place, createdAt: new Date() },
          include,
        });
      });
      await this.#versions.refresh();
      return grantView(row);
    } catch (error) {
      throw isUniqueViolation(error)
        ? new AppError('conflict', { what: `${given.user}: ${given.role}` })
        : error;
    }
  }

  /** Streams that stood on it end. Throws `notFound`, or `lastAdmin`. */
  async remove(id: string): Promise<void> {
    await this.#database.transaction(async (queries) => {
      await bumpVersion(queries, 'access', 'policies');
      const { count } = await queries.grant.deleteMany({ where: { id } });
      if (count === 0) throw new AppError('notFound');
      await requireAdministrator(queries);
    });
    await this.#versions.refresh();
  }

  page(query: PageQuery & Partial<Record<'q' | 'user' | 'cluster', string | undefined>>) {
    const { prisma } = this.#database;
    const contains = containing(query.q ?? '');
    const where: Prisma.GrantWhereInput = {
      ...(query.user !== undefined && { user: { username: query.user } }),
      ...(query.cluster !== undefined && { cluster: { name: query.cluster } }),
      ...(query.q !== undefined && {
        OR: [
          { user: { OR: [{ username: contains }, { displayName: contains }] } },
          { role: { name: contains } },
          { cluster: { name: contains } },
          { namespace: contains },
        ],
      }),
    };
    return readPage(query, order, {
      items: async (page) => (await prisma.grant.findMany({ where, include, ...page })).map(grantView),
      total: () => prisma.grant.count({ where }),
    });
  }

  /** A user's own grants, with what each role allows and names in the place of ids. */
  async ownGrants(userId: string) {
    const rows = await this.#database.prisma.grant.findMany({
      where: { userId },
      include: { role: { include: { permissions: true } }, cluster: { select: { name: true } } },
      orderBy: { id: 'asc' },
    });
    return rows.map(({ role, cluster, namespace }) => ({
      role: role.name,
      domain: cluster === null ? '*' : clusterDomain(cluster.name, namespace ?? undefined),
      policies: role.permissions.map(({ object, action }) => ({ object, action })),
    }));
  }

  async roles() {
    const rows = await this.#database.prisma.role.findMany({
      include: { permissions: { orderBy: [{ object: 'asc' }, { action: 'asc' }] } },
      orderBy: { name: 'asc' },
    });
    return rows.map(({ id, name, builtIn, permissions }) => ({
      id,
      name,
      builtIn,
      policies: permissions.map(({ object, action }) => ({ object, action })),
    }));
  }
}

const include = { user: true, role: true, cluster: { select: { name: true } } } satisfies Prisma.GrantInclude;

function unknown(field: string): AppError {
  return new AppError('invalidField', { field, reason: 'unknown' }, field);
}

async function placeOf(queries: Prisma.TransactionClient, scope: GrantScope) {
  if (scope.kind === 'all') return { domain: '*' };
  const cluster = await queries.cluster.findUnique({ where: { name: scope.cluster }, select: { id: true } });
  if (cluster === null) throw unknown('body.scope.cluster');
  const namespace = scope.kind === 'namespace' ? scope.namespace : undefined;
  return {
    domain: clusterDomain(cluster.id, namespace),
    clusterId: cluster.id,
    ...(namespace !== undefined && { namespace }),
  };
}

function grantView(row: Prisma.GrantGetPayload<{ include: typeof include }>): GrantView {
  const { id, username, displayName } = row.user;
  return {
    id: row.id,
    user: { id, username, displayName },
    role: { id: row.role.id, name: row.role.name },
    scope: scopeOf(row.cluster?.name, row.namespace),
    createdAt: row.createdAt.toISOString(),
  };
}

function scopeOf(cluster: string | undefined, namespace: string | null): GrantScope {
  if (cluster === undefined) return { kind: 'all' };
  return namespace === null ? { kind: 'cluster', cluster } : { kind: 'namespace', cluster, namespace };
}
