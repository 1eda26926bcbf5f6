import {
  CompiledGrants,
  decide,
  rightsOfPolicies,
  type Domain,
  type endpoints,
  type OutputOf,
  type Policy,
  type TreeNodes,
} from '@pilothouse/contract';
import { createModel, PolicyIndex } from '../../authz/casbin.ts';
import { withNames } from '../../authz/giving-guard.ts';
import type { Policies, PolicyNames } from '../../authz/policies.repository.ts';
import { subjectsOf } from './subjects-of.ts';
import { withoutThose } from './role.service.ts';

type Plan = OutputOf<typeof endpoints.planRole>;

/** What it would come to if a role allowed this: what each of its holders would gain or lose where. */
export function planRole(
  rights: Policies & { names: PolicyNames },
  role: { id: string; policies: readonly Policy[] },
  policies: readonly Policy[],
  tree: TreeNodes,
): Plan {
  const added = withoutThose(policies, role.policies);
  const removed = withoutThose(role.policies, policies);
  const changed: Policies = {
    ...rights,
    permissions: [
      ...rights.permissions.filter(({ roleId }) => roleId !== role.id),
      ...policies.map((policy) => ({ roleId: role.id, ...policy })),
    ],
  };
  const before = new PolicyIndex(createModel(rights, tree));
  const after = new PolicyIndex(createModel(changed, tree));
  const people: Plan['people'] = [];
  let holders = 0;
  for (const [userId, person] of rights.names.users) {
    const subjects = subjectsOf(rights, userId);
    const held = rights.grants.filter(
      ({ roleId, subject }) => roleId === role.id && subjects.has(`${subject.kind}:${subject.id}`),
    );
    if (held.length === 0) continue;
    holders += 1;
    const had = new CompiledGrants(before.ownGrants(userId), tree);
    const has = new CompiledGrants(after.ownGrants(userId), tree);
    const changes = distinctDomains(held.map(({ domain }) => domain)).flatMap((domain) => {
      const gains = added.filter((policy) => !covers(had, policy, domain) && covers(has, policy, domain));
      const loses = removed.filter((policy) => covers(had, policy, domain) && !covers(has, policy, domain));
      const scope = withNames(domain, rights.names.clusters);
      return gains.length + loses.length === 0 ? [] : [{ scope, gains, loses }];
    });
    if (changes.length > 0) people.push({ ...person, changes });
  }
  return { added, removed, people, holders };
}

function covers(grants: CompiledGrants, policy: Policy, domain: Domain): boolean {
  return decide(grants, rightsOfPolicies([policy], domain), (cluster) => cluster).allowed;
}

function distinctDomains(domains: readonly Domain[]): Domain[] {
  return [...new Map(domains.map((domain) => [JSON.stringify(domain), domain])).values()];
}
