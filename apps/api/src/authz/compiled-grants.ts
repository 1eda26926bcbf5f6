import type { Domain } from '@pilothouse/contract';
import type { Enforcer } from 'casbin';
import { userSubject } from './casbin.ts';
import { coveringDomains, someCovering } from './domain.ts';
import { RoleRules } from './role-rules.ts';

/** Objects and actions for which a domain's list is kept; whoever asks for invented ones makes it forget, not grow. */
const mostLists = 100;

/**
 * What one user may do, laid out for look-ups: casbin walks all policies at each question (7.5 ms at 1,000), this
 * asks the few domains that cover the one in question.
 */
export class CompiledGrants {
  readonly #rules: ReadonlyMap<Domain, RoleRules>;
  /** Granted domains strictly below a domain, in order. */
  readonly #below = new Map<Domain, Domain[]>();
  readonly #lists = new Map<Domain, Map<string, Map<string, readonly string[]>>>();
  #clusterIds: readonly string[] | undefined;

  constructor(rules: ReadonlyMap<Domain, RoleRules>) {
    this.#rules = rules;
    for (const granted of [...rules.keys()].toSorted()) {
      for (const covering of coveringDomains(granted)) {
        if (covering === granted) continue;
        const below = this.#below.get(covering);
        if (below === undefined) this.#below.set(covering, [granted]);
        else below.push(granted);
      }
    }
  }

  /** Whether the action is allowed on the object everywhere in the domain. */
  allows(domain: Domain, object: string, action: string): boolean {
    return someCovering(domain, (covering) => this.#rules.get(covering)?.allows(object, action) === true);
  }

  /** What lies strictly below the domain and has the action allowed on the object (a cluster's namespaces), in order. */
  below(domain: Domain, object: string, action: string): readonly string[] {
    const lists = this.#lists.get(domain)?.get(object);
    return lists?.get(action) ?? this.#list(domain, object, action);
  }

  #list(domain: Domain, object: string, action: string): readonly string[] {
    const below = this.#below.get(domain);
    if (below === undefined) return [];
    const list = below
      .filter((granted) => this.#rules.get(granted)?.allows(object, action))
      .map((granted) => (domain === '*' ? granted : granted.slice(domain.length + 1)));
    const kept = this.#lists.get(domain) ?? new Map<string, Map<string, readonly string[]>>();
    if (kept.size >= mostLists) kept.clear();
    this.#lists.set(domain, kept.set(object, (kept.get(object) ?? new Map()).set(action, list)));
    return list;
  }

  /** Whether anything is granted at the domain, above or below it. */
  touches(domain: Domain): boolean {
    return this.#below.has(domain) || someCovering(domain, (covering) => this.#rules.has(covering));
  }

  /** Whether something is granted on the platform as a whole. */
  get grantedEverywhere(): boolean {
    return this.#rules.has('*');
  }

  /** Ids of the clusters in which something is granted. */
  get clusterIds(): readonly string[] {
    this.#clusterIds ??= this.#findClusterIds();
    return this.#clusterIds;
  }

  #findClusterIds(): string[] {
    const clusters = [...this.#rules.keys()].filter((domain) => domain.startsWith('cluster:'));
    return [...new Set(clusters.map((domain) => domain.slice('cluster:'.length).split('/', 1).join()))];
  }
}

/** Lays out what casbin's policies say about one user. */
export async function compileGrants(enforcer: Enforcer, userId: string): Promise<CompiledGrants> {
  const rolesAt = new Map<Domain, string[]>();
  for (const [, role, domain] of await enforcer.getFilteredGroupingPolicy(0, userSubject(userId))) {
    if (role === undefined || domain === undefined) continue;
    rolesAt.set(domain, [...(rolesAt.get(domain) ?? []), role]);
  }
  // thousands of namespaces have the same few roles
  const rulesOf = new Map<string, RoleRules | null>();
  const rules = new Map<Domain, RoleRules>();
  for (const [domain, roles] of rolesAt) {
    const key = JSON.stringify(roles.toSorted());
    const known = rulesOf.get(key);
    const together = known === undefined ? await rulesOfRoles(enforcer, roles) : known;
    rulesOf.set(key, together);
    if (together !== null) rules.set(domain, together);
  }
  return new CompiledGrants(rules);
}

/** Null where the roles allow nothing at all. */
async function rulesOfRoles(enforcer: Enforcer, roles: readonly string[]): Promise<RoleRules | null> {
  const rules: { object: string; action: string }[] = [];
  for (const role of roles) {
    for (const [, , object, action] of await enforcer.getFilteredPolicy(0, role)) {
      if (object !== undefined && action !== undefined) rules.push({ object, action });
    }
  }
  return rules.length === 0 ? null : new RoleRules(rules);
}
