import { discoveryPath } from '../transport/api-path.ts';
import type { CallOptions, ClusterConnection } from '../transport/connection.ts';
import { KubeError } from '../transport/kube-error.ts';
import { Discovery, type DiscoveredResource } from './discovery.ts';

/** `meta/v1` APIVersions, APIGroupList and APIResourceList, as far as they are read here. */
interface ApiVersions {
  versions?: string[];
}
interface ApiGroupList {
  groups?: {
    name: string;
    versions?: { version: string }[];
    preferredVersion?: { version: string };
  }[];
}
interface ApiResourceList {
  resources?: { name: string; kind: string; namespaced: boolean; verbs?: string[] }[];
}

const atOnce = 8;

/** Discovery of servers that do not aggregate: one request for each group and version. */
export async function discoverOneByOne(
  connection: ClusterConnection,
  core: unknown,
  groups: unknown,
  call: CallOptions,
): Promise<Discovery> {
  const versions = groupVersions(core as ApiVersions, groups as ApiGroupList);
  const found: DiscoveredResource[][] = versions.map(() => []);
  const broken: string[] = [];
  const queue = versions.entries();
  const worker = async () => {
    for (const [index, { group, version }] of queue) {
      try {
        const path = discoveryPath(group, version);
        found[index] = readResources(group, version, await connection.json<ApiResourceList>({ path }, call));
      } catch (error) {
        // one group's server being down says nothing about the others
        const down = error instanceof KubeError && error.status !== undefined && !error.is(401);
        if (!down) throw error;
        broken.push(`${group}/${version}`);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return new Discovery(found.flat(), broken);
}

function groupVersions(core: ApiVersions, groups: ApiGroupList): { group: string; version: string }[] {
  if (!Array.isArray(core.versions) || !Array.isArray(groups.groups)) {
    throw new KubeError('notAnApiserver', 'The server does not say what it serves');
  }
  const named = groups.groups.flatMap(({ name, versions, preferredVersion }) => {
    const preferred = preferredVersion?.version;
    const ordered = (versions ?? []).map(({ version }) => version);
    ordered.sort((a, b) => Number(b === preferred) - Number(a === preferred));
    return ordered.map((version) => ({ group: name, version }));
  });
  return [...core.versions.map((version) => ({ group: '', version })), ...named];
}

function readResources(group: string, version: string, list: ApiResourceList): DiscoveredResource[] {
  const served = list.resources ?? [];
  const subresourcesOf = (plural: string) =>
    served
      .filter(({ name }) => name.startsWith(`${plural}/`))
      .map(({ name }) => name.slice(plural.length + 1));
  return served
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, kind, namespaced, verbs }) => ({
      group,
      version,
      plural: name,
      kind,
      namespaced,
      verbs: verbs ?? [],
      subresources: subresourcesOf(name),
    }));
}
