import type { Domain, DomainRef } from '@pilothouse/contract';

/** Resolves a cluster's name; names are reused, ids are not. */
export type ClusterIdOf = (name: string) => string | undefined;

/** Stands for a cluster nobody knows: only `*` covers it, so the answer is the same as for one out of reach. */
const unknownCluster = 'cluster:?';

export function clusterDomain(clusterId: string, namespace?: string): Domain {
  return namespace === undefined ? `cluster:${clusterId}` : `cluster:${clusterId}/${namespace}`;
}

/** The domain of a requirement, with ids in the place of names. */
export function domainOf(ref: DomainRef, clusterIdOf: ClusterIdOf): Domain {
  if (ref.kind === 'platform') return '*';
  const id = clusterIdOf(ref.cluster);
  if (id === undefined) return unknownCluster;
  return clusterDomain(id, ref.kind === 'namespace' ? ref.namespace : undefined);
}

/** The domain of a requirement as people read it, with names. */
export function describeDomain(ref: DomainRef): string {
  if (ref.kind === 'platform') return '*';
  return clusterDomain(ref.cluster, ref.kind === 'namespace' ? ref.namespace : undefined);
}

/** All domains that cover this one, widest first, itself included. */
export function coveringDomains(domain: Domain): Domain[] {
  const covering = ['*'];
  if (domain === '*') return covering;
  for (let slash = domain.indexOf('/'); slash !== -1; slash = domain.indexOf('/', slash + 1)) {
    covering.push(domain.slice(0, slash));
  }
  covering.push(domain);
  return covering;
}
