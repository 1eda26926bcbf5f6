import type { PlanOf } from '@pilothouse/contract';
import type { Node, PodDisruptionBudget, Row } from '@pilothouse/kinds';
import {
  listObjects,
  planDrain,
  podsOfNode,
  readDaemonSets,
  type KubernetesObject,
  type PlannedPod,
  type Room,
} from '@pilothouse/kube';
import { servedKind, type FindCluster, type ResourceCluster } from '../../resource-cluster.ts';
import type { RowSource } from '../../row-source.ts';
import type { RowSources } from '../../row-sources.ts';
import type { Lease } from '../../source-pool.ts';
import { evictionOf } from './eviction-of.ts';
import type { DrainInput } from './drain-items.ts';

type WireNode = Node & KubernetesObject;
type Plan = PlanOf<'drain'>;
type Pod = Plan['nodes'][number]['pods'][number];

/** Hints wait so long for what has yet to be read; the next plan has them. */
const patienceMs = 400;

/** What a drain would do, read at this moment; figures of other nodes and pods come from the lists that people look at. */
export class DrainPlanner {
  readonly #find: FindCluster;
  readonly #sources: RowSources;

  constructor(find: FindCluster, sources: RowSources) {
    this.#find = find;
    this.#sources = sources;
  }

  async plan(
    cluster: ResourceCluster,
    chosen: readonly WireNode[],
    parameters: DrainInput['parameters'],
    signal: AbortSignal,
  ): Promise<Plan> {
    const { connection } = cluster;
    const eviction = parameters.disableEviction ? null : evictionOf(await cluster.discovery.get());
    const { podSelector } = parameters;
    const names = new Set(chosen.map(({ metadata }) => metadata.name));
    const [nodes, budgets, rooms, mates] = await Promise.all([
      Promise.all(
        [...names].map(async (node) => ({
          node,
          pods: await podsOfNode(connection, node, { podSelector, signal }),
        })),
      ),
      eviction === null ? null : this.#budgets(cluster, eviction, signal),
      this.#rooms(cluster, names, signal),
      this.#mates(cluster),
    ]);
    const pods = nodes.flatMap((each) => each.pods);
    const daemonSet = await readDaemonSets(connection, pods, { signal });
    const planned = planDrain({ nodes, daemonSet, budgets, rooms }, parameters);
    const byName = new Map(chosen.map((node) => [node.metadata.name, node]));
    return {
      evicts: eviction !== null,
      nodes: planned.map(({ node, isRefused, pods: judged }) => ({
        name: node,
        uid: byName.get(node)?.metadata.uid ?? '',
        isCordoned: byName.get(node)?.spec?.unschedulable === true,
        isRefused,
        pods: judged.map((pod) => ({ ...viewOf(pod), isSingle: mates?.(pod) ?? null })),
      })),
    };
  }

  async #budgets(
    cluster: ResourceCluster,
    version: string,
    signal: AbortSignal,
  ): Promise<PodDisruptionBudget[]> {
    const ref = { group: 'policy', version, plural: 'poddisruptionbudgets' };
    const { items } = await listObjects<PodDisruptionBudget>(cluster.connection, ref, {
      withoutManagedFields: true,
      signal,
    });
    return items;
  }

  async #rooms(cluster: ResourceCluster, drained: ReadonlySet<string>, signal: AbortSignal): Promise<Room[]> {
    const ref = { group: '', version: 'v1', plural: 'nodes' };
    const [{ items }, rows] = await Promise.all([
      listObjects<WireNode>(cluster.connection, ref, { withoutManagedFields: true, signal }),
      this.#rows(cluster, 'nodes'),
    ]);
    const figures = new Map(rows?.map((row) => [row.name, row.cells]));
    return items
      .filter(({ metadata }) => !drained.has(metadata.name))
      .map((node) => ({ node, free: freeOf(figures.get(node.metadata.name)) }));
  }

  /** Whether a pod is the only one of its controller. */
  async #mates(cluster: ResourceCluster): Promise<((pod: PlannedPod) => boolean | null) | null> {
    const rows = await this.#rows(cluster, 'pods');
    if (rows === null) return null;
    const counts = new Map<string, number>();
    for (const { namespace, cells } of rows) {
      const key = `${namespace}/${String(cells['owner'])}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return ({ namespace, owner }) =>
      owner === null ? null : (counts.get(`${namespace}/${owner}`) ?? 1) <= 1;
  }

  /** Null where they are not complete within a moment; they are held a while, for the next plan. */
  async #rows(cluster: ResourceCluster, plural: string): Promise<Row[] | null> {
    const kind = await servedKind(this.#find, { cluster: cluster.name, group: 'core', plural });
    const opened = this.#sources.open(kind, undefined).then(
      (lease) => lease,
      () => null,
    );
    void opened.then((lease) => lease?.release());
    const lease = await Promise.race([opened, later<Lease<RowSource> | null>(null)]);
    return lease?.value.isComplete ? lease.value.rows() : null;
  }
}

function later<T>(value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(value), patienceMs).unref());
}

function freeOf(cells: Row['cells'] | undefined): Room['free'] {
  const left = (of: string, used: string) => {
    const [most, taken] = [cells?.[of], cells?.[used]];
    return typeof most === 'number' && typeof taken === 'number' ? most - taken : null;
  };
  const cpu = left('cpuAllocatable', 'cpuRequests');
  const memory = left('memoryAllocatable', 'memoryRequests');
  const pods = left('podsAllocatable', 'pods');
  return cpu === null || memory === null || pods === null ? null : { cpu, memory, pods };
}

function viewOf({ verdict, budget, ...pod }: PlannedPod): Omit<Pod, 'isSingle'> {
  const base = { ...pod, message: null, warnings: [], budget: null };
  if (verdict.outcome === 'skip') return { ...base, outcome: 'skipped', reason: verdict.reason };
  if (verdict.outcome === 'refuse') {
    const message =
      'error' in verdict ? (verdict.error.statusObject?.message ?? verdict.error.message) : null;
    return { ...base, outcome: 'refused', reason: verdict.reason, message };
  }
  const goes = { ...base, warnings: verdict.warnings };
  if (budget?.outcome === 'several')
    return { ...goes, outcome: 'fails', reason: 'severalBudgets', message: budget.budgets.join(', ') };
  if (budget?.outcome === 'held') {
    const { budget: name, ...figures } = budget.hold;
    return { ...goes, outcome: 'heldBack', reason: 'budget', budget: { name, ...figures } };
  }
  return { ...goes, outcome: 'evict', reason: null };
}
