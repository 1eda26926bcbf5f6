import type { Domain, endpoints, InputOf, OutputOf } from '@pilothouse/contract';
import { drawToken } from '../../authz/api-tokens.ts';
import type { TokenScope } from '../../authz/api-tokens.repository.ts';
import type { Authoriser } from '../../authz/authoriser.ts';
import type { GivingGuard } from '../../authz/giving-guard.ts';
import type { Principal } from '../../authz/principal.ts';
import type { Database } from '../../db/database.ts';
import { bumpVersion, type Versions } from '../../db/versions.ts';
import { AppError } from '../../http/app-error.ts';
import type { TokenRepository } from './token.repository.ts';

type Wish = InputOf<typeof endpoints.createToken>['body'];
type Scope = Wish['scopes'][number];

export interface TokenServiceOptions {
  database: Database;
  versions: Versions;
  authoriser: Pick<Authoriser, 'policies'>;
  guard: GivingGuard;
  rows: TokenRepository;
}

/** A user has no use for more. */
const mostGood = 50;

/** API tokens: credentials for programs, each a part of what its maker may do. */
export class TokenService {
  readonly #options: TokenServiceOptions;

  constructor(options: TokenServiceOptions) {
    this.#options = options;
  }

  /**
   * Throws `invalidField` for an unknown role, cluster or node, `roleEscalation` where a scope is more than the maker may
   * do there, `tooManyTokens`.
   */
  async create(
    { userId, username }: Principal,
    { name, scopes, expiresInSeconds }: Wish,
  ): Promise<OutputOf<typeof endpoints.createToken>> {
    const { database, versions, rows } = this.#options;
    const wanted: TokenScope[] = [];
    for (const [index, scope] of scopes.entries())
      wanted.push(await this.#allowed({ userId }, scope, `body.scopes.${index}`));
    const { secret, tokenHash } = drawToken();
    const expiresAt = new Date(Date.now() + expiresInSeconds * 1000);
    const token = await database.transaction(async (queries) => {
      await bumpVersion(queries, 'policies');
      if ((await rows.countGood(queries, userId)) >= mostGood)
        throw new AppError('tooManyTokens', { limit: mostGood });
      return rows.create(queries, { userId, name, tokenHash, expiresAt, scopes: wanted });
    });
    await versions.refresh();
    return { token: { ...token, user: username }, secret };
  }

  /** Its name. What stands on it ends, in every process. Throws `notFound`. */
  async revoke(where: { id: string; userId?: string }, revokedBy: string): Promise<string> {
    const { database, versions, rows } = this.#options;
    const name = await database.transaction(async (queries) => {
      await bumpVersion(queries, 'access', 'policies');
      return rows.revoke(queries, where, revokedBy);
    });
    if (name === null) throw new AppError('notFound');
    await versions.refresh();
    return name;
  }

  /** The scope by ids. */
  async #allowed(maker: { userId: string }, { role, scope }: Scope, field: string): Promise<TokenScope> {
    const { permissions, names, tree } = await this.#options.authoriser.policies();
    const roleId = idNamed(names.roles, role);
    if (roleId === undefined) throw unknown(`${field}.role`);
    const policies = permissions.filter((permission) => permission.roleId === roleId);
    await this.#options.guard.require(maker, [{ policies, domain: scope }], `${field}.role`);
    if (scope.kind === 'tree' && tree.lineOf(scope.node).length === 0) throw unknown(`${field}.scope.node`);
    return { roleId, domain: withClusterId(scope, names.clusters, `${field}.scope.cluster`) };
  }
}

function withClusterId(scope: Domain, clusters: ReadonlyMap<string, string>, field: string): Domain {
  if (!('cluster' in scope)) return scope;
  const cluster = idNamed(clusters, scope.cluster);
  if (cluster === undefined) throw unknown(field);
  return { ...scope, cluster };
}

function idNamed(names: ReadonlyMap<string, string>, wanted: string): string | undefined {
  return [...names].find(([, name]) => name === wanted)?.[0];
}

function unknown(field: string): AppError {
  return new AppError('invalidField', { field, reason: 'unknown' }, field);
}
