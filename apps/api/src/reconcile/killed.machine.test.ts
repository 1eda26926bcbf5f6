// Depends on: apps/api/src/reconcile, apps/api/src/features/applications, packages/manifests/src
import { expect, test } from 'vitest';
import { instanceObjects } from './testing/file-source.ts';
import { ReconcileWorld } from './testing/reconcile-world.ts';

const world = new ReconcileWorld();

test('killed before any step of creating, changing and removing: it comes about all the same, once', async () => {
  let one = await world.here();
  const kinds = (objects: { kind?: string }[]) => objects.map(({ kind }) => kind).toSorted();
  one.reconciler.start();
  // more steps than any of them has
  for (let step = 1; step <= 8; step += 1) {
    const [made, changed, removed] = [world.newUnit(), world.newUnit(), world.newUnit()];
    const objects = (name: string, { ownerId }: { ownerId: string }, isNew = false) => ({
      objects: instanceObjects(
        `${name}-${step}`,
        ownerId,
        isNew ? { data: { a: '2' }, hasService: false } : {},
      ),
      isRemoving: false,
    });
    await world.want(one, changed, objects('changed', changed));
    await world.want(one, removed, objects('removed', removed));
    await world.applied(one, changed);
    await world.applied(one, removed);
    const before = (await world.objectsOf(changed)).map(({ metadata }) => metadata?.uid);
    await one.stop();

    const { source } = one;
    const idle = await world.here();
    source.write(made.ownerId, objects('made', made));
    source.write(changed.ownerId, objects('changed', changed, true));
    source.write(removed.ownerId, { objects: [], isRemoving: true });
    for (const unit of [made, changed, removed])
      await world.database.transaction((queries) => idle.reconciler.want(queries, unit));
    await world.killedAt(step, 3);

    idle.reconciler.start();
    await world.applied(idle, made);
    await world.applied(idle, changed);
    await expect.poll(async () => world.stateOf(idle, removed)).toBeUndefined();
    expect(kinds(await world.objectsOf(made))).toEqual(['ConfigMap', 'Deployment', 'Service']);
    const after = await world.objectsOf(changed);
    expect(kinds(after)).toEqual(['ConfigMap', 'Deployment']);
    for (const { metadata } of after) expect(before).toContain(metadata?.uid);
    expect(await world.objectsOf(removed)).toEqual([]);
    expect(source.removals()).toContain(removed.ownerId);
    for (const unit of [made, changed]) {
      const { objects: inventory } = (await world.stateOf(idle, unit))!;
      const there = (await world.objectsOf(unit)).map(({ metadata }) => metadata?.uid);
      expect(inventory.map(({ uid }) => uid).toSorted()).toEqual(there.toSorted());
    }
    one = idle;
  }
}, 300_000);
