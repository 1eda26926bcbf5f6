import { endpoints } from '@pilothouse/contract';
import { mount, type ApiRouter } from '../../http/mount.ts';
import { livePage, orderOf } from '../../http/paging.ts';
import type { UserService } from './user.service.ts';

const sortable = { username: 'username', displayName: 'displayName', createdAt: 'createdAt' } as const;

export function mountUsers(api: ApiRouter, users: UserService): void {
  mount(api, endpoints.listUsers, async ({ query }) => {
    const { items, total } = await users.page(query, orderOf(query.sort, sortable, { username: 'asc' }));
    return livePage(items, total, query);
  });
  mount(api, endpoints.createUser, ({ body }) => users.create(body.username, body.displayName));
  mount(api, endpoints.updateUser, ({ params, body }) => users.update(params.user, body));
  mount(api, endpoints.resetPassword, async ({ params }) => ({
    oneTimePassword: await users.resetPassword(params.user),
  }));
}
