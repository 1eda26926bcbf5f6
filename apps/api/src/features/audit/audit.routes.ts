import { endpoints } from '@pilothouse/contract';
import { mount, type ApiRouter } from '../../http/mount.ts';
import type { AuditSearch } from './audit-search.repository.ts';

export function mountAudit(api: ApiRouter, search: AuditSearch): void {
  mount(api, endpoints.listAudit, ({ query }) => search.page(query));
}
