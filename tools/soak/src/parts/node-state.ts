import { endpoints } from '@pilothouse/contract';
import { waitUntil } from '@pilothouse/e2e/support/processes';
import type { Platform } from '../platform.ts';

/** What the platform says of the real node: `Ready`, `NotReady`, `Unknown`. */
async function nodeStatus(platform: Platform, cluster: string): Promise<string> {
  const params = { cluster, group: 'core', plural: 'nodes' };
  const api = await platform.admin();
  const { items } = await api.call(endpoints.listResources, { params, query: {} });
  return String(items.find(({ name }) => name === 'node-1')?.cells['status']);
}

/** Seconds until the platform says so; undefined when it did not within `most` seconds. */
export async function secondsUntilNode(
  platform: Platform,
  cluster: string,
  status: string,
  most: number,
): Promise<number | undefined> {
  const begun = performance.now();
  const is = async () => (await nodeStatus(platform, cluster)) === status;
  return waitUntil(`the node is ${status}`, is, most * 1000).then(
    () => (performance.now() - begun) / 1000,
    () => undefined,
  );
}
