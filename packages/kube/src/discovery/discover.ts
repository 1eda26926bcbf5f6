import { parseObject } from '../transport/answer.ts';
import { fixedPaths, type ApiPath } from '../transport/api-path.ts';
import type { CallOptions, ClusterConnection } from '../transport/connection.ts';
import { KubeError } from '../transport/kube-error.ts';
import { discoverOneByOne } from './discover-one-by-one.ts';
import { Discovery, type DiscoveredResource } from './discovery.ts';

/** `apidiscovery.k8s.io/v2` (and `v2beta1`), as far as it is read here. */
interface AggregatedList {
  kind?: string;
  items?: {
    metadata?: { name?: string };
    versions?: {
      version: string;
      /** `Stale`: an aggregated API that did not answer the apiserver. */
      freshness?: string;
      resources?: {
        resource: string;
        responseKind?: { kind?: string };
        scope: string;
        verbs?: string[];
        subresources?: { subresource: string }[];
      }[];
    }[];
  }[];
}

/** One of the two answers discovery consists of: what it says, and by what it is recognised. */
interface Half {
  etag: string | undefined;
  resources: DiscoveredResource[];
  broken: string[];
}

/** What a cluster serves, and what it takes to ask whether that still is so. */
export interface Discovered {
  discovery: Discovery;
  /** Of `/api` and `/apis`; undefined where the server does not aggregate: then everything is asked again. */
  halves: readonly [Half, Half] | undefined;
}

const aggregated = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .concat('application/json')
  .join(',');
/** A thousand CustomResourceDefinitions need less than one. */
const maxBytes = 8 * 1024 * 1024;

/**
 * Asks a cluster what it serves: two requests, or one a group where the server (before 1.27) does not aggregate.
 * Rejects with KubeError.
 */
export async function discover(connection: ClusterConnection, call: CallOptions = {}): Promise<Discovery> {
  return (await discoverAgain(connection, undefined, call)).discovery;
}

/**
 * As {@link discover}, by etag where something is known already: an unchanged cluster answers with two empty 304, and
 * `known` itself is returned.
 */
export async function discoverAgain(
  connection: ClusterConnection,
  known: Discovered | undefined,
  call: CallOptions = {},
): Promise<Discovered> {
  const [core, groups] = await Promise.all([
    ask(connection, fixedPaths.api, known?.halves?.[0], call),
    ask(connection, fixedPaths.apis, known?.halves?.[1], call),
  ]);
  if ('other' in core || 'other' in groups) {
    const lists = [core, groups].map((answer) => ('other' in answer ? answer.other : undefined));
    return { discovery: await discoverOneByOne(connection, lists[0], lists[1], call), halves: undefined };
  }
  if (known !== undefined && core === known.halves?.[0] && groups === known.halves[1]) return known;
  const discovery = new Discovery(
    [...core.resources, ...groups.resources],
    [...core.broken, ...groups.broken],
  );
  return { discovery, halves: [core, groups] };
}

/** The half as it is now, `known` itself where it is the same; `other` is what a server says that does not aggregate. */
async function ask(
  connection: ClusterConnection,
  path: ApiPath,
  known: Half | undefined,
  call: CallOptions,
): Promise<Half | { other: unknown }> {
  const request = { path, accept: aggregated, etag: known?.etag };
  const { statusCode, headers, body } = await connection.request(request, { maxBytes, ...call });
  if (statusCode === 304 && known !== undefined) return known;
  const list = parseObject<AggregatedList>(body, headers['content-type']);
  if (list.kind !== 'APIGroupDiscoveryList') return { other: list };
  try {
    return { etag: headers.etag, ...readAggregated(list.items ?? []) };
  } catch (cause) {
    throw new KubeError('notAnApiserver', 'The list of what the server serves is malformed', { cause });
  }
}

function readAggregated(items: NonNullable<AggregatedList['items']>): Omit<Half, 'etag'> {
  const resources: DiscoveredResource[] = [];
  const broken: string[] = [];
  for (const { metadata, versions } of items) {
    const group = metadata?.name ?? '';
    for (const { version, freshness, resources: served } of versions ?? []) {
      if (freshness === 'Stale') broken.push(`${group}/${version}`);
      for (const { resource, responseKind, scope, verbs, subresources } of served ?? []) {
        resources.push({
          group,
          version,
          plural: resource,
          kind: responseKind?.kind ?? '',
          namespaced: scope === 'Namespaced',
          verbs: verbs ?? [],
          subresources: (subresources ?? []).map(({ subresource }) => subresource),
        });
      }
    }
  }
  return { resources, broken };
}
