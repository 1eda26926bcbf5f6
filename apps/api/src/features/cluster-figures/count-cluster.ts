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
  type NodeFigures,
  type Pod,
} from '@pilothouse/kinds';
import { apiPath, eachObject, KubeError, type CallOptions, type ClusterConnection } from '@pilothouse/kube';
import type { z } from 'zod';

type Figures = z.output<typeof clusterFigures>;

/** What a count finds; cpu in millicores, memory in bytes, null where the credential may not see it. */
export interface Counts extends Pick<Figures, 'nodes' | 'kubelets' | 'pods' | 'warnings'> {
  allocatable: Amounts | null;
  /** By metrics.k8s.io; null as well where nobody measures. */
  used: Amounts | null;
  /** What is allocatable on the nodes that `used` is of. */
  measured: Amounts | null;
}

interface Amounts {
  cpu: number;
  memory: number;
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
  const used = measuredOf(await unlessHidden(() => readUsage(connection, call)), found?.allocatable);
  return {
    nodes: found && { ready: found.ready, total: found.total },
    kubelets: found?.kubelets ?? null,
    allocatable: found && total(found.allocatable.values()),
    pods: await unlessHidden(() => countPods(connection, call)),
    warnings: await unlessHidden(() => countWarnings(connection, call)),
    ...used,
  };
}

/** What one namespace's pods ask for. */
export interface NamespaceRequests {
  pods: number;
  cpu: Reserved;
  memory: Reserved;
}

interface Reserved {
  requests: number;
  limits: number;
}

export interface Sweep {
  requests: Requests;
  /** By namespace; of more than so many only those with the most pods. */
  namespaces: Record<string, NamespaceRequests>;
}

const mostNamespaces = 2000;

/** Passes over all pods, never holding more than one of them. Null where the credential may not list them. */
export async function sweepPods(connection: ClusterConnection, signal: AbortSignal): Promise<Sweep | null> {
  const sums = new Map<string, NodeFigures>();
  let pods = 0;
  const take = (pod: Pod) => {
    pods += 1;
    const share = podSums(rowOf(podKind, pod));
    if (share.node === null) return;
    const namespace = pod.metadata?.namespace ?? '';
    const sum = sums.get(namespace) ?? noFigures();
    addFigures(sum, share.figures, 1);
    sums.set(namespace, sum);
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
  if (isSeen === null) return null;
  const all = noFigures();
  for (const sum of sums.values()) addFigures(all, sum, 1);
  const largest = [...sums].toSorted(([, a], [, b]) => b.pods - a.pods).slice(0, mostNamespaces);
  return {
    requests: { cpu: reservedOf(all, 'cpu').requests, memory: reservedOf(all, 'memory').requests, pods },
    namespaces: Object.fromEntries(
      largest.map(([namespace, sum]) => [
        namespace,
        { pods: sum.pods, cpu: reservedOf(sum, 'cpu'), memory: reservedOf(sum, 'memory') },
      ]),
    ),
  };
}

function reservedOf({ resources }: NodeFigures, resource: 'cpu' | 'memory'): Reserved {
  const { requests, limits } = resources.get(resource) ?? { requests: 0, limits: 0 };
  return { requests: Math.ceil(requests), limits: Math.ceil(limits) };
}

/** Usage of the nodes there are, and what those have; all usage where nodes may not be seen. */
export function measuredOf(usage: Map<string, Amounts> | null, allocatable?: Map<string, Amounts>) {
  const nodes = [...(usage ?? [])].flatMap(([name, used]) => {
    const all = allocatable?.get(name);
    return allocatable !== undefined && all === undefined ? [] : [{ used, all }];
  });
  if (nodes.length === 0) return { used: null, measured: null };
  const measured = nodes.flatMap(({ all }) => (all === undefined ? [] : [all]));
  return {
    used: total(nodes.map(({ used }) => used)),
    measured: measured.length === 0 ? null : total(measured),
  };
}

function total(amounts: Iterable<Amounts>): Amounts {
  const sum = { cpu: 0, memory: 0 };
  for (const { cpu, memory } of amounts) {
    sum.cpu += cpu;
    sum.memory += memory;
  }
  return sum;
}

async function countNodes(connection: ClusterConnection, call: CallOptions) {
  const seen = { ready: 0, total: 0 };
  const allocatable = new Map<string, Amounts>();
  const versions: string[] = [];
  const take = (node: Node) => {
    const { name, cells } = rowOf(nodeKind, node);
    seen.total += 1;
    if (String(cells['status']).startsWith('Ready')) seen.ready += 1;
    const [cpu, memory] = [cells['cpuAllocatable'], cells['memoryAllocatable']].map((amount) =>
      Number(amount ?? 0),
    );
    allocatable.set(name, { cpu: cpu ?? 0, memory: memory ?? 0 });
    if (typeof cells['version'] === 'string' && /^v\d+\.\d+/.test(cells['version']))
      versions.push(cells['version']);
  };
  const options = { ...call, withoutManagedFields: true, malformed: () => undefined };
  await eachObject<Node>(connection, { ...core, plural: 'nodes' }, take, options);
  versions.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const [oldest] = versions;
  const newest = versions.at(-1);
  return {
    ...seen,
    allocatable,
    kubelets: oldest === undefined || newest === undefined ? null : { oldest, newest },
  };
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

/** By node; null where no node has figures, which is not a cluster at rest. */
async function readUsage(
  connection: ClusterConnection,
  call: CallOptions,
): Promise<Map<string, Amounts> | null> {
  const path = apiPath({ group: 'metrics.k8s.io', version: 'v1beta1', plural: 'nodes' });
  const { items } = await connection.json<List>({ path }, call);
  const used = new Map<string, Amounts>();
  for (const item of items ?? []) {
    if (!isRecord(item) || !isRecord(item['metadata']) || !isRecord(item['usage'])) continue;
    const { cpu = 0, memory = 0 } = item['usage'];
    used.set(String(item['metadata']['name']), {
      cpu: milliUnits(parseQuantity(String(cpu))),
      memory: wholeUnits(parseQuantity(String(memory))),
    });
  }
  return used.size === 0 ? null : used;
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
