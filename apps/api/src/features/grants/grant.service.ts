import type { Domain, grantSubject as subjectSchema } from '@pilothouse/contract';
import type { z } from 'zod';
import { requireAdministrator } from '../../authz/administrators.repository.ts';
import type { GrantSubject } from '../../authz/grant-columns.ts';
import type { GivingGuard } from '../../authz/giving-guard.ts';
import type { Principal } from '../../authz/principal.ts';
import { isUniqueViolation } from '../../db/database-error.ts';
import type { Database, Queries } from '../../db/database.ts';
import { bumpVersion, type Versions } from '../../db/versions.ts';
import { AppError } from '../../http/app-error.ts';
import type { GrantRepository, GrantView } from './grant.repository.ts';

type SubjectName = z.output<typeof subjectSchema>;

export interface GrantServiceOptions {
  database: Database;
  grants: GrantRepository;
  versions: Versions;
  guard: GivingGuard;
}

type Giver = Pick<Principal, 'userId' | 'username'>;

interface GivenGrant {
  subject: SubjectName;
  role: string;
  scope: Domain;
  expiresAt: string | null;
  reason: string;
}

/** Who has which role where. Stored by ids, told by names. */
export class GrantService {
  readonly #options: GrantServiceOptions;

  constructor(options: GrantServiceOptions) {
    this.#options = options;
  }

  page: GrantRepository['page'] = (query) => this.#options.grants.page(query);

  /**
   * Throws `invalidField` for an unknown user, group, role, cluster or node, or an end that has passed; `conflict` when
   * the grant is there already, `roleEscalation` where it is more than the giver may do there.
   */
  async create(giver: Giver, given: GivenGrant): Promise<GrantView> {
    const { database, grants, versions, guard } = this.#options;
    const expiresAt = given.expiresAt === null ? null : new Date(given.expiresAt);
    if (expiresAt !== null && expiresAt.getTime() <= Date.now())
      throw new AppError('invalidField', { field: 'body.expiresAt', reason: 'past' }, 'body.expiresAt');
    try {
      const created = await database.transaction(async (queries) => {
        await bumpVersion(queries, 'access', 'policies');
        const subject = await this.#subjectOf(queries, given.subject);
        const roleId = await this.#idOf(queries, 'role', given.role, 'body.role');
        const domain = await this.#domainOf(queries, given.scope);
        const policies = await grants.policiesOf(queries, roleId);
        await guard.require(giver, [{ policies, domain: given.scope }], 'body.role');
        const terms = { expiresAt, reason: given.reason, givenBy: giver.username };
        return grants.create(queries, { subject, roleId, domain, ...terms });
      });
      await versions.refresh();
      return created;
    } catch (error) {
      const { subject, role } = given;
      const name = subject.kind === 'user' ? subject.user : subject.group;
      throw isUniqueViolation(error) ? new AppError('conflict', { what: `${name}: ${role}` }) : error;
    }
  }

  /** Throws `notFound`. */
  async get(id: string): Promise<GrantView> {
    const found = await this.#options.grants.find(id);
    if (found === null) throw new AppError('notFound');
    return found;
  }

  /** Streams that stood on it end. Throws `notFound`, or `lastAdmin`. */
  async remove(id: string): Promise<void> {
    const { database, grants, versions } = this.#options;
    await database.transaction(async (queries) => {
      await bumpVersion(queries, 'access', 'policies');
      if (!(await grants.remove(queries, id))) throw new AppError('notFound');
      await requireAdministrator(queries);
    });
    await versions.refresh();
  }

  async #subjectOf(queries: Queries, subject: SubjectName): Promise<GrantSubject> {
    const { kind } = subject;
    const name = kind === 'user' ? subject.user : subject.group;
    return { kind, id: await this.#idOf(queries, kind, name, `body.subject.${kind}`) };
  }

  /** With ids in the place of names. */
  async #domainOf(queries: Queries, scope: Domain): Promise<Domain> {
    switch (scope.kind) {
      case 'all':
        return scope;
      case 'cluster':
      case 'namespace':
        return {
          ...scope,
          cluster: await this.#idOf(queries, 'cluster', scope.cluster, 'body.scope.cluster'),
        };
      case 'tree':
        if (!(await this.#options.grants.hasNode(queries, scope.node))) throw unknown('body.scope.node');
        return scope;
    }
  }

  async #idOf(
    queries: Queries,
    what: Parameters<GrantRepository['idOf']>[1],
    name: string,
    field: string,
  ): Promise<string> {
    const id = await this.#options.grants.idOf(queries, what, name);
    if (id === undefined) throw unknown(field);
    return id;
  }
}

function unknown(field: string): AppError {
  return new AppError('invalidField', { field, reason: 'unknown' }, field);
}
