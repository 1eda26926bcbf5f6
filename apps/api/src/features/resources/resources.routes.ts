import { resourceEndpoints as endpoints, searchEndpoints, writeEndpoints } from '@pilothouse/contract';
import { mount, type ApiRouter } from '../../http/mount.ts';
import type { LiveTopics } from '../../ws/live-topics.ts';
import type { ObjectChanges } from './object-changes.ts';
import type { Referrers } from './referrers.ts';
import type { ResourceLists } from './resource-lists.ts';
import type { ResourceCluster } from './resource-cluster.ts';
import { clustersOf, type Search } from './search/object-search.ts';
import type { ResourcesService } from './resources.service.ts';
import type { WriteDoor } from './write-door.ts';

/** The generic door: objects of every kind a cluster serves. */
export function mountResources(
  api: ApiRouter,
  lists: ResourceLists,
  resources: ResourcesService,
  referrers: Referrers,
): void {
  mount(api, endpoints.listResources, (call) => lists.read(call));
  mount(api, endpoints.groupResources, (call) => lists.groups(call));
  mount(api, endpoints.getResourceKind, ({ params }) => resources.kind(params));
  mount(api, endpoints.getResource, ({ params, signal }) => resources.get(params, signal));
  mount(api, endpoints.listReferrers, ({ params, principal, signal }) =>
    referrers.list({ params }, principal, signal),
  );
}

/** Objects by name. */
export function mountSearch(
  api: ApiRouter,
  clusters: () => readonly ResourceCluster[],
  search: Record<'lists' | 'clusters', Search>,
): void {
  mount(api, searchEndpoints.searchObjects, ({ query, scope, principal, signal }) =>
    search[query.from]({ q: query.q, clusters: clustersOf(clusters(), { query, scope }), principal, signal }),
  );
}

/** The write door: one object at a time. */
export function mountWrites(api: ApiRouter, door: WriteDoor): void {
  mount(
    api,
    writeEndpoints.createResource,
    async ({ params, query, body, principal, auditId, noteAudit }) => {
      const written = await door.create({ params, query, body }, { subject: principal, auditId });
      noteAudit({ clusterStatus: 201 });
      return written;
    },
  );
  mount(
    api,
    writeEndpoints.replaceResource,
    async ({ params, query, body, principal, auditId, noteAudit }) => {
      const written = await door.replace({ params, query, body }, { subject: principal, auditId });
      noteAudit({ clusterStatus: 200 });
      return written;
    },
  );
  mount(api, writeEndpoints.patchResource, async ({ params, query, body, principal, auditId, noteAudit }) => {
    const written = await door.patch({ params, query, body }, { subject: principal, auditId });
    noteAudit({ clusterStatus: 200 });
    return written;
  });
}

/** The same, live. */
export function addResourceTopics(topics: LiveTopics, lists: ResourceLists, changes: ObjectChanges): void {
  topics.addRows(endpoints.listResources, { open: (call) => lists.open(call) });
  topics.add(endpoints.getResource, {
    read: ({ params, signal }) => changes.read(params, signal),
    watch: ({ params }, changed) => changes.watch(params, changed),
  });
}
