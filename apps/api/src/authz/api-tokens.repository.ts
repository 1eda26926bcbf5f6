import type { Domain } from '@pilothouse/contract';
import type { Database } from '../db/database.ts';
import { grantDomain } from './grant-columns.ts';

/** What a token may do at most, by ids. */
export interface TokenScope {
  roleId: string;
  domain: Domain;
}

/** A token that is good, as far as rights need it. */
export interface GoodToken {
  id: string;
  userId: string;
  expiresAt: Date;
  scopes: TokenScope[];
}

/** A token with its user, good or not; null for an id that nobody gave out. */
export function readToken({ prisma }: Pick<Database, 'prisma'>, id: string) {
  return prisma.apiToken.findUnique({ where: { id }, include: { user: true } });
}

/** The id of the token of a hash, good or not; undefined where there is none. */
export async function tokenIdOf(
  { prisma }: Pick<Database, 'prisma'>,
  tokenHash: string,
): Promise<string | undefined> {
  return (await prisma.apiToken.findUnique({ where: { tokenHash }, select: { id: true } }))?.id;
}

/** Says that a token is being used, where that was not said since `before`. */
export async function markUsed(
  { prisma }: Pick<Database, 'prisma'>,
  id: string,
  now: Date,
  before: Date,
): Promise<void> {
  await prisma.apiToken.updateMany({
    where: { id, OR: [{ lastUsedAt: null }, { lastUsedAt: { lt: before } }] },
    data: { lastUsedAt: now },
  });
}

/** Which tokens are good: for a transaction of reads. */
export function findGoodTokens({ prisma }: Pick<Database, 'prisma'>) {
  return prisma.apiToken.findMany({
    where: { revokedAt: null, expiresAt: { gt: new Date() }, user: { disabledAt: null } },
    include: { scopes: true },
  });
}

/** Rows of {@link findGoodTokens} as rights need them. */
export function goodTokens(rows: Awaited<ReturnType<typeof findGoodTokens>>): GoodToken[] {
  return rows.map(({ id, userId, expiresAt, scopes }) => ({
    id,
    userId,
    expiresAt,
    scopes: scopes.map((row) => ({ roleId: row.roleId, domain: grantDomain(row) })),
  }));
}
