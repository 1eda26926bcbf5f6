import type { endpoints, OutputOf } from '@pilothouse/contract';

type Answer = OutputOf<typeof endpoints.listNamespaceFigures>;
type Figures = Answer['items'][number];

/** A namespace: what its pods ask for, and how much of its quotas is taken. */
export interface NamespaceEntry {
  name: string;
  /** Null where nothing was added up yet. */
  figures: Omit<Figures, 'namespace'> | null;
  /** The fullest first. */
  quotas: { quota: string; resource: string; used: string; hard: string; share: number | null }[];
}

const nothing = { pods: 0, cpu: { requests: 0, limits: 0 }, memory: { requests: 0, limits: 0 } };

/** Namespaces there are, and those that something is known of. One without pods asks for nothing. */
export function namespaceEntries(names: readonly string[], answer: Answer | null): NamespaceEntry[] {
  const figures = new Map(answer?.items.map(({ namespace, ...each }) => [namespace, each]));
  const all = new Set([
    ...names,
    ...figures.keys(),
    ...(answer?.quotas ?? []).map(({ namespace }) => namespace),
  ]);
  return [...all].map((name) => ({
    name,
    figures: figures.get(name) ?? (answer === null || answer.sweptAt === null ? null : nothing),
    quotas: (answer?.quotas ?? [])
      .filter(({ namespace }) => namespace === name)
      .flatMap(({ name: quota, resources }) => resources.map((resource) => ({ quota, ...resource })))
      .toSorted((a, b) => (b.share ?? -1) - (a.share ?? -1)),
  }));
}

const sortable: Record<string, (entry: NamespaceEntry) => number | string> = {
  name: ({ name }) => name,
  pods: ({ figures }) => figures?.pods ?? -1,
  cpuRequests: ({ figures }) => figures?.cpu.requests ?? -1,
  cpuLimits: ({ figures }) => figures?.cpu.limits ?? -1,
  memoryRequests: ({ figures }) => figures?.memory.requests ?? -1,
  memoryLimits: ({ figures }) => figures?.memory.limits ?? -1,
  quotas: ({ quotas }) => quotas[0]?.share ?? -1,
};

/** @param sort a column's id, with a minus the other way round; names decide between equals */
export function sortEntries(entries: readonly NamespaceEntry[], sort: string): NamespaceEntry[] {
  const isDescending = sort.startsWith('-');
  const read = sortable[isDescending ? sort.slice(1) : sort] ?? (({ name }) => name);
  return entries.toSorted((a, b) => {
    const [x, y] = [read(a), read(b)];
    const order =
      typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y), 'en');
    return (isDescending ? -order : order) || a.name.localeCompare(b.name, 'en');
  });
}
