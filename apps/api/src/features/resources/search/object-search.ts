import { resourceRight, type InputOf, type OutputOf, type searchEndpoints } from '@pilothouse/contract';
import type { Place } from '@pilothouse/kube';
import type { Authoriser, Scope } from '../../../authz/authoriser.ts';
import type { Principal } from '../../../authz/principal.ts';
import type { ResourceCluster, ServedKind } from '../resource-cluster.ts';

type Endpoint = typeof searchEndpoints.searchObjects;
export type SearchAnswer = OutputOf<Endpoint>;
export type Found = SearchAnswer['found'][number];

/** A search as somebody asked for it, who may see these clusters. */
export interface SearchCall {
  q: string;
  clusters: ResourceCluster[];
  principal: Principal;
  signal: AbortSignal;
}

/** Kinds (each in its cluster) that an answer tells of, and objects of each. */
const mostKinds = 24;
export const mostOfKind = 6;

/** How objects are looked for: in what is held, or at the clusters. */
export type Search = (call: SearchCall) => Promise<SearchAnswer>;

/** Which of the clusters a call means, of those the caller may see. */
export function clustersOf(
  all: readonly ResourceCluster[],
  { query, scope }: Pick<InputOf<Endpoint>, 'query'> & { scope: Scope },
): ResourceCluster[] {
  // of one cluster the right was asked for, with it the answer is not narrowed
  if (query.cluster !== undefined) return all.filter(({ name }) => name === query.cluster);
  return scope === 'all' ? [...all] : all.filter(({ id }) => scope.includes(id));
}

/**
 * Which objects of a kind somebody may see the names of: all, those in some namespaces, none. Who may see what is in a
 * namespace sees the namespace; a right in some namespace is none to what is outside all of them.
 */
export async function visibleIn(
  authoriser: Pick<Authoriser, 'authorise'>,
  principal: Principal,
  { cluster, resource: { group, plural, namespaced } }: Pick<ServedKind, 'cluster' | 'resource'>,
): Promise<{ namespaces: readonly string[] | 'all'; isNamespace: boolean } | null> {
  const params = { cluster: cluster.name, group: group === '' ? 'core' : group, plural };
  const right = { ...resourceRight(params, 'list'), match: 'narrows' as const };
  const decision = await authoriser.authorise(principal, [right]);
  if (!decision.allowed) return null;
  const isNamespace = params.group === 'core' && plural === 'namespaces';
  if (decision.scope !== 'all' && !namespaced && !isNamespace) return null;
  return { namespaces: decision.scope, isNamespace };
}

/** Best first; of equally good ones those of the kinds that come first. */
export function bestOf(ranked: (Found & { rank: number })[]): Pick<SearchAnswer, 'found' | 'more'> {
  const sorted = ranked.toSorted((a, b) => a.rank - b.rank);
  return {
    found: sorted.slice(0, mostKinds).map(({ rank: _rank, ...found }) => found),
    more: sorted.length > mostKinds,
  };
}

export const placeOf = ({ namespace, name }: Place) => ({ namespace: namespace ?? null, name });
