import { endpoints } from '@pilothouse/contract';
import { mount, type ApiRouter } from '../../http/mount.ts';
import type { GroupService } from './group.service.ts';

export function mountGroups(api: ApiRouter, groups: GroupService): void {
  mount(api, endpoints.listGroups, ({ query }) => groups.page(query));
  mount(api, endpoints.createGroup, ({ body }) => groups.create(body.name, body.displayName));
  mount(api, endpoints.getGroup, ({ params }) => groups.get(params.group));
  mount(api, endpoints.updateGroup, ({ params, body }) => groups.update(params.group, body.displayName));
  mount(api, endpoints.deleteGroup, ({ params }) => groups.remove(params.group));
  mount(api, endpoints.addGroupMember, ({ principal, params }) =>
    groups.addMember(principal, params.group, params.user),
  );
  mount(api, endpoints.addChildGroup, ({ principal, params }) =>
    groups.addChild(principal, params.group, params.child),
  );
  mount(api, endpoints.removeChildGroup, ({ params }) => groups.removeChild(params.group, params.child));
  mount(api, endpoints.removeGroupMember, ({ params }) => groups.removeMember(params.group, params.user));
}
