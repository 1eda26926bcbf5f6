import type { Requirement } from '../endpoint.ts';
import type { Grants } from './compiled-grants.ts';
import type { Domain } from './domain.ts';

/**
 * How much of what was asked for the caller may see: all of it, or these namespaces (`narrows`) or clusters (`entry` on
 * the platform) only.
 */
export type Scope = 'all' | string[];

export type Decision = { allowed: true; scope: Scope } | { allowed: false; missing: Requirement };

/** How grants name the cluster that a requirement names; undefined where nobody knows it. */
export type ClusterKeyOf = (name: string) => string | undefined;

/** Stands for a cluster nobody knows: only a grant everywhere covers it, as if it were out of reach. */
const unknownCluster = '?';

/** Holds requirements against a user's rights; see {@link Requirement} for what each `match` is content with. */
export function decide(
  grants: Grants,
  requirements: readonly Requirement[],
  clusterKeyOf: ClusterKeyOf,
): Decision {
  let scope: Scope = 'all';
  const narrowing: Narrowed[] = [];
  for (const requirement of requirements) {
    const { object, action, match } = requirement;
    const domain = resolve(requirement.domain, clusterKeyOf);
    if (match === 'narrows') {
      narrowing.push({ requirement, granted: narrowed(grants, domain, object, action) });
    } else if (match === 'entry') {
      const visible = entries(grants, domain);
      if (visible.length === 0) return { allowed: false, missing: requirement };
      if (visible !== 'all') scope = visible;
    } else if (!grants.allows(domain, object, action)) {
      return { allowed: false, missing: requirement };
    }
  }
  for (const group of byRight(narrowing)) {
    scope = both(scope, anyOf(group));
    if (scope.length === 0) return { allowed: false, missing: (group[0] as Narrowed).requirement };
  }
  return { allowed: true, scope };
}

interface Narrowed {
  requirement: Requirement;
  granted: Scope;
}

/** The same right in several namespaces is one question: those where it is granted are answered. */
function byRight(narrowing: Narrowed[]): Iterable<Narrowed[]> {
  if (narrowing.length < 2) return narrowing.length === 0 ? [] : [narrowing];
  return Map.groupBy(narrowing, ({ requirement: { object, action } }) => `${action} ${object}`).values();
}

function anyOf(group: readonly Narrowed[]): Scope {
  if (group.length === 1) return (group[0] as Narrowed).granted;
  if (group.every(({ granted }) => granted === 'all')) return 'all';
  const parts = group.flatMap(({ requirement: { domain }, granted }) => {
    if (granted !== 'all') return granted;
    return domain.kind === 'namespace' ? [domain.namespace] : [];
  });
  return [...new Set(parts)].toSorted();
}

/** Where each of two rights is granted. */
function both(one: Scope, other: Scope): Scope {
  if (one === 'all') return other;
  return other === 'all' ? one : one.filter((part) => other.includes(part));
}

function resolve(domain: Domain, clusterKeyOf: ClusterKeyOf): Domain {
  switch (domain.kind) {
    case 'all':
    case 'tree':
      return domain;
    case 'cluster':
      return { kind: 'cluster', cluster: clusterKeyOf(domain.cluster) ?? unknownCluster };
    case 'namespace': {
      const cluster = clusterKeyOf(domain.cluster) ?? unknownCluster;
      return { kind: 'namespace', cluster, namespace: domain.namespace };
    }
  }
}

/** Only a cluster has parts that an answer is narrowed to. */
function narrowed(grants: Grants, domain: Domain, object: string, action: string): Scope {
  if (grants.allows(domain, object, action)) return 'all';
  switch (domain.kind) {
    case 'cluster':
      return grants.namespacesAllowing(domain.cluster, object, action).slice();
    case 'all':
    case 'namespace':
    case 'tree':
      return [];
  }
}

/** Any grant at, above or below shows that the place exists; on the platform, the clusters of one's grants. */
function entries(grants: Grants, domain: Domain): Scope {
  switch (domain.kind) {
    case 'all':
      return grants.grantedEverywhere ? 'all' : grants.clusters;
    case 'cluster':
    case 'namespace':
    case 'tree':
      return grants.touches(domain) ? 'all' : [];
  }
}
