import type { Deployment } from '@pilothouse/kinds';
import { expect, test } from 'vitest';
import { phaseOf } from './phase-of.ts';
import { instanceObjects } from './testing/file-source.ts';
import { ReconcileWorld } from './testing/reconcile-world.ts';
import type { UnitRef } from './unit-source.ts';

const world = new ReconcileWorld();

const names = (objects: { kind?: string }[]) => objects.map(({ kind }) => kind).toSorted();
const all = ['ConfigMap', 'Deployment', 'Service'];

/** Started, with one instance in place. */
async function inPlace(name: string, shape: Parameters<typeof instanceObjects>[2] = {}) {
  const one = await world.here();
  one.reconciler.start();
  const unit = world.newUnit();
  const rendered = (more: typeof shape = {}) => ({
    objects: instanceObjects(name, unit.ownerId, { ...shape, ...more }),
    isRemoving: false,
  });
  await world.want(one, unit, rendered());
  await world.applied(one, unit);
  return { one, unit, rendered };
}

const deploymentOf = async (unit: UnitRef) =>
  (await world.objectsOf(unit)).find(({ kind }) => kind === 'Deployment') as Deployment;

test('an instance is made, changed by one call for each changed object, and taken away', async () => {
  const { one, unit, rendered } = await inPlace('web');
  expect(names(await world.objectsOf(unit))).toEqual(all);
  await expect.poll(async () => phaseOf(await world.stateOf(one, unit))).toBe('running');
  const before = await world.stateOf(one, unit);
  expect(before).toMatchObject({ error: null, drift: [], status: { wanted: 1, ready: 1 } });
  expect(before?.objects.map(({ kind }) => kind)).toEqual(all);

  one.calls.length = 0;
  await world.want(one, unit, { ...rendered({ data: { a: '2' } }), version: 7 });
  expect(await world.applied(one, unit)).toMatchObject({ appliedVersion: 7 });
  expect(one.calls.filter(({ path }) => path.includes(world.namespace))).toMatchObject([
    { method: 'PATCH', path: expect.stringContaining('/configmaps/web') },
  ]);

  await world.want(one, unit, rendered({ hasService: false, data: { a: '2' } }));
  await world.applied(one, unit);
  expect(names(await world.objectsOf(unit))).toEqual(['ConfigMap', 'Deployment']);

  await world.want(one, unit, { objects: [], isRemoving: true });
  await expect.poll(async () => world.stateOf(one, unit)).toBeUndefined();
  expect(await world.objectsOf(unit)).toEqual([]);
  expect(one.source.removals()).toEqual([unit.ownerId]);
});

test('what has its name already is left as it is, until it is gone', async () => {
  const { one, unit: _unit } = await inPlace('other');
  const unit = world.newUnit();
  const { kubectl } = world.cluster;
  // with the very label, as a copy would have it
  await world.cluster.apply(
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'web',
        namespace: world.namespace,
        labels: { 'pilothouse.io/instance': unit.ownerId },
      },
      data: { mine: 'yes' },
    }),
  );
  await world.want(one, unit, { objects: instanceObjects('web', unit.ownerId), isRemoving: false });
  await expect
    .poll(async () => (await world.stateOf(one, unit))?.error)
    .toEqual({ code: 'nameTaken', params: { kind: 'ConfigMap', name: 'web' } });
  const data = ['get', 'configmap', 'web', '-n', world.namespace, '-o', 'jsonpath={.data}'];
  expect(JSON.parse(await kubectl(...data))).toEqual({ mine: 'yes' });
  expect(phaseOf(await world.stateOf(one, unit))).toBe('pending');
});

test('a field that somebody else has set is a conflict that names him, and is mended by force', async () => {
  const { one, unit, rendered } = await inPlace('web');
  await world.cluster.kubectl('scale', 'deployment/web', '--replicas=3', '-n', world.namespace);
  await world.want(one, unit, rendered({ image: 'registry.k8s.io/pause:3.9' }));
  await expect
    .poll(async () => (await world.stateOf(one, unit))?.error)
    .toEqual({
      code: 'reconcileConflict',
      params: { manager: 'kubectl', field: '.spec.replicas', kind: 'Deployment', name: 'web' },
    });
  await world.mend(one, unit);
  expect(await world.applied(one, unit)).toMatchObject({ error: null, drift: [] });
  expect((await deploymentOf(unit)).spec).toMatchObject({
    replicas: 1,
    template: { spec: { containers: [{ image: 'registry.k8s.io/pause:3.9' }] } },
  });
});

test('what others change or remove is drift, field by field, and is mended', async () => {
  const { one, unit } = await inPlace('web');
  const { kubectl } = world.cluster;
  const { namespace } = world;
  await kubectl('delete', 'service', 'web', '-n', namespace);
  await kubectl('set', 'env', 'deployment/web', 'A=2', 'B=3', '-n', namespace);
  const { uid } = (await world.stateOf(one, unit))!.objects[0]!;
  const id = (await world.stateOf(one, unit))!.id;
  await world.database.prisma.$executeRaw`
    UPDATE reconcile_units SET due_at = UTC_TIMESTAMP(6) WHERE id = ${id}`;
  await expect.poll(async () => phaseOf(await world.stateOf(one, unit))).toBe('drifted');
  expect((await world.stateOf(one, unit))?.drift).toEqual([
    {
      kind: 'Deployment',
      name: 'web',
      path: 'spec.template.spec.containers[name=app].env[name=A].value',
      wanted: '1',
      found: '2',
    },
    { kind: 'Service', name: 'web', path: '', wanted: null },
  ]);
  await world.mend(one, unit);
  expect(await world.applied(one, unit)).toMatchObject({ drift: [], error: null });
  expect(names(await world.objectsOf(unit))).toEqual(all);
  expect((await world.stateOf(one, unit))!.objects[0]!.uid).toBe(uid);
  const env = (await deploymentOf(unit)).spec?.template.spec?.containers[0]?.env;
  // what others have added is theirs
  expect(env).toEqual([
    { name: 'A', value: '1' },
    { name: 'B', value: '3' },
  ]);
});

