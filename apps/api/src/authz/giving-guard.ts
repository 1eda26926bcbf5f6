import {
  domainText,
  rightsOfPolicies,
  type Domain,
  type Policy,
  type Requirement,
} from '@pilothouse/contract';
import { AppError } from '../http/app-error.ts';
import type { Authoriser, Subject } from './authoriser.ts';

/** So many missing rights are named. */
const mostNamed = 10;

/** What somebody is about to give: what roles allow, in a domain whose cluster goes by name. */
export interface Given {
  policies: readonly Policy[];
  domain: Domain;
}

/** A right by the name that people read, and what is asked for it. */
interface NamedRight {
  name: string;
  requirements: Requirement[];
}

/**
 * The escalation rule for the platform's own roles, grants and groups: nobody gives what they do not have there
 * themselves. Who may do everything everywhere passes by that.
 */
export class GivingGuard {
  readonly #authoriser: Pick<Authoriser, 'authorise' | 'policies'>;

  constructor(authoriser: Pick<Authoriser, 'authorise' | 'policies'>) {
    this.#authoriser = authoriser;
  }

  /** Throws `roleEscalation` with what is missing. */
  async require(subject: Subject, given: readonly Given[], field?: string): Promise<void> {
    for (const { policies, domain } of given) {
      const rights = policies.map((policy) => ({
        name: `${policy.action} ${policy.object}`,
        requirements: rightsOfPolicies([policy], domain),
      }));
      await this.requireRights(subject, rights, domain, field);
    }
  }

  /** Throws `roleEscalation` with the names of those rights that the subject does not have. */
  async requireRights(
    subject: Subject,
    rights: readonly NamedRight[],
    domain: Domain,
    field?: string,
  ): Promise<void> {
    const holds = async (requirements: Requirement[]) =>
      (await this.#authoriser.authorise(subject, requirements)).allowed;
    if (await holds(rights.flatMap(({ requirements }) => requirements))) return;
    const missing: string[] = [];
    for (const { name, requirements } of rights) {
      if (await holds(requirements)) continue;
      if (missing.push(name) > mostNamed) break;
    }
    const named = missing.slice(0, mostNamed).join(', ') + (missing.length > mostNamed ? ', …' : '');
    throw new AppError('roleEscalation', { rights: named, domain: domainText(domain) }, field);
  }

  /** Throws `roleEscalation` where a group's grants, or those of what it is in, are more than the subject has. */
  async requireOfGroup(subject: Subject, groupId: string): Promise<void> {
    const { grants, nestings, permissions, names } = await this.#authoriser.policies();
    const groups = new Set([groupId]);
    for (const { childId, parentId } of nestings) if (childId === groupId) groups.add(parentId);
    const given = grants
      .filter(({ subject: { kind, id } }) => kind === 'group' && groups.has(id))
      .map(({ roleId, domain }) => ({
        policies: permissions.filter((permission) => permission.roleId === roleId),
        domain: withNames(domain, names.clusters),
      }));
    await this.require(subject, given);
  }
}

/** A domain with its cluster's name in the place of the id. */
export function withNames(domain: Domain, clusters: ReadonlyMap<string, string>): Domain {
  return 'cluster' in domain
    ? { ...domain, cluster: clusters.get(domain.cluster) ?? domain.cluster }
    : domain;
}
