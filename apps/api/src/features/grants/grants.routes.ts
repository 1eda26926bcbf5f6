import { endpoints } from '@pilothouse/contract';
import { mount, type ApiRouter } from '../../http/mount.ts';
import type { GrantService } from './grant.service.ts';

export function mountGrants(api: ApiRouter, grants: GrantService): void {
  mount(api, endpoints.listRoles, async () => ({ items: await grants.roles() }));
  mount(api, endpoints.listGrants, ({ query }) => grants.page(query));
  mount(api, endpoints.createGrant, ({ body }) => grants.create(body));
  mount(api, endpoints.deleteGrant, ({ params }) => grants.remove(params.grant));
}
