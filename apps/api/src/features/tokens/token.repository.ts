import type { apiToken, Domain } from '@pilothouse/contract';
import type { z } from 'zod';
import type { TokenScope } from '../../authz/api-tokens.repository.ts';
import { domainColumns, grantDomain } from '../../authz/grant-columns.ts';
import type { Database, Prisma, Queries } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';

export type TokenView = z.output<typeof apiToken>;

export interface NewToken {
  userId: string;
  name: string;
  tokenHash: string;
  expiresAt: Date;
  scopes: TokenScope[];
}

/** So many are shown. */
const mostShown = 1000;

/** API tokens as their makers, and those who may see everybody's, see them. */
export class TokenRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** A user's, or everybody's; the newest first. */
  async list(where: { userId?: string } = {}): Promise<TokenView[]> {
    const rows = await this.#database.prisma.apiToken.findMany({
      where,
      include,
      orderBy: { id: 'desc' },
      take: mostShown,
    });
    return rows.map(viewOf);
  }

  /** How many of a user's are good; whoever makes another one waits until the transaction ends. */
  async countGood(queries: Queries, userId: string): Promise<number> {
    await queries.$queryRaw`SELECT id FROM users WHERE id = ${userId} FOR UPDATE`;
    return queries.apiToken.count({ where: { userId, revokedAt: null, expiresAt: { gt: new Date() } } });
  }

  async create(queries: Queries, { scopes, ...token }: NewToken): Promise<TokenView> {
    const rows = scopes.map(({ roleId, domain }) => ({ id: newId(), roleId, ...domainColumns(domain) }));
    const row = await queries.apiToken.create({
      data: { id: newId(), ...token, createdAt: new Date(), scopes: { createMany: { data: rows } } },
      include,
    });
    return viewOf(row);
  }

  /** Its name; null where there is none, or it has been revoked already. */
  async revoke(
    queries: Queries,
    where: { id: string; userId?: string },
    revokedBy: string,
  ): Promise<string | null> {
    const token = await queries.apiToken.findFirst({ where: { ...where, revokedAt: null } });
    if (token === null) return null;
    await queries.apiToken.update({ where: { id: token.id }, data: { revokedAt: new Date(), revokedBy } });
    return token.name;
  }

  /** Drops up to `most` of those that ended before; returns how many. */
  async prune(before: Date, most: number): Promise<number> {
    const { count } = await this.#database.prisma.apiToken.deleteMany({
      where: { OR: [{ expiresAt: { lt: before } }, { revokedAt: { lt: before } }] },
      limit: most,
    });
    return count;
  }
}

const include = {
  user: { select: { username: true } },
  scopes: {
    include: { role: { select: { name: true } }, cluster: { select: { name: true } } },
    orderBy: { id: 'asc' },
  },
} satisfies Prisma.ApiTokenInclude;

function viewOf(row: Prisma.ApiTokenGetPayload<{ include: typeof include }>): TokenView {
  return {
    id: row.id,
    name: row.name,
    user: row.user.username,
    scopes: row.scopes.map(({ role, cluster, ...scope }) => ({
      role: role.name,
      scope: withName(grantDomain(scope), cluster?.name),
    })),
    state: row.revokedAt !== null ? 'revoked' : row.expiresAt.getTime() <= Date.now() ? 'expired' : 'active',
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    revokedBy: row.revokedBy,
  };
}

function withName(domain: Domain, cluster = ''): Domain {
  return 'cluster' in domain ? { ...domain, cluster } : domain;
}
