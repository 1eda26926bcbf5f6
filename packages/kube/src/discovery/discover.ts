import { fixedPaths } from '../transport/api-path.ts';
import type { CallOptions, ClusterConnection } from '../transport/connection.ts';
import { KubeError } from '../transport/kube-error.ts';
import { discoverOneByOne } from './discover-one-by-one.ts';

/** A kind of object that a cluster serves, in one version. */
export interface DiscoveredResource {
  /** `''` is the core group. */
  group: string;
  version: string;
  plural: string;
  kind: string;
  namespaced: boolean;
  verbs: readonly string[];
  /** `log`, `exec`, `scale`, `status` … */
  subresources: readonly string[];
}

/** What a cluster serves. */
export class Discovery {
  /** Every resource in every version, the preferred version of a group first. */
  readonly resources: readonly DiscoveredResource[];
  /** `group/version` that the cluster could not describe (an aggregated API that is down); the others are complete. */
  readonly broken: readonly string[];
  readonly #preferred = new Map<string, DiscoveredResource>();

  constructor(resources: readonly DiscoveredResource[], broken: readonly string[]) {
    this.resources = resources;
    this.broken = broken;
    for (const resource of resources) {
      const key = `${resource.group}/${resource.plural}`;
      if (!this.#preferred.has(key)) this.#preferred.set(key, resource);
    }
  }

  /** The resource in the version the cluster prefers; `core` and `''` are the group without a name. */
  find(group: string, plural: string): DiscoveredResource | undefined {
    return this.#preferred.get(`${group === 'core' ? '' : group}/${plural}`);
  }
}

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
