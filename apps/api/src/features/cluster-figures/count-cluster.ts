import { mostWarnings, type clusterFigures } from '@pilothouse/contract';
import {
  addFigures,
  isRecord,
  milliUnits,
  noFigures,
  nodes as nodeKind,
  parseQuantity,
  pods as podKind,
  podSums,
  rowOf,
  wholeUnits,
  type Node,
  type Pod,
} from '@pilothouse/kinds';
import { apiPath, eachObject, KubeError, type CallOptions, type ClusterConnection } from '@pilothouse/kube';
import type { z } from 'zod';

type Figures = z.output<typeof clusterFigures>;

/** What a count finds; cpu in millicores, memory in bytes, null where the credential may not see it. */
export interface Counts extends Pick<Figures, 'nodes' | 'kubelets' | 'pods' | 'warnings'> {
  allocatable: { cpu: number; memory: number } | null;
  /** By metrics.k8s.io; null as well where nobody measures. */
  used: { cpu: number; memory: number } | null;
}

/** What the pods of a cluster request that are on a node and not finished. */
export interface Requests {
  cpu: number;
  memory: number;
  /** How many objects the pass went over, finished ones too. */
  pods: number;
}

const core = { group: '', version: 'v1' };
const metadataOnly = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';
const hourMs = 3_600_000;

interface List {
  items?: unknown[];
  metadata?: { remainingItemCount?: number; continue?: string };
}

/** Nodes one by one, the number of pods by a list of one, warnings by a page of them, usage as metrics.k8s.io sums it. */
export async function countCluster(connection: ClusterConnection, signal: AbortSignal): Promise<Counts> {
  const call: CallOptions = { priority: 'background', signal };
  const found = await unlessHidden(() => countNodes(connection, call));
  return {
    nodes: found && { ready: found.ready, total: found.total },
    kubelets: found?.kubelets ?? null,
    allocatable: found && { cpu: found.cpu, memory: found.memory },
    pods: await unlessHidden(() => countPods(connection, call)),
    warnings: await unlessHidden(() => countWarnings(connection, call)),
    used: await unlessHidden(() => readUsage(connection, call)),
  };
}

/** Passes over all pods, never holding more than one of them. */
export async function sweepRequests(
  connection: ClusterConnection,
  signal: AbortSignal,
): Promise<Requests | null> {
  const sum = noFigures();
  let pods = 0;
  const take = (pod: Pod) => {
    pods += 1;
    const share = podSums(rowOf(podKind, pod));
    if (share.node !== null) addFigures(sum, share.figures, 1);
  };
  const options = {
    priority: 'background',
    signal,
    withoutManagedFields: true,
    malformed: () => undefined,
  } as const;
  const isSeen = await unlessHidden(() =>
    eachObject<Pod>(connection, { ...core, plural: 'pods' }, take, options),
  );
  const requested = (resource: string) => Math.ceil(sum.resources.get(resource)?.requests ?? 0);
  return isSeen === null ? null : { cpu: requested('cpu'), memory: requested('memory'), pods };
}

async function countNodes(connection: ClusterConnection, call: CallOptions) {
  const seen = { ready: 0, total: 0, cpu: 0, memory: 0 };
  const versions: string[] = [];
  const take = (node: Node) => {
    const { cells } = rowOf(nodeKind, node);
    seen.total += 1;
    if (String(cells['status']).startsWith('Ready')) seen.ready += 1;
    seen.cpu += Number(cells['cpuAllocatable'] ?? 0);
    seen.memory += Number(cells['memoryAllocatable'] ?? 0);
    if (typeof cells['version'] === 'string' && /^v\d+\.\d+/.test(cells['version']))
      versions.push(cells['version']);
  };
  const options = { ...call, withoutManagedFields: true, malformed: () => undefined };
  await eachObject<Node>(connection, { ...core, plural: 'nodes' }, take, options);
  versions.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const [oldest] = versions;
  const newest = versions.at(-1);
  return { ...seen, kubelets: oldest === undefined || newest === undefined ? null : { oldest, newest } };
}

async function countPods(connection: ClusterConnection, call: CallOptions): Promise<number | null> {
  const path = apiPath({ ...core, plural: 'pods' });
  const { items, metadata } = await connection.json<List>(
    { path, query: { limit: 1 }, accept: metadataOnly },
    call,
  );
  const left = metadata?.remainingItemCount;
  // some servers page without saying what is left
  if (left === undefined && (metadata?.continue ?? '') !== '') return null;
  return (items ?? []).length + (left ?? 0);
}

async function countWarnings(connection: ClusterConnection, call: CallOptions): Promise<number> {
  const query = { limit: mostWarnings, fieldSelector: 'type=Warning' };
  const { items } = await connection.json<List>(
    { path: apiPath({ ...core, plural: 'events' }), query },
    call,
  );
  const since = Date.now() - hourMs;
  return (items ?? []).filter((event) => isRecord(event) && lastSeen(event) >= since).length;
}

function lastSeen(event: Record<string, unknown>): number {
  const { series, lastTimestamp, eventTime, metadata } = event;
  const last = isRecord(series) ? series['lastObservedTime'] : null;
  const created = isRecord(metadata) ? metadata['creationTimestamp'] : null;
  return Date.parse(String(last ?? lastTimestamp ?? eventTime ?? created ?? ''));
}

async function readUsage(connection: ClusterConnection, call: CallOptions): Promise<Counts['used']> {
  const path = apiPath({ group: 'metrics.k8s.io', version: 'v1beta1', plural: 'nodes' });
  const { items } = await connection.json<List>({ path }, call);
  const used = { cpu: 0, memory: 0 };
  for (const item of items ?? []) {
    const usage = isRecord(item) && isRecord(item['usage']) ? item['usage'] : {};
    used.cpu += milliUnits(parseQuantity(String(usage['cpu'] ?? 0)));
    used.memory += wholeUnits(parseQuantity(String(usage['memory'] ?? 0)));
  }
  // no node has figures: that is not a cluster at rest
  return items === undefined || items.length === 0 ? null : used;
}

/** Null where the credential may not see it, or the cluster has it not, or not now (an aggregated API that is down). */
async function unlessHidden<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof KubeError && [403, 404, 503].some((status) => error.is(status))) return null;
    throw error;
  }
}
