import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { phaseOf } from './phase-of.ts';
import { breakableLine } from './testing/breakable-line.ts';
import { instanceObjects } from './testing/file-source.ts';
import { ReconcileWorld } from './testing/reconcile-world.ts';

const world = new ReconcileWorld();

test('a cluster that is away costs next to nothing; once it is back only the newest is written, by one call an object', async () => {
  const line = await breakableLine(world.cluster);
  const clusterId = await world.registerCluster(line.kubeconfig);
  const one = await world.here();
  one.reconciler.start();
  const units = Array.from({ length: 12 }, () => ({ ...world.newUnit(), clusterId }));
  const rendered = (index: number, a: string) => ({
    objects: instanceObjects(`web-${index}`, units[index]!.ownerId, { data: { a }, replicas: 0 }),
    isRemoving: false,
  });
  for (const [index, unit] of units.entries()) await world.want(one, unit, rendered(index, '1'));
  for (const unit of units) await world.applied(one, unit);

  line.cut();
  // what was on its way is over
  await sleep(500);
  one.calls.length = 0;
  for (const version of ['2', '3'])
    for (const [index, unit] of units.entries()) await world.want(one, unit, rendered(index, version));
  await expect
    .poll(async () =>
      (await Promise.all(units.map((unit) => world.stateOf(one, unit)))).map((state) => state?.error?.code),
    )
    .toContain('clusterUnreachable');
  await sleep(4000);
  expect(one.calls.filter((call) => call.status !== null)).toEqual([]);
  // the first ones that met it, and a question now and then
  expect(one.calls.length).toBeLessThan(16);
  for (const unit of units) expect(phaseOf(await world.stateOf(one, unit))).toBe('pending');

  line.mend();
  one.calls.length = 0;
  for (const unit of units) expect(await world.applied(one, unit)).toMatchObject({ wanted: 3, error: null });
  const written = one.calls.filter(({ method }) => method !== 'GET');
  expect(written.map(({ method }) => method)).toEqual(units.map(() => 'PATCH'));
  const reads = one.calls.filter(({ path, method }) => method === 'GET' && path.includes(world.namespace));
  expect(reads).toEqual([]);
  for (const [index] of units.entries()) {
    const data = ['get', 'configmap', `web-${index}`, '-n', world.namespace, '-o', 'jsonpath={.data.a}'];
    expect(await world.cluster.kubectl(...data)).toBe('3');
  }
  line.close();
});

test('what is applied one after the other is followed by one watch', async () => {
  const one = await world.here();
  one.reconciler.start();
  for (const name of ['web-0', 'web-1', 'web-2']) {
    const unit = world.newUnit();
    const objects = instanceObjects(name, unit.ownerId, { replicas: 0 });
    await world.want(one, unit, { objects, isRemoving: false });
    await world.applied(one, unit);
    await expect.poll(async () => phaseOf(await world.stateOf(one, unit))).toBe('stopped');
    // longer than it takes to see that nobody needs to follow it any more
    await sleep(2500);
  }
  expect(one.calls.filter(({ path }) => path === '/apis/apps/v1/deployments')).toHaveLength(1);
  // who watched them to the end needs no look a minute later
  const [{ soon } = { soon: null }] = await world.database.prisma.$queryRaw<{ soon: bigint | null }[]>`
    SELECT COUNT(*) AS soon FROM reconcile_units
    WHERE namespace = ${world.namespace} AND due_at < TIMESTAMPADD(MINUTE, 5, UTC_TIMESTAMP(6))`;
  expect(Number(soon)).toBe(0);
});

test('many instances of a namespace are looked at by one list a kind', async () => {
  const one = await world.here();
  one.reconciler.start();
  const units = Array.from({ length: 10 }, () => world.newUnit());
  for (const [index, unit] of units.entries())
    await world.want(one, unit, {
      objects: instanceObjects(`web-${index}`, unit.ownerId, { replicas: 0 }),
      isRemoving: false,
    });
  for (const unit of units) {
    await world.applied(one, unit);
    await expect.poll(async () => phaseOf(await world.stateOf(one, unit))).toBe('stopped');
  }
  const { kubectl } = world.cluster;
  await kubectl('delete', 'service', 'web-3', '-n', world.namespace);
  // its label gone, it is there all the same
  await kubectl('label', 'configmap', 'web-4', 'pilothouse.io/instance-', '-n', world.namespace);
  one.calls.length = 0;
  await world.database.prisma.$executeRaw`
    UPDATE reconcile_units SET due_at = TIMESTAMPADD(MINUTE, 4, UTC_TIMESTAMP(6))`;
  const { id } = (await world.stateOf(one, units[0]!))!;
  await world.database.prisma.$executeRaw`
    UPDATE reconcile_units SET due_at = UTC_TIMESTAMP(6) WHERE id = ${id}`;
  await expect
    .poll(async () => (await world.stateOf(one, units[3]!))?.drift)
    .toEqual([{ kind: 'Service', name: 'web-3', path: '', wanted: null }]);
  await expect.poll(async () => phaseOf(await world.stateOf(one, units[4]!))).toBe('drifted');
  const reads = one.calls.filter(({ path }) => path.includes(`/namespaces/${world.namespace}/`));
  expect(reads.map(({ path }) => path.split('/').at(-1)).toSorted()).toEqual([
    'configmaps',
    'deployments',
    'services',
    'web-3',
    'web-4',
  ]);
  for (const unit of [units[0]!, units[9]!]) expect(phaseOf(await world.stateOf(one, unit))).toBe('stopped');
});
