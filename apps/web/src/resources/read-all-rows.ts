import { endpoints } from '@pilothouse/contract';
import { call } from '../api/call.ts';
import type { Row } from '../api/live-rows.ts';
import type { listQueryOf } from './list-state.ts';
import type { ResourceRef } from './resource-location.ts';

const largestPage = 500;

/** Every row a filter matches, page by page; a row that moves between pages meanwhile comes once. */
export async function readAllRows(
  resource: ResourceRef,
  query: Omit<ReturnType<typeof listQueryOf>, 'page' | 'pageSize'>,
): Promise<Row[]> {
  const rows = new Map<string, Row>();
  for (let page = 1; ; page += 1) {
    const answer = await call(endpoints.listResources, {
      params: { ...resource },
      query: { ...query, page, pageSize: largestPage },
    });
    for (const row of answer.items) rows.set(row.uid, row);
    if (answer.items.length < largestPage || page * largestPage >= answer.total) return [...rows.values()];
  }
}
