import type { UnitRef, UnitSource } from '../../reconcile/unit-source.ts';
import type { ApplicationChanges } from './application-changes.ts';
import type { ApplicationRepository } from './application.repository.ts';
import type { InstanceRepository } from './instance.repository.ts';
import type { Rendering } from './rendering.ts';

interface SourceParts {
  rendering: Rendering;
  applications: ApplicationRepository;
  instances: InstanceRepository;
}

/** Instances, as the reconciler writes them. */
export function instanceSource({
  rendering,
  applications,
  instances,
  changes,
}: SourceParts & { changes: ApplicationChanges }): UnitSource {
  return {
    kind: 'instance',
    async render({ ownerId }) {
      const row = await instances.find(ownerId);
      if (row === null) return null;
      if (row.removedAt !== null) return { objects: [], isRemoving: true, version: row.version };
      const spec = await applications.spec(row.applicationId, row.applicationVersion);
      const { applicationId, namespaceId, version } = row;
      const objects = (await rendering.of(applicationId, [namespaceId])).instance(row, spec);
      return { objects, isRemoving: false, version };
    },
    async removed(queries, { ownerId }) {
      const row = await instances.find(ownerId, queries);
      if (row === null) return;
      await instances.remove(queries, ownerId);
      // it may have been the last that needed what is shared
      await changes.wantShared(queries, row);
    },
  };
}

/** What the instances of an application share in a namespace: there as long as one of them is. */
export function sharedSource({ rendering, applications, instances }: SourceParts): UnitSource {
  return {
    kind: 'shared',
    async render({ ownerId, clusterId, namespace }: UnitRef) {
      const rows = await instances.list({ applicationId: ownerId });
      const users = rows.filter((row) => row.clusterId === clusterId && row.namespace === namespace);
      const [first] = users;
      if (first === undefined) return null;
      // the newest that any of them has taken over: a newer one was not looked at for this namespace
      const version = Math.max(...users.map(({ applicationVersion }) => applicationVersion));
      const spec = await applications.spec(ownerId, version);
      const objects = (await rendering.of(ownerId, [first.namespaceId])).shared(first.namespaceId, spec);
      return { objects, isRemoving: false, version };
    },
    removed: async () => undefined,
  };
}
