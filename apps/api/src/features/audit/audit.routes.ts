import { endpoints } from '@pilothouse/contract';
import { mount, type ApiRouter } from '../../http/mount.ts';
import { livePage, orderOf } from '../../http/paging.ts';
import type { AuditEvent, AuditSearch } from './audit-search.repository.ts';

const sortable = {
  at: 'at',
  code: 'code',
  user: 'username',
  address: 'address',
  cluster: 'cluster',
  outcome: 'outcome',
  status: 'status',
} as const;

export function mountAudit(api: ApiRouter, search: AuditSearch): void {
  mount(api, endpoints.listAudit, async ({ query }) => {
    const order = orderOf(query.sort, sortable, { at: 'desc' });
    const { rows, total } = await search.page(query, [...order, { id: 'desc' }]);
    const items = rows.map(({ userId: _userId, requestId: _requestId, username, ...row }) => ({
      ...row,
      at: row.at.toISOString(),
      endedAt: row.endedAt?.toISOString() ?? null,
      user: username,
      params: row.params as AuditEvent['params'],
      outcome: row.outcome as AuditEvent['outcome'],
    }));
    return livePage(items, total, query);
  });
}
