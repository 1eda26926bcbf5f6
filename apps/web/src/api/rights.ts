import {
  anyAction,
  domainCovers,
  objectMatches,
  type DomainRef,
  type endpoints,
  type OutputOf,
  type Requirement,
} from '@pilothouse/contract';
import { useSession } from './session.ts';

export type OwnGrant = OutputOf<typeof endpoints.me>['grants'][number];

/**
 * Whether the grants give all that is required, as far as the browser can tell: it greys out what would be refused.
 * The API decides.
 */
export function allows(grants: readonly OwnGrant[], requirements: readonly Requirement[]): boolean {
  return requirements.every((requirement) =>
    grants.some(
      (grant) =>
        domainMatches(grant.domain, domainName(requirement.domain), requirement.match ?? 'covers') &&
        (requirement.match === 'entry' ||
          grant.policies.some(
            (policy) =>
              objectMatches(policy.object, requirement.object) &&
              (policy.action === anyAction || policy.action === requirement.action),
          )),
    ),
  );
}

/** `*`, `cluster:<name>` or `cluster:<name>/<namespace>`, as grants write it. */
export function domainName(domain: DomainRef): string {
  if (domain.kind === 'platform') return '*';
  return domain.kind === 'cluster'
    ? `cluster:${domain.cluster}`
    : `cluster:${domain.cluster}/${domain.namespace}`;
}

function domainMatches(granted: string, wanted: string, match: NonNullable<Requirement['match']>): boolean {
  if (domainCovers(granted, wanted)) return true;
  return match !== 'covers' && domainCovers(wanted, granted);
}

/** The namespaces of a cluster the user may choose from; `all` where a grant covers the whole cluster. */
export function grantedNamespaces(grants: readonly OwnGrant[], cluster: string): 'all' | string[] {
  const whole = `cluster:${cluster}`;
  if (grants.some((grant) => domainCovers(grant.domain, whole))) return 'all';
  const names = grants
    .filter((grant) => grant.domain.startsWith(`${whole}/`))
    .map((grant) => grant.domain.slice(whole.length + 1));
  return [...new Set(names)].sort();
}

/** Asks the signed-in user's grants; reactive. */
export function useCan(): (requirements: readonly Requirement[]) => boolean {
  const session = useSession();
  return (requirements) => allows(session.grants, requirements);
}
