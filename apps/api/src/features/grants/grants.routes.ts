import { endpoints } from '@pilothouse/contract';
import { mount, type ApiRouter } from '../../http/mount.ts';
import { livePage, orderOf } from '../../http/paging.ts';
import type { GrantService } from './grant.service.ts';

const sortable = { user: 'user', role: 'role', cluster: 'cluster', createdAt: 'createdAt' } as const;

export function mountGrants(api: ApiRouter, grants: GrantService): void {
  mount(api, endpoints.listRoles, async () => ({ items: await grants.roles() }));
  mount(api, endpoints.listGrants, async ({ query }) => {
    const order = orderOf(query.sort, sortable, { createdAt: 'desc' }).map(
      ({ user, role, cluster, createdAt }) => ({
        ...(user && { user: { username: user } }),
        ...(role && { role: { name: role } }),
        ...(cluster && { cluster: { name: cluster } }),
        ...(createdAt && { createdAt }),
      }),
    );
    const { items, total } = await grants.page(query, order);
    return livePage(items, total, query);
  });
  mount(api, endpoints.createGrant, ({ body }) => grants.create(body));
  mount(api, endpoints.deleteGrant, ({ params }) => grants.remove(params.grant));
}
