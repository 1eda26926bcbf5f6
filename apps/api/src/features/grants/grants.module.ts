import type { Core } from '../../core.ts';
import type { Feature } from '../../feature.ts';
import { GrantService } from './grant.service.ts';
import { mountGrants } from './grants.routes.ts';

/** Who may do what, where. */
export function build({ database, versions }: Core) {
  const grants = new GrantService(database, versions);
  return {
    mount: (api) => mountGrants(api, grants),
    ownGrants: (userId: string) => grants.ownGrants(userId),
  } satisfies Feature & Record<string, unknown>;
}
