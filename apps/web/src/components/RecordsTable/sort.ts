export type SortOrder = 'ascend' | 'descend' | null;

/** The order a column has in the API's `sort` (`-field`); null where it is sorted by something else. */
export function orderOf(sort: string | null, sortKey: string | undefined): SortOrder {
  if (sort === null || sortKey === undefined) return null;
  const [first] = sort.split(',');
  if (first === sortKey) return 'ascend';
  return first === `-${sortKey}` ? 'descend' : null;
}

/** The API's `sort` for a column and an order; null is the kind's own order. */
export function sortOf(sortKey: string | undefined, order: SortOrder): string | null {
  if (sortKey === undefined || order === null) return null;
  return order === 'descend' ? `-${sortKey}` : sortKey;
}

/** What a click on the heading asks for: ascending, descending, the kind's own order again. */
export function nextOrder(order: SortOrder): SortOrder {
  if (order === null) return 'ascend';
  return order === 'ascend' ? 'descend' : null;
}
