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

/** What somebody is about to give, or has: what roles allow, in a domain whose cluster goes by name. */
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
 * The escalation rule for the platform's own roles, grants, groups and accounts: nobody gives what they do not have there
 * themselves, and nobody becomes somebody who has more. Who may do everything everywhere passes by that.
 */
export class GivingGuard {
  readonly #authoriser: Pick<Authoriser, 'authorise' | 'policies'>;

  constructor(authoriser: Pick<Authoriser, 'authorise' | 'policies'>) {
    this.#authoriser = authoriser;
  }

  /** Throws `roleEscalation` with what is missing. */
  async require(subject: Subject, given: readonly Given[], field?: string): Promise<void> {
    for (const each of given) await this.requireRights(subject, rightsOf(each), each.domain, field);
  }

  /** Throws `roleEscalation` with the names of those rights that the subject does not have. */
  async requireRights(
    subject: Subject,
    rights: readonly NamedRight[],
    domain: Domain,
    field?: string,
  ): Promise<void> {
    const missing = await this.#missing(subject, rights);
    if (missing !== null)
      throw new AppError('roleEscalation', { rights: missing, domain: domainText(domain) }, field);
  }

  /**
   * Throws `accountEscalation` where somebody has more than the subject does: who lets them sign in anew could do so in
   * their place.
   */
  async requireAccount(subject: Subject, username: string, held: readonly Given[]): Promise<void> {
    for (const each of held) {
      const missing = await this.#missing(subject, rightsOf(each));
      if (missing === null) continue;
      const domain = domainText(each.domain);
      throw new AppError('accountEscalation', { user: username, rights: missing, domain });
    }
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

  /** Names of those that the subject does not have; null where all are held. */
  async #missing(subject: Subject, rights: readonly NamedRight[]): Promise<string | null> {
    const holds = async (requirements: Requirement[]) =>
      (await this.#authoriser.authorise(subject, requirements)).allowed;
    if (await holds(rights.flatMap(({ requirements }) => requirements))) return null;
    const missing: string[] = [];
    for (const { name, requirements } of rights) {
      if (await holds(requirements)) continue;
      if (missing.push(name) > mostNamed) break;
    }
    return missing.slice(0, mostNamed).join(', ') + (missing.length > mostNamed ? ', …' : '');
  }
}

function rightsOf({ policies, domain }: Given): NamedRight[] {
  return policies.map((policy) => ({
    name: `${policy.action} ${policy.object}`,
    requirements: rightsOfPolicies([policy], domain),
  }));
}

/** A domain with its cluster's name in the place of the id. */
export function withNames(domain: Domain, clusters: ReadonlyMap<string, string>): Domain {
  return 'cluster' in domain
    ? { ...domain, cluster: clusters.get(domain.cluster) ?? domain.cluster }
    : domain;
}
