import { GivingGuard } from '../../authz/giving-guard.ts';
import type { Core } from '../../core.ts';
import type { Feature } from '../../feature.ts';
import { GrantRepository } from './grant.repository.ts';
import { GrantService } from './grant.service.ts';
import { mountGrants } from './grants.routes.ts';

/** Who may do what, where. */
export function build({ database, versions, authoriser }: Core): Feature {
  const grants = new GrantService({
    database,
    grants: new GrantRepository(database),
    versions,
    guard: new GivingGuard(authoriser),
  });
  return { mount: (api) => mountGrants(api, grants, authoriser) };
}
