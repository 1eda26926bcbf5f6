import { GivingGuard } from '../../authz/giving-guard.ts';
import type { Core } from '../../core.ts';
import type { Feature } from '../../feature.ts';
import { GroupRepository } from './group.repository.ts';
import { GroupService } from './group.service.ts';
import { mountGroups } from './groups.routes.ts';

/** Users who are granted roles together. */
export function build({ database, versions, authoriser }: Core): Feature {
  const groups = new GroupService(
    database,
    versions,
    new GroupRepository(database),
    new GivingGuard(authoriser),
  );
  return { mount: (api) => mountGroups(api, groups) };
}