test('somebody who looks sees a change within seconds', async () => {
  const { one, unit } = await inPlace('web');
  const { id } = (await world.stateOf(one, unit))!;
  one.reconciler.lookedAt([id]);
  await expect.poll(async () => phaseOf(await world.stateOf(one, unit))).toBe('running');
  await world.cluster.kubectl('scale', 'deployment/web', '--replicas=2', '-n', world.namespace);
  await expect.poll(async () => phaseOf(await world.stateOf(one, unit))).toBe('drifted');
  expect((await world.stateOf(one, unit))?.drift).toMatchObject([
    { path: 'spec.replicas', wanted: 1, found: 2 },
  ]);
  await world.cluster.kubectl('delete', 'deployment/web', '-n', world.namespace);
  await expect
    .poll(async () => (await world.stateOf(one, unit))?.drift)
    .toMatchObject([{ kind: 'Deployment', path: '' }]);
});

test('a quota says no in words, and what it refuses is made once there is room', async () => {
  await world.cluster.kubectl('create', 'quota', 'few', '--hard=count/services=0', '-n', world.namespace);
  const one = await world.here();
  one.reconciler.start();
  const unit = world.newUnit();
  await expect
    .poll(() =>
      world.cluster.kubectl('get', 'quota', 'few', '-n', world.namespace, '-o', 'jsonpath={.status.hard}'),
    )
    .toContain('services');
  await world.want(one, unit, { objects: instanceObjects('web', unit.ownerId), isRemoving: false });
  await expect
    .poll(async () => (await world.stateOf(one, unit))?.error)
    .toMatchObject({ code: 'quotaExceeded', params: { message: expect.stringContaining('few') } });
  await world.cluster.kubectl('delete', 'quota', 'few', '-n', world.namespace);
  await world.applied(one, unit);
  expect(names(await world.objectsOf(unit))).toEqual(all);
});

test('Pods that a quota refuses are why it does not run', async () => {
  await world.cluster.kubectl('create', 'quota', 'none', '--hard=pods=0', '-n', world.namespace);
  await expect
    .poll(() =>
      world.cluster.kubectl('get', 'quota', 'none', '-n', world.namespace, '-o', 'jsonpath={.status.hard}'),
    )
    .toContain('pods');
  const { one, unit } = await inPlace('web');
  await expect.poll(async () => phaseOf(await world.stateOf(one, unit))).toBe('failing');
  const { status } = (await world.stateOf(one, unit))!;
  expect(status).toMatchObject({ troubles: [{ code: 'rolloutQuota' }] });
});

test('a namespace that is not there is said, and is not made', async () => {
  const one = await world.here();
  one.reconciler.start();
  const unit = { ...world.newUnit(), namespace: `${world.namespace}-missing` };
  await world.want(one, unit, { objects: instanceObjects('web', unit.ownerId), isRemoving: false });
  await expect
    .poll(async () => (await world.stateOf(one, unit))?.error)
    .toEqual({ code: 'namespaceMissing', params: { namespace: unit.namespace } });
});

test('an autoscaler takes replicas over as they are, and gives them back', async () => {
  const { one, unit, rendered } = await inPlace('web', { replicas: 3 });
  await world.want(one, unit, rendered({ isScaled: true }));
  await world.applied(one, unit);
  expect((await deploymentOf(unit)).spec?.replicas).toBe(3);
  await world.cluster.kubectl('scale', 'deployment/web', '--replicas=4', '-n', world.namespace);
  await world.mend(one, unit);
  await world.applied(one, unit);
  expect((await deploymentOf(unit)).spec?.replicas).toBe(4);
});

test('two processes take each unit once', async () => {
  const [one, other] = [await world.here(), await world.here()];
  const units = Array.from({ length: 20 }, () => world.newUnit());
  for (const [index, unit] of units.entries())
    await world.want(one, unit, {
      objects: instanceObjects(`web-${index}`, unit.ownerId, { hasService: false, replicas: 0 }),
      isRemoving: false,
    });
  one.reconciler.start();
  other.reconciler.start();
  for (const unit of units) await world.applied(one, unit);
  const written = (calls: typeof one.calls) =>
    calls.filter(({ method }) => method === 'PATCH').map(({ path }) => path);
  const [first, second] = [written(one.calls), written(other.calls)];
  expect([...first, ...second].toSorted()).toEqual([...new Set([...first, ...second])].toSorted());
  expect(first.length + second.length).toBe(2 * units.length);
  // the cluster's own controller has to see each first
  for (const unit of units)
    await expect.poll(async () => phaseOf(await world.stateOf(one, unit))).toBe('stopped');
});

test('a cluster that is not registered any more: nothing is lost, and nothing is done, until it is abandoned', async () => {
  const { one, unit } = await inPlace('web');
  await world.database.prisma.cluster.deleteMany();
  await one.registry.reload();
  expect(phaseOf(await world.stateOf(one, unit))).toBe('detached');
  await world.want(one, unit, { objects: [], isRemoving: true });
  await world.registerCluster(world.cluster.kubeconfig);
  await one.registry.reload();
  expect(phaseOf(await world.stateOf(one, unit))).toBe('detached');
  expect(names(await world.objectsOf(unit))).toEqual(all);
  await world.database.transaction((queries) =>
    one.reconciler.abandon(queries, { kind: unit.kind, ownerId: unit.ownerId }),
  );
  expect(await world.stateOf(one, unit)).toBeUndefined();
});
