import { endpoints } from '@pilothouse/contract';
import { mount, type ApiRouter } from '../../http/mount.ts';
import type { GrantService } from './grant.service.ts';

export function mountGrants(api: ApiRouter, grants: GrantService): void {
  mount(api, endpoints.listGrants, ({ query }) => grants.page(query));
  mount(api, endpoints.createGrant, ({ principal, body }) => grants.create(principal, body));
  mount(api, endpoints.deleteGrant, ({ params }) => grants.remove(params.grant));
}
