import { objectName, type OutputOf, type searchEndpoints } from '@pilothouse/contract';
import { kinds, type KindDescriptor } from '@pilothouse/kinds';
import { KubeError, listObjects, type Place } from '@pilothouse/kube';
import type { Authoriser } from '../../../authz/authoriser.ts';
import type { Principal } from '../../../authz/principal.ts';
import { AppError } from '../../../http/app-error.ts';
import { streamErrorOf } from '../../../ws/stream-error.ts';
import type { ResourceCluster } from '../resource-cluster.ts';
import {
  bestOf,
  mostOfKind,
  placeOf,
  visibleIn,
  type Found,
  type Search,
  type SearchAnswer,
} from './object-search.ts';

type Unsearched = OutputOf<typeof searchEndpoints.searchObjects>['unsearched'][number];

/** Clusters asked for one search, and questions to each at a time. */
const mostClusters = 20;
const questionsAtOnce = 6;
/** All answers are there by then, or are told as missing. */
const patienceMs = 6000;
/** Namespaces asked one by one for whom the whole cluster is out of reach. */
const mostNamespaces = 10;

interface Wanted {
  namespace: string | undefined;
  name: string;
  principal: Principal;
  signal: AbortSignal;
}

/**
 * Asks clusters for objects of a name, of every kind that the registry describes and the caller may list: one question
 * a kind, which the apiserver answers out of its cache. `contextNamespace` is where a credential is at home that may
 * not look further.
 */
export function searchClusters(
  authoriser: Pick<Authoriser, 'authorise'>,
  contextNamespace: (cluster: ResourceCluster) => Promise<string | undefined>,
): Search {
  return async ({ q, clusters, principal, signal }) => {
    const [name = '', namespace] = q.split('/').toReversed();
    if (!objectName.safeParse(name).success)
      throw new AppError('invalidField', { field: 'query.q', reason: 'no name of an object' }, 'query.q');
    const patience = AbortSignal.timeout(patienceMs);
    const wanted = { namespace, name, principal, signal: AbortSignal.any([signal, patience]) };
    const asked = clusters.slice(0, mostClusters);
    const answers = await Promise.all(
      asked.map((cluster) => askCluster(cluster, authoriser, contextNamespace, wanted)),
    );
    const left = clusters.slice(mostClusters).map(({ name: cluster }): Unsearched => ({
      cluster,
      kinds: null,
      error: streamErrorOf(new AppError('searchTooWide', { most: mostClusters })),
    }));
    return {
      ...bestOf(answers.flatMap(({ found }) => found).map((each) => ({ ...each, rank: 0 }))),
      unsearched: [...answers.flatMap(({ unsearched }) => unsearched), ...left],
    };
  };
}

async function askCluster(
  cluster: ResourceCluster,
  authoriser: Pick<Authoriser, 'authorise'>,
  contextNamespace: (cluster: ResourceCluster) => Promise<string | undefined>,
  wanted: Wanted,
): Promise<Pick<SearchAnswer, 'found' | 'unsearched'>> {
  const found: Found[] = [];
  const failed: { kind: string; error: unknown }[] = [];
  try {
    const served = await untilAborted(cluster.discovery.get(), wanted.signal);
    const queue = [...kinds.values()].filter(({ isFoundByName }) => isFoundByName);
    const work = async () => {
      for (let kind = queue.shift(); kind !== undefined; kind = queue.shift()) {
        const { group, plural } = kind;
        const resource = served.find(group, plural);
        if (resource === undefined || !resource.verbs.includes('list')) continue;
        const visible = await visibleIn(authoriser, wanted.principal, { cluster, resource });
        if (visible === null) continue;
        try {
          const objects = await askKind(
            { cluster, resource, ...visible },
            () => contextNamespace(cluster),
            wanted,
          );
          if (objects.length > 0) found.push(foundOf(cluster, kind, objects));
        } catch (error) {
          failed.push({ kind: `${group}/${plural}`, error });
        }
      }
    };
    await Promise.all(Array.from({ length: questionsAtOnce }, work));
  } catch (error) {
    return {
      found: [],
      unsearched: [{ cluster: cluster.name, kinds: null, error: reasonOf(error, wanted) }],
    };
  }
  return { found: inOrder(found), unsearched: unsearchedOf(cluster.name, failed, wanted) };
}

type Asked = {
  cluster: ResourceCluster;
  resource: { group: string; version: string; plural: string; kind: string; namespaced: boolean };
} & NonNullable<Awaited<ReturnType<typeof visibleIn>>>;

async function askKind(
  { cluster, resource, namespaces, isNamespace }: Asked,
  contextNamespace: () => Promise<string | undefined>,
  { name, namespace, signal }: Wanted,
): Promise<Place[]> {
  const { group, version, plural, kind, namespaced } = resource;
  const ask = async (within: string | undefined) => {
    const { items } = await listObjects(
      cluster.connection,
      { group, version, plural, namespace: within },
      { fieldSelector: `metadata.name=${name}`, withoutManagedFields: true, kind, signal },
    );
    // a server may know no field selectors, and send them all
    return items.map(({ metadata }) => metadata).filter((each) => each.name === name);
  };
  if (!namespaced) {
    if (namespace !== undefined) return [];
    return namespaces === 'all' || (isNamespace && namespaces.includes(name)) ? ask(undefined) : [];
  }
  if (namespace !== undefined)
    return namespaces === 'all' || namespaces.includes(namespace) ? ask(namespace) : [];
  if (namespaces !== 'all') return (await Promise.all(namespaces.slice(0, mostNamespaces).map(ask))).flat();
  try {
    return await ask(undefined);
  } catch (error) {
    const home = error instanceof KubeError && error.is(403) ? await contextNamespace() : undefined;
    if (home === undefined) throw error;
    return ask(home);
  }
}

function foundOf(
  { name }: ResourceCluster,
  { group, plural, kind }: KindDescriptor,
  objects: Place[],
): Found {
  const items = objects.slice(0, mostOfKind).map(placeOf);
  return { cluster: name, group, plural, kind, items, more: objects.length > mostOfKind };
}

/** As the registry has them, whoever answered first. */
function inOrder(found: Found[]): Found[] {
  const places = new Map([...kinds.keys()].map((key, index) => [key, index]));
  const placeIn = ({ group, plural }: Found) => places.get(`${group}/${plural}`) ?? 0;
  return found.toSorted((a, b) => placeIn(a) - placeIn(b));
}

/** Kinds that failed for the same reason are told together. */
function unsearchedOf(
  cluster: string,
  failed: { kind: string; error: unknown }[],
  wanted: Wanted,
): Unsearched[] {
  const reasons = failed.map(({ kind, error }) => ({ kind, error: reasonOf(error, wanted) }));
  return [...Map.groupBy(reasons, ({ error }) => error.code).values()].map((alike) => ({
    cluster,
    kinds: alike.map(({ kind }) => kind),
    error: alike[0]!.error,
  }));
}

function reasonOf(error: unknown, { signal }: Wanted): Unsearched['error'] {
  const isLate = signal.aborted && (signal.reason as Error).name === 'TimeoutError';
  const seconds = patienceMs / 1000;
  return streamErrorOf(isLate ? new KubeError('timeout', `No answer within ${seconds} s`) : error);
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return new Promise<T>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    work.then(resolve, reject);
  });
}
