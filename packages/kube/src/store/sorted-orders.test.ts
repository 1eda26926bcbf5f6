import { describe, expect, it } from 'vitest';
import { pod, podRow } from '../testing/pods.ts';
import { rowComparator, sortRows } from './query.ts';
import { RowSet } from './row-set.ts';
import { RowTable } from './row-table.ts';
import { SortedOrders } from './sorted-orders.ts';
import { newEntry, type Entry, type StoreRow } from './store-row.ts';

/** The same sequence of numbers below `limit` every time. */
function sequence(seed: number) {
  let state = seed;
  return (limit: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    // the low bits repeat after a few
    return Math.floor(state / 2 ** 12) % limit;
  };
}

function relist(rows: RowSet<StoreRow>, kept: Entry<StoreRow>[]): void {
  rows.beginList();
  for (const { row } of kept) {
    const { name, uid, resourceVersion } = row;
    rows.listed(pod(name, Number(resourceVersion), { uid }));
  }
  rows.endList();
}

describe('sorted orders', () => {
  it('are what a sort of all rows gives, after any changes', () => {
    const next = sequence(7);
    const table = new RowTable<StoreRow>({ fields: {}, textFields: undefined });
    const rows = new RowSet(table, podRow);
    const sorts = [undefined, 'name', '-node,name', 'node'];
    const filters = [
      {},
      { q: 'POD-1' },
      { labelSelector: 'app=a' },
      { fieldSelector: 'metadata.name!=pod-7' },
    ];
    for (let version = 1; version <= 2000; version++) {
      const name = `pod-${next(150)}`;
      const labels = { app: next(2) === 0 ? 'a' : 'b' };
      const object = pod(name, version, { node: `node-${next(9)}`, uid: `${name}-${next(2)}`, labels });
      if (next(3) === 0) rows.delete(object);
      else rows.upsert(object);
      if (version % 400 === 0) relist(rows, table.entries().slice(3));
      if (next(10) > 0) continue;
      const sort = sorts[next(sorts.length)];
      const filter = filters[next(filters.length)] ?? {};
      const expected = sortRows(table.rows().filter(table.matcher(filter)), sort);
      expect(table.page({ ...filter, sort, page: 1, pageSize: 500 })).toMatchObject({
        items: expected,
        total: expected.length,
      });
    }
  });

  it('are not made again without a change, nor for one change', () => {
    const entry = (name: string) => newEntry(podRow(pod(name, 1)), {});
    const held = [entry('a'), entry('c')];
    let reads = 0;
    const orders = new SortedOrders<StoreRow>(() => {
      reads += 1;
      return [...held];
    });
    const first = orders.by('name');
    expect(orders.by('name')).toBe(first);
    const added = entry('b');
    held.push(added);
    orders.added(added);
    expect(orders.by('name').map(({ row }) => row.name)).toEqual(['a', 'b', 'c']);
    expect(reads).toBe(1);
  });

  it('of rows that match are not searched again without a change', () => {
    let looks = 0;
    const entries = ['a', 'b', 'c'].map((name) => newEntry(podRow(pod(name, 1)), {}));
    const orders = new SortedOrders<StoreRow>(() => [...entries]);
    const matches = ({ row }: Entry<StoreRow>) => {
      looks += 1;
      return row.name !== 'b';
    };
    for (let time = 0; time < 3; time++) {
      const found = orders.by('-name', { key: 'not b', matches });
      expect(found.map(({ row }) => row.name)).toEqual(['c', 'a']);
    }
    expect(looks).toBe(3);
  });

  it('are kept for the last eight asked for', () => {
    let reads = 0;
    const orders = new SortedOrders<StoreRow>(() => {
      reads += 1;
      return [];
    });
    for (let cell = 0; cell < 9; cell++) orders.by(`cell${cell}`);
    orders.by('cell8');
    expect(reads).toBe(9);
    orders.by('cell0');
    expect(reads).toBe(10);
  });

  it('are given up where more came than they hold, so that what nobody asks for costs nothing', () => {
    const entry = newEntry(podRow(pod('a', 1)), {});
    let reads = 0;
    const orders = new SortedOrders<StoreRow>(() => {
      reads += 1;
      return [entry];
    });
    orders.by('name');
    for (let change = 0; change < 1001; change++) orders.added(entry);
    expect(orders.by('name')).toEqual([entry]);
    expect(reads).toBe(2);
  });

  it('go by place where the asked values are equal', () => {
    const [a, b] = [podRow(pod('a', 1)), podRow(pod('b', 1))];
    expect(rowComparator('node')(a, b)).toBeLessThan(0);
    expect(rowComparator('-node')(a, b)).toBeLessThan(0);
  });
});
