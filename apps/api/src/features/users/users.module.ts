import { GivingGuard } from '../../authz/giving-guard.ts';
import type { Core } from '../../core.ts';
import type { Feature } from '../../feature.ts';
import { createFirstAdministrator } from './first-administrator.repository.ts';
import { UserService } from './user.service.ts';
import { mountUsers } from './users.routes.ts';

/** Accounts of the platform. */
export function build({ config, database, users: rows, passwords, versions, authoriser }: Core) {
  const users = new UserService({
    database,
    users: rows,
    passwords,
    versions,
    guard: new GivingGuard(authoriser),
  });
  let firstPassword: string | null = null;
  return {
    mount: (api) => mountUsers(api, users),
    prepare: async (queries) => {
      firstPassword = await createFirstAdministrator(queries, passwords, config.adminPassword);
    },
    /** The first administrator's, when `prepare` has drawn one. */
    firstPassword: () => firstPassword,
    get: (id: string) => users.get(id),
  } satisfies Feature & Record<string, unknown>;
}
