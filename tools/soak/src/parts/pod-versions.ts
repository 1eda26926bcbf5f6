import { setTimeout as sleep } from 'node:timers/promises';
import { endpoints } from '@pilothouse/contract';
import type { LocalCluster } from '@pilothouse/control-plane';
import type { Platform } from '../platform.ts';
import type { World } from '../world.ts';
import type { LivePage } from './live-page.ts';

/** uid → resourceVersion. */
type Versions = Map<string, string>;

const print = '{range .items[*]}{.metadata.uid} {.metadata.resourceVersion}{"\\n"}{end}';

/** Every pod, as a path needs it. */
export async function podNames(cluster: LocalCluster): Promise<{ namespace: string; name: string }[]> {
  const print = '{range .items[*]}{.metadata.namespace} {.metadata.name}{"\\n"}{end}';
  const text = await cluster.kubectl('get', 'pods', '--all-namespaces', `--output=jsonpath=${print}`);
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(' '))
    .map(([namespace = '', name = '']) => ({ namespace, name }));
}

/** Every pod as kubectl lists it: none of our own code in between. */
async function podsOfKubectl(cluster: LocalCluster): Promise<Versions> {
  const text = await cluster.kubectl('get', 'pods', '--all-namespaces', `--output=jsonpath=${print}`);
  const lines = text.split('\n').filter(Boolean);
  return new Map(lines.map((line) => line.split(' ') as [string, string]));
}

/** Every pod as the platform's pages show it, one page after the other. */
async function podsOfPlatform(platform: Platform, cluster: string): Promise<Versions> {
  const versions: Versions = new Map();
  const api = await platform.admin();
  const params = { cluster, group: 'core', plural: 'pods' };
  for (let page = 1; ; page += 1) {
    const query = { page, pageSize: 500, sort: 'namespace,name' };
    const { items, total } = await api.call(endpoints.listResources, { params, query });
    for (const { uid, resourceVersion } of items) versions.set(uid, resourceVersion);
    if (page * 500 >= total) return versions;
  }
}

/**
 * How many rows of the platform and of an open page differ from kubectl's list, when the cluster has come to rest: what a controller
 * still replaces is waited for.
 */
export async function settledDifferences(
  world: World,
  cluster: LocalCluster,
  platform: Platform,
  registered: string,
  page: LivePage,
): Promise<{ apart: number; onPage: number }> {
  for (let round = 0; ; round += 1) {
    const truth = await podsOfKubectl(cluster);
    const apart = differences(truth, await podsOfPlatform(platform, registered));
    const onPage = page.visible().filter((row) => truth.get(row.uid) !== row.resourceVersion).length;
    if ((apart === 0 && onPage === 0) || round === 10) return { apart, onPage };
    await sleep(3000, undefined, { signal: world.signal });
  }
}

/** How many objects are on one side only, or differ in their version. */
function differences(left: Versions, right: Versions): number {
  let count = 0;
  for (const [uid, version] of left) if (right.get(uid) !== version) count += 1;
  for (const uid of right.keys()) if (!left.has(uid)) count += 1;
  return count;
}
