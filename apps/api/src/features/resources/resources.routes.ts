import { resourceEndpoints as endpoints } from '@pilothouse/contract';
import { mount, type ApiRouter } from '../../http/mount.ts';
import type { LiveTopics } from '../../ws/live-topics.ts';
import type { ObjectChanges } from './object-changes.ts';
import type { ResourceLists } from './resource-lists.ts';
import type { ResourcesService } from './resources.service.ts';

/** The generic door: objects of every kind a cluster serves. */
export function mountResources(api: ApiRouter, lists: ResourceLists, resources: ResourcesService): void {
  mount(api, endpoints.listResources, (call) => lists.read(call));
  mount(api, endpoints.getResource, ({ params, signal }) => resources.get(params, signal));
}

/** The same, live. */
export function addResourceTopics(
  topics: LiveTopics,
  lists: ResourceLists,
  resources: ResourcesService,
  changes: ObjectChanges,
): void {
  topics.addRows(endpoints.listResources, { open: (call) => lists.open(call) });
  topics.add(endpoints.getResource, {
    read: ({ params, signal }) => resources.get(params, signal),
    watch: ({ params, signal }, changed) => changes.watch(params, signal, changed),
  });
}
