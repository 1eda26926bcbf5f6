import type { Core } from '../../core.ts';
import type { Feature } from '../../feature.ts';
import { AuditSearch } from './audit-search.repository.ts';
import { mountAudit } from './audit.routes.ts';

/** Looking into the audit log. */
export function build({ database }: Core): Feature {
  const search = new AuditSearch(database);
  return { mount: (api) => mountAudit(api, search) };
}
