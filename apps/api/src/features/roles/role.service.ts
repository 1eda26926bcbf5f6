import { anyAction, objectMatches, platformRights, type Policy } from '@pilothouse/contract';
import { requireAdministrator } from '../../authz/administrators.repository.ts';
import type { Subject } from '../../authz/authoriser.ts';
import type { GivingGuard } from '../../authz/giving-guard.ts';
import { isUniqueViolation } from '../../db/database-error.ts';
import type { Database, Queries } from '../../db/database.ts';
import { bumpVersion, type Versions } from '../../db/versions.ts';
import { AppError } from '../../http/app-error.ts';
import type { RoleContent, RoleRepository, RoleView } from './role.repository.ts';

export interface RoleServiceOptions {
  database: Database;
  roles: RoleRepository;
  versions: Versions;
  guard: GivingGuard;
}

interface RoleInput {
  description: string;
  policies: Policy[];
  menus: string[];
}

const everywhere = { kind: 'all' } as const;
/** So many holders are named in a refusal. */
const mostHolders = 10;

/** What may be granted: the roles that come with the platform, and those that people make. */
export class RoleService {
  readonly #options: RoleServiceOptions;

  constructor(options: RoleServiceOptions) {
    this.#options = options;
  }

  all = (): Promise<RoleView[]> => this.#options.roles.all();

  /** Throws `notFound`. */
  async get(name: string): Promise<RoleView> {
    const found = await this.#options.roles.find(name);
    if (found === null) throw new AppError('notFound');
    return found;
  }

  /** Throws `invalidField`, `conflict` when the name is taken, `roleEscalation` where it allows more than the caller may. */
  async create(subject: Subject, name: string, input: RoleInput): Promise<RoleView> {
    const { roles, guard } = this.#options;
    const policies = distinct(input.policies);
    requireKnown(policies);
    await guard.require(subject, [{ policies, domain: everywhere }], 'body.policies');
    try {
      await this.#change(async (queries) => roles.create(queries, name, await this.#content(queries, input)));
    } catch (error) {
      throw isUniqueViolation(error) ? new AppError('conflict', { what: name }, 'body.name') : error;
    }
    return this.get(name);
  }

  /**
   * What is added must be the caller's own, what was there before may stay. Throws `notFound`, `roleBuiltIn`,
   * `changedMeanwhile`, `invalidField`, `roleEscalation`, or `lastAdmin`.
   */
  async update(subject: Subject, name: string, version: number, input: RoleInput): Promise<RoleView> {
    const { roles, guard } = this.#options;
    const before = await this.#own(name);
    const added = withoutThose(distinct(input.policies), before.policies);
    requireKnown(added);
    await guard.require(subject, [{ policies: added, domain: everywhere }], 'body.policies');
    await this.#change(async (queries) => {
      const content = await this.#content(queries, input);
      const isOfVersion = before.version === version;
      if (!isOfVersion || !(await roles.update(queries, before.id, version, content)))
        throw new AppError('changedMeanwhile', { what: name });
      await requireAdministrator(queries);
    });
    return this.get(name);
  }

  /** Throws `notFound`, `roleBuiltIn`, or `roleHeld` with who holds it. */
  async remove(name: string): Promise<void> {
    const { roles } = this.#options;
    const { id } = await this.#own(name);
    await this.#change(async (queries) => {
      const holders = await roles.holders(queries, id, mostHolders + 1);
      if (holders.length > 0) {
        const named = holders.slice(0, mostHolders).map((holder) => holder.name);
        if (holders.length > mostHolders) named.push('…');
        throw new AppError('roleHeld', { role: name, holders: named.join(', ') });
      }
      await roles.remove(queries, id);
    });
  }

  async #own(name: string): Promise<RoleView> {
    const role = await this.get(name);
    if (role.builtIn) throw new AppError('roleBuiltIn', { role: name });
    return role;
  }

  async #content(queries: Queries, { description, policies, menus }: RoleInput): Promise<RoleContent> {
    const ids = await this.#options.roles.menuIds(queries, menus);
    const unknown = menus.findIndex((key) => !ids.has(key));
    if (unknown >= 0) throw unknownAt(`body.menus.${unknown}`);
    return { description, policies: distinct(policies), menuIds: [...new Set(ids.values())] };
  }

  /** Every replica asks again, its streams too, within a second; this one at once. */
  async #change(change: (queries: Queries) => Promise<void>): Promise<void> {
    const { database, versions } = this.#options;
    await database.transaction(async (queries) => {
      await bumpVersion(queries, 'access', 'policies');
      await change(queries);
    });
    await versions.refresh();
  }
}

export function isSame(a: Policy, b: Policy): boolean {
  return a.object === b.object && a.action === b.action;
}

function distinct(policies: readonly Policy[]): Policy[] {
  return [...new Map(policies.map((policy) => [`${policy.action} ${policy.object}`, policy])).values()];
}

/** Those of the first that are not among the others. */
export function withoutThose(policies: readonly Policy[], others: readonly Policy[]): Policy[] {
  return policies.filter((policy) => !others.some((other) => isSame(policy, other)));
}

/** What is said of the platform's own API must be asked for by some endpoint: a slip would be a right to nothing. */
function requireKnown(policies: readonly Policy[]): void {
  for (const [index, { object, action }] of policies.entries()) {
    if (!object.startsWith('/')) continue;
    const meant = platformRights().filter((right) => objectMatches(object, right.object));
    if (meant.length === 0) throw unknownAt(`body.policies.${index}.object`);
    const isAsked = meant.some(({ actions }) => actions.some((each) => each.action === action));
    if (action !== anyAction && !isAsked) throw unknownAt(`body.policies.${index}.action`);
  }
}

function unknownAt(field: string): AppError {
  return new AppError('invalidField', { field, reason: 'unknown' }, field);
}
