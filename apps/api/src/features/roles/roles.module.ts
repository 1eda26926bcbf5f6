import { GivingGuard } from '../../authz/giving-guard.ts';
import type { Core } from '../../core.ts';
import type { Feature } from '../../feature.ts';
import { RoleRepository } from './role.repository.ts';
import { RoleService } from './role.service.ts';
import { mountRoles } from './roles.routes.ts';

/** What may be granted, and who has what of it. */
export function build(core: Core): Feature {
  const { database, versions, authoriser } = core;
  const guard = new GivingGuard(authoriser);
  const roles = new RoleService({ database, versions, guard, roles: new RoleRepository(database) });
  return { mount: (api) => mountRoles(api, roles, core) };
}
