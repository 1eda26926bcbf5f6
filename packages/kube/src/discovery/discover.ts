import { fixedPaths } from '../transport/api-path.ts';
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

const aggregated = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .concat('application/json')
  .join(',');

/**
 * Asks a cluster what it serves: two requests, or one a group where the server (before 1.27) does not aggregate.
 * Rejects with KubeError.
 */
export async function discover(connection: ClusterConnection, call: CallOptions = {}): Promise<Discovery> {
  const [core, groups] = await Promise.all(
    [fixedPaths.api, fixedPaths.apis].map((path) =>
      connection.json<AggregatedList>({ path, accept: aggregated }, call),
    ),
  );
  if (core?.kind !== 'APIGroupDiscoveryList' || groups?.kind !== 'APIGroupDiscoveryList') {
    return discoverOneByOne(connection, core, groups, call);
  }
  try {
    return readAggregated([...(core.items ?? []), ...(groups.items ?? [])]);
  } catch (cause) {
    throw new KubeError('notAnApiserver', 'The list of what the server serves is malformed', { cause });
  }
}

function readAggregated(items: NonNullable<AggregatedList['items']>): Discovery {
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
  return new Discovery(resources, broken);
}
