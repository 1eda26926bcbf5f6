import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Row } from '@pilothouse/kinds';
import type { Authoriser } from '../../../authz/authoriser.ts';
import type { ResourceCluster } from '../resource-cluster.ts';
import type { StoreRows } from '../store-rows.ts';
import { nameQuery, type NameQuery } from './name-query.ts';
import { bestOf, mostOfKind, placeOf, visibleIn, type Found, type Search } from './object-search.ts';

/** Rows looked at between two looks at the clock, and how long that may take before others have their turn. */
const clockEvery = 2000;
const turnMs = 8;

/**
 * Looks for names in the rows that are held because somebody looks at their lists: no cluster is asked, and no list is
 * kept longer for it.
 */
export function searchLists(
  held: (cluster: ResourceCluster) => StoreRows[],
  authoriser: Pick<Authoriser, 'authorise'>,
): Search {
  return async ({ q, clusters, principal, signal }) => {
    const query = nameQuery(q);
    const turn = turns(signal);
    const ranked = new Map<string, Found & { rank: number }>();
    for (const store of clusters.flatMap((cluster) => held(cluster))) {
      const { served } = store;
      if (!served.descriptor.isFoundByName) continue;
      const visible = store.state === 'denied' ? null : await visibleIn(authoriser, principal, served);
      if (visible === null) continue;
      const { group, plural } = served.descriptor;
      const best = await bestRows(store, { query, turn, ...visible });
      if (best.rows.length === 0) continue;
      const key = `${served.cluster.name}/${group}/${plural}`;
      const others = ranked.get(key);
      const found = {
        cluster: served.cluster.name,
        group,
        plural,
        kind: served.resource.kind,
        items: best.rows.map(placeOf),
        more: best.more,
        rank: best.rank,
      };
      // a kind may be held namespace by namespace
      ranked.set(key, others === undefined ? found : together(others, found));
    }
    return { ...bestOf([...ranked.values()]), unsearched: [] };
  };
}

interface Wanted {
  query: NameQuery;
  namespaces: readonly string[] | 'all';
  isNamespace: boolean;
  turn: () => Promise<void> | undefined;
}

async function bestRows(store: StoreRows, { query, namespaces, isNamespace, turn }: Wanted) {
  const { resource, cluster } = store.served;
  const context = `${resource.kind} ${resource.plural} ${cluster.name}`.toLowerCase();
  const visible = namespaces === 'all' ? null : new Set(namespaces);
  const ranks: Row[][] = [[], [], [], []];
  let count = 0;
  let looked = 0;
  for (const row of store.rows()) {
    if (++looked % clockEvery === 0) await turn();
    if (visible !== null && !visible.has((isNamespace ? row.name : row.namespace) ?? '')) continue;
    const rank = query.rank(row, context);
    if (rank === undefined) continue;
    count += 1;
    const alike = ranks[rank]!;
    if (alike.length < mostOfKind) alike.push(row);
  }
  return {
    rows: ranks.flat().slice(0, mostOfKind),
    rank: ranks.findIndex((rows) => rows.length > 0),
    more: count > mostOfKind,
  };
}

function together(one: Found & { rank: number }, other: Found & { rank: number }): Found & { rank: number } {
  const [first, second] = one.rank <= other.rank ? [one, other] : [other, one];
  const keyOf = ({ namespace, name }: Found['items'][number]) => `${namespace ?? ''}/${name}`;
  const items = [...new Map([...first.items, ...second.items].map((item) => [keyOf(item), item])).values()];
  return {
    ...first,
    items: items.slice(0, mostOfKind),
    more: first.more || second.more || items.length > mostOfKind,
  };
}

/** Gives the loop back when a turn has taken its time. */
function turns(signal: AbortSignal): () => Promise<void> | undefined {
  let began = performance.now();
  return () => {
    signal.throwIfAborted();
    if (performance.now() - began < turnMs) return undefined;
    return nextTurn().then(() => void (began = performance.now()));
  };
}
