import {
  anyAction,
  CompiledGrants,
  decide,
  objectMatches,
  type Domain,
  type endpoints,
  type OutputOf,
  type Policy,
  type TreeNodes,
} from '@pilothouse/contract';
import { casbinDomain, createModel, domainCovers, PolicyIndex } from '../../authz/casbin.ts';
import { withNames } from '../../authz/giving-guard.ts';
import type { Policies, PolicyNames } from '../../authz/policies.repository.ts';
import { subjectsOf } from './subjects-of.ts';

type Explanation = OutputOf<typeof endpoints.explainRights>;

/** So many people are told of. */
const mostPeople = 500;

/**
 * Who has rights in a place, and through which grants. The answer is the compiled look-up's; the grants are found by the
 * definition's own two rules.
 * @param domain its cluster goes by id
 * @param username only them, whether they have the rights or not; undefined: everybody who has them all
 */
export function explainRights(
  given: Policies & { names: PolicyNames },
  { rights, domain, username }: { rights: readonly Policy[]; domain: Domain; username?: string | undefined },
  tree: TreeNodes,
): Explanation {
  const index = new PolicyIndex(createModel(given, tree));
  const where = casbinDomain(domain, tree);
  const policiesOf = Map.groupBy(given.permissions, ({ roleId }) => roleId);
  const giving = (roleId: string, right: Policy) =>
    (policiesOf.get(roleId) ?? []).some(
      ({ object, action }) =>
        (action === anyAction || action === right.action) && objectMatches(object, right.object),
    );
  const items: Explanation['items'] = [];
  for (const [userId, person] of given.names.users) {
    if (username !== undefined && person.username !== username) continue;
    const compiled = new CompiledGrants(index.ownGrants(userId), tree);
    const asked = rights.map((right) => ({ ...right, domain }));
    const { allowed } = decide(compiled, asked, (cluster) => cluster);
    if (!allowed && username === undefined) continue;
    const subjects = subjectsOf(given, userId);
    const held = given.grants.flatMap((grant) => {
      const way = subjects.get(`${grant.subject.kind}:${grant.subject.id}`);
      const at = casbinDomain(grant.domain, tree);
      const isHere = way !== undefined && at !== undefined && where !== undefined && domainCovers(at, where);
      return isHere ? [{ grant, way }] : [];
    });
    items.push({
      ...person,
      allowed,
      rights: rights.map((right) => ({
        ...right,
        grants: held
          .filter(({ grant }) => giving(grant.roleId, right))
          .map(({ grant, way }) => ({
            id: grant.id,
            role: given.names.roles.get(grant.roleId) ?? '',
            scope: withNames(grant.domain, given.names.clusters),
            through: way.map((id) => given.names.groups.get(id) ?? ''),
            expiresAt: grant.expiresAt?.toISOString() ?? null,
          })),
      })),
    });
    if (items.length > mostPeople) break;
  }
  return { items: items.slice(0, mostPeople), truncated: items.length > mostPeople };
}
