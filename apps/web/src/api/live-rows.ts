import type { liveServerMessage, row } from '@pilothouse/contract';
import type { z } from 'zod';

export type Row = z.output<typeof row>;
export type RowsMessage = Extract<z.output<typeof liveServerMessage>, { type: 'rows' }>;

/** The part of a list's answer that the live socket keeps up to date. */
export interface RowPage {
  items: Row[];
  total: number;
  asOf: string;
  state: RowsMessage['state'];
  problems: RowsMessage['problems'];
}

export interface LivePage<T extends RowPage> {
  page: T;
  /** uids of rows whose object is gone; they stay on the page, fading, until it is read again. */
  deleted: ReadonlySet<string>;
  /** Objects that match now and are not on the page as it was read. */
  added: number;
}

/**
 * The page after a message: rows change in place, order and membership stay. A row that comes back under the same uid
 * is no longer deleted. Rows that did not change keep their identity, so that nothing else is drawn again.
 */
export function mergeRows<T extends RowPage>(before: LivePage<T>, message: RowsMessage): LivePage<T> {
  const changed = new Map(message.changed.map((row) => [row.uid, row]));
  const items =
    changed.size === 0 ? before.page.items : before.page.items.map((row) => changed.get(row.uid) ?? row);
  const { total, asOf, state, problems, added } = message;
  const deleted = deletedAfter(before.deleted, message.deleted, changed);
  return { page: { ...before.page, items, total, asOf, state, problems }, deleted, added };
}

/** The same set where it has the same uids. */
function deletedAfter(
  before: ReadonlySet<string>,
  deleted: readonly string[],
  changed: ReadonlyMap<string, Row>,
): ReadonlySet<string> {
  const after = new Set([...before, ...deleted].filter((uid) => !changed.has(uid)));
  return after.size === before.size && [...after].every((uid) => before.has(uid)) ? before : after;
}
