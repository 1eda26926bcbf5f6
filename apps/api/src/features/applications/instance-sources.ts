import type { UnitSource } from '../../reconcile/unit-source.ts';
import type { ApplicationChanges } from './application-changes.ts';
import type { ApplicationRepository } from './application.repository.ts';
import { instanceAt, isAt, placesOf, sharedVersion, usersOf } from './instance-places.ts';
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
    async render(unit) {
      const row = await instances.find(unit.ownerId);
      const place = row === null ? undefined : placesOf(row).find((each) => isAt(each, unit));
      // it is gone, or has left this place
      if (row === null || place === undefined) return null;
      if (row.removedAt !== null) return { objects: [], isRemoving: true, version: row.version };
      const spec = await applications.spec(row.applicationId, row.applicationVersion);
      const around = await rendering.of(row.applicationId, [place.id]);
      return {
        objects: around.instance(instanceAt(row, place), spec),
        isRemoving: false,
        version: row.version,
      };
    },
    async removed(queries, unit) {
      const row = await instances.find(unit.ownerId, queries);
      if (row === null) return;
      // what is left behind goes without it
      if (row.removedAt !== null && isAt(row, unit)) await instances.remove(queries, row.id);
      // it may have been the last that needed what is shared
      await changes.wantShared(queries, row, unit);
    },
  };
}

/** What the instances of an application share in a namespace: there as long as one of them is. */
export function sharedSource({ rendering, applications, instances }: SourceParts): UnitSource {
  return {
    kind: 'shared',
    async render(unit) {
      const { ownerId } = unit;
      const users = usersOf(await instances.list({ applicationId: ownerId }), unit);
      const place = users.flatMap((row) => placesOf(row)).find((each) => isAt(each, unit));
      if (place === undefined) return null;
      const version = sharedVersion(users);
      const spec = await applications.spec(ownerId, version);
      const objects = (await rendering.of(ownerId, [place.id])).shared(place.id, spec);
      return { objects, isRemoving: false, version };
    },
    removed: async () => undefined,
  };
}
