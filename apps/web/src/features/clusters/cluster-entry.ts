import type { endpoints, OutputOf } from '@pilothouse/contract';
import type { Cluster } from '../../api/clusters.ts';

type Figures = OutputOf<typeof endpoints.listClusterFigures>['items'][number];

/** A cluster and what it holds, as far as that is known. */
export interface ClusterEntry {
  cluster: Cluster;
  figures: Figures | null;
}

/** Clusters that belong together, `name` is null for those that have no such label. */
export interface ClusterGroup {
  name: string | null;
  entries: ClusterEntry[];
}

/** Kubelets may be so many minor versions older than their apiserver, and never newer (Kubernetes' version skew policy). */
const oldestKubelet = 3;
const monthMs = 30 * 24 * 3_600_000;

const minorOf = (version: string) => Number(/^v\d+\.(\d+)/.exec(version)?.[1] ?? NaN);

/** Whether kubelets and apiserver differ: `within` what Kubernetes supports, or `beyond`. */
export function skewOf(version: string | null, kubelets: Figures['kubelets']): 'within' | 'beyond' | null {
  if (version === null || kubelets === null) return null;
  const [server, oldest, newest] = [version, kubelets.oldest, kubelets.newest].map(minorOf) as [
    number,
    number,
    number,
  ];
  if (Number.isNaN(server + oldest + newest) || (oldest === server && newest === server)) return null;
  return newest > server || oldest < server - oldestKubelet ? 'beyond' : 'within';
}

/** What of a cluster's credential ends first, and whether that is within a month. */
export function firstExpiry(
  {
    certificateExpiresAt,
    caExpiresAt,
    tokenExpiresAt,
  }: Pick<Cluster, 'certificateExpiresAt' | 'caExpiresAt' | 'tokenExpiresAt'>,
  now: number,
): { at: string; isSoon: boolean } | null {
  const [at] = [certificateExpiresAt, caExpiresAt, tokenExpiresAt].filter((each) => each !== null).toSorted();
  return at === undefined ? null : { at, isSoon: Date.parse(at) - now < monthMs };
}

/** Keys that clusters can be grouped by: those their labels have. */
export function labelKeys(clusters: readonly Pick<Cluster, 'labels'>[]): string[] {
  return [...new Set(clusters.flatMap(({ labels }) => Object.keys(labels)))].toSorted();
}

const environments = ['production', 'staging', 'test', 'development', 'other'];

/** @param by `environment`, `owner`, `label:<key>`; anything else is one group. */
export function groupsOf(entries: readonly ClusterEntry[], by: string): ClusterGroup[] {
  const nameOf = ({ cluster }: ClusterEntry): string | null => {
    if (by === 'environment') return cluster.environment;
    if (by === 'owner') return cluster.owner === '' ? null : cluster.owner;
    return by.startsWith('label:') ? (cluster.labels[by.slice('label:'.length)] ?? null) : null;
  };
  const groups = new Map<string | null, ClusterEntry[]>();
  for (const entry of entries) {
    const name = nameOf(entry);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [entry]);
    else group.push(entry);
  }
  const order = (name: string | null) =>
    name === null ? '\uffff' : by === 'environment' ? String(environments.indexOf(name)) : name;
  return [...groups]
    .map(([name, grouped]) => ({ name, entries: grouped }))
    .toSorted((a, b) => order(a.name).localeCompare(order(b.name)));
}

/** Whether a cluster has what was typed: in its names, its owner, its description or as `key=value` among its labels. */
export function matchesText(cluster: Cluster, text: string): boolean {
  const { name, displayName, description, owner, labels } = cluster;
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  const all = [name, displayName, description, owner, ...pairs].join('\n').toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

/** How full a cluster is, for sorting: what is used of what there is, else what is requested; nothing known is last. */
export function fullness(amounts: Figures['cpu'] | undefined): number {
  const share = (amount: number | null | undefined, all: number | null | undefined) =>
    amount == null || all == null || all === 0 ? null : amount / all;
  const { allocatable, used, requested, measured } = amounts ?? {};
  return share(used, measured ?? allocatable) ?? share(requested, allocatable) ?? -1;
}

const states = ['unhealthy', 'unknown', 'healthy'];
const latest = '9';

const sortable: Record<string, (entry: ClusterEntry) => number | string> = {
  name: ({ cluster }) => cluster.name,
  health: ({ cluster }) => states.indexOf(cluster.health.state),
  version: ({ cluster }) => cluster.health.lastProbe?.version ?? '',
  nodes: ({ cluster, figures }) => figures?.nodes?.total ?? cluster.health.lastProbe?.nodes ?? -1,
  pods: ({ figures }) => figures?.pods ?? -1,
  cpu: ({ figures }) => fullness(figures?.cpu),
  memory: ({ figures }) => fullness(figures?.memory),
  warnings: ({ figures }) => figures?.warnings ?? -1,
  expires: ({ cluster }) => firstExpiry(cluster, 0)?.at ?? latest,
  probed: ({ cluster }) => cluster.health.lastProbe?.at ?? '',
};

/** @param sort a column's id, with a minus the other way round; names decide between equals */
export function sortClusters(entries: readonly ClusterEntry[], sort: string): ClusterEntry[] {
  const isDescending = sort.startsWith('-');
  const read = sortable[isDescending ? sort.slice(1) : sort] ?? sortable['name'];
  const collator = new Intl.Collator('en', { numeric: true });
  const keyed = entries.map((entry) => ({ entry, key: read?.(entry) ?? '' }));
  const order = (a: (typeof keyed)[number], b: (typeof keyed)[number]) =>
    typeof a.key === 'number' && typeof b.key === 'number'
      ? a.key - b.key
      : collator.compare(String(a.key), String(b.key));
  return keyed
    .toSorted(
      (a, b) =>
        (isDescending ? order(b, a) : order(a, b)) ||
        collator.compare(a.entry.cluster.name, b.entry.cluster.name),
    )
    .map(({ entry }) => entry);
}
