import {
  anyAction,
  domainText,
  objectMatches,
  type Domain,
  type OwnGrants,
  type Policy,
  type TreeNodes,
} from '@pilothouse/contract';
import { newEnforcer, newModelFromString, type Enforcer, type Model } from 'casbin';
import type { GrantSubject } from './grant-columns.ts';
import type { Policies } from './policies.repository.ts';

/** The definition of who may do what; {@link CompiledGrants} gives the same answers faster. */
const definition = `
[request_definition]
r = sub, dom, obj, act

[policy_definition]
p = sub, dom, obj, act

[role_definition]
g = _, _, _

[policy_effect]
e = some(where (p.eft == allow))

[matchers]
m = domainCovers(p.dom, r.dom) && (p.act == "${anyAction}" || p.act == r.act) && objectMatches(p.obj, r.obj) && g(r.sub, p.sub, r.dom)
`;

/** Users, groups and roles are told apart by prefix. */
export const userSubject = (userId: string) => `user:${userId}`;
const groupSubject = (groupId: string) => `group:${groupId}`;
const rolePrefix = 'role:';

function subjectText(subject: GrantSubject): string {
  switch (subject.kind) {
    case 'user':
      return userSubject(subject.id);
    case 'group':
      return groupSubject(subject.id);
  }
}

/**
 * A domain as casbin compares it: what covers another is a prefix of it, so a tree node stands behind its ancestors.
 * Undefined where there is no such node.
 */
export function casbinDomain(domain: Domain, tree: TreeNodes): string | undefined {
  switch (domain.kind) {
    case 'all':
    case 'cluster':
    case 'namespace':
      return domainText(domain);
    case 'tree': {
      const line = tree.lineOf(domain.node);
      return line.length === 0 ? undefined : `tree:${line.toReversed().join('/')}`;
    }
  }
}

/** Whether a grant in `wider` holds in `narrower`; by whole segments: `cluster:1` never covers `cluster:12`. */
export function domainCovers(wider: string, narrower: string): boolean {
  return wider === '*' || wider === narrower || narrower.startsWith(`${wider}/`);
}

/**
 * The tables as casbin's policies. Read-only: the tables are the one truth, casbin writes nothing. A member has what
 * the group has, hence everywhere; where, the group's grants say.
 */
export function createModel({ permissions, grants, members, nestings }: Policies, tree: TreeNodes): Model {
  const model = newModelFromString(definition);
  // one at a time casbin compares each with all before it
  model.addPolicies(
    'p',
    'p',
    permissions.map(({ roleId, object, action }) => [`${rolePrefix}${roleId}`, '*', object, action]),
  );
  model.addPolicies('g', 'g', [
    ...members.map(({ userId, groupId }) => [userSubject(userId), groupSubject(groupId), '*']),
    ...nestings.map(({ childId, parentId }) => [groupSubject(childId), groupSubject(parentId), '*']),
    ...grants.flatMap(({ subject, roleId, domain }) => {
      const where = casbinDomain(domain, tree);
      return where === undefined ? [] : [[subjectText(subject), `${rolePrefix}${roleId}`, where]];
    }),
  ]);
  return model;
}

/** What casbin's policies say of each subject, found at once. */
export class PolicyIndex {
  readonly #policies = new Map<string, Policy[]>();
  readonly #links = new Map<string, [to: string, domain: string][]>();

  constructor(model: Model) {
    for (const [role = '', , object = '', action = ''] of model.getPolicy('p', 'p')) {
      push(this.#policies, role, { object, action });
    }
    for (const [subject = '', to = '', domain = ''] of model.getPolicy('g', 'g')) {
      push(this.#links, subject, [to, domain]);
    }
  }

  /** All that a user has, also through groups; roles go by id. */
  ownGrants(userId: string): OwnGrants {
    const all = this.#grantsOf(userSubject(userId));
    // the same may come through several groups
    const grants = [...new Map(all.map((grant) => [`${grant.role} ${grant.domain}`, grant])).values()];
    const roles = [...new Set(grants.map(({ role }) => role))].map((name) => ({
      name,
      policies: this.#policies.get(`${rolePrefix}${name}`) ?? [],
    }));
    return { roles, grants };
  }

  #grantsOf(subject: string): { role: string; domain: string }[] {
    return (this.#links.get(subject) ?? []).flatMap(([to, domain]) =>
      to.startsWith(rolePrefix) ? [{ role: to.slice(rolePrefix.length), domain }] : this.#grantsOf(to),
    );
  }
}

function push<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

/** casbin itself over the same policies: slow, and right by definition. */
export async function createEnforcer(model: Model): Promise<Enforcer> {
  const enforcer = await newEnforcer(model);
  enforcer.addFunction('domainCovers', domainCovers);
  enforcer.addFunction('objectMatches', objectMatches);
  // casbin asks with the request's domain first
  await enforcer.addNamedDomainMatchingFunc('g', (requested, granted) => domainCovers(granted, requested));
  await enforcer.buildRoleLinks();
  return enforcer;
}
