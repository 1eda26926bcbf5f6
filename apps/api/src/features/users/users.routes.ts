import { endpoints } from '@pilothouse/contract';
import { mount, type ApiRouter } from '../../http/mount.ts';
import type { UserService } from './user.service.ts';

export function mountUsers(api: ApiRouter, users: UserService): void {
  mount(api, endpoints.listUsers, ({ query }) => users.page(query));
  mount(api, endpoints.createUser, ({ body }) => users.create(body.username, body.displayName));
  mount(api, endpoints.updateUser, ({ principal, params, body }) =>
    users.update(principal, params.user, body),
  );
  mount(api, endpoints.resetPassword, async ({ principal, params }) => ({
    oneTimePassword: await users.resetPassword(principal, params.user),
  }));
}
