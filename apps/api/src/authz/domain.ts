import type { Domain, DomainRef } from '@pilothouse/contract';

/** Resolves a cluster's name; names are reused, ids are not. */
export type ClusterIdOf = (name: string) => string | undefined;

/** Stands for a cluster nobody knows: only `*` covers it, so the answer is the same as for one out of reach. */
const unknownCluster = 'cluster:?';

/** Domains kept by cluster and namespace; whoever asks for invented ones makes it forget, not grow. */
const mostKept = 20_000;
const kept = new Map<string, Map<string | undefined, Domain>>();
let keptCount = 0;

/** The domain of a cluster or of one of its namespaces: the same string each time, which a Map finds at once. */
export function clusterDomain(clusterId: string, namespace?: string): Domain {
  return kept.get(clusterId)?.get(namespace) ?? keep(clusterId, namespace);
}

function keep(clusterId: string, namespace: string | undefined): Domain {
  if (keptCount >= mostKept) {
    kept.clear();
    keptCount = 0;
  }
  const domain = join(clusterId, namespace);
  kept.set(clusterId, (kept.get(clusterId) ?? new Map<string | undefined, Domain>()).set(namespace, domain));
  keptCount += 1;
  return domain;
}

function join(cluster: string, namespace: string | undefined): Domain {
  return namespace === undefined ? `cluster:${cluster}` : `cluster:${cluster}/${namespace}`;
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
  return join(ref.cluster, ref.kind === 'namespace' ? ref.namespace : undefined);
}

/**
 * Whether `holds` is true of the domain or of one that covers it, nearest first: a cluster's namespace, the cluster,
 * everything.
 */
export function someCovering(domain: Domain, holds: (covering: Domain) => boolean): boolean {
  if (holds(domain)) return true;
  for (let slash = domain.lastIndexOf('/'); slash > 0; slash = domain.lastIndexOf('/', slash - 1)) {
    if (holds(domain.slice(0, slash))) return true;
  }
  return domain !== '*' && holds('*');
}

/** All domains that cover this one, nearest first, itself included. */
export function coveringDomains(domain: Domain): Domain[] {
  const covering: Domain[] = [];
  someCovering(domain, (each) => {
    covering.push(each);
    return false;
  });
  return covering;
}
