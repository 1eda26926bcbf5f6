import { discoveryPath } from '../transport/api-path.ts';
import type { CallOptions, ClusterConnection } from '../transport/connection.ts';
import { KubeError } from '../transport/kube-error.ts';
import type { DiscoveredResource } from './discovery.ts';
import { isName, isRecord, readResource } from './well-formed.ts';

/** One version of a group; `*` where the group does not name it, and for a group that has no name. */
interface GroupVersion {
  group: string;
  version: string;
}

const atOnce = 8;

/** Discovery of servers that do not aggregate: one request for each group and version. What is malformed is `broken`. */
export async function discoverOneByOne(
  connection: ClusterConnection,
  versions: readonly GroupVersion[],
  call: CallOptions,
): Promise<{ resources: DiscoveredResource[]; broken: string[] }> {
  const found: DiscoveredResource[][] = versions.map(() => []);
  const broken = new Set<string>();
  const queue = versions.entries();
  const worker = async () => {
    for (const [index, { group, version }] of queue) {
      const isWhole = async () => {
        if (version === '*') return false;
        const path = discoveryPath(group, version);
        const read = readResources(group, version, await connection.json<object>({ path }, call));
        found[index] = read.resources;
        return read.isWhole;
      };
      // one group's server being down, or talking nonsense, says nothing about the others
      if (!(await isWhole().catch(isItsOwn))) broken.add(`${group}/${version}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return { resources: found.flat(), broken: [...broken] };
}

/** False where an error is one group's; throws what concerns the whole server. */
function isItsOwn(error: unknown): false {
  const answered =
    error instanceof KubeError &&
    (error.status !== undefined || error.reason === 'notAnApiserver' || error.reason === 'tooLarge');
  if (!answered || error.is(401)) throw error;
  return false;
}

/** What `meta/v1` APIVersions or APIGroupList say, a group's preferred version first; undefined for anything else. */
export function groupVersionsOf(list: object): GroupVersion[] | undefined {
  const { versions, groups } = list as { versions?: unknown; groups?: unknown };
  const named = (version: unknown) => (isName(version) ? version : '*');
  if (Array.isArray(versions)) return versions.map((version) => ({ group: '', version: named(version) }));
  if (!Array.isArray(groups)) return undefined;
  return groups.flatMap((group) => {
    if (!isRecord(group) || !isName(group['name'])) return [{ group: '*', version: '*' }];
    const { name, versions: its = [], preferredVersion } = group;
    const versionOf = (value: unknown) => named(isRecord(value) ? value['version'] : undefined);
    const preferred = versionOf(preferredVersion);
    const ordered = Array.isArray(its) ? its.map(versionOf) : ['*'];
    ordered.sort((a, b) => Number(b === preferred) - Number(a === preferred));
    return ordered.map((version) => ({ group: name, version }));
  });
}

function readResources(
  group: string,
  version: string,
  { resources }: { resources?: unknown },
): { resources: DiscoveredResource[]; isWhole: boolean } {
  if (!Array.isArray(resources)) return { resources: [], isWhole: resources === undefined };
  const served = resources.filter((one) => isRecord(one) && typeof one['name'] === 'string') as {
    name: string;
  }[];
  const subresourcesOf = (plural: string) =>
    served
      .filter(({ name }) => name.startsWith(`${plural}/`))
      .map(({ name }) => name.slice(plural.length + 1));
  const read = served
    .filter(({ name }) => !name.includes('/'))
    .map((one) => readResource(group, version, { ...one, subresources: subresourcesOf(one.name) }));
  const wellFormed = read.filter((one) => one !== undefined);
  return {
    resources: wellFormed,
    isWhole: served.length === resources.length && wellFormed.length === read.length,
  };
}
