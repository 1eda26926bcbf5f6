import type { KubernetesObject } from '@pilothouse/kinds';
import { expect, test } from 'vitest';
import { breakableLine } from './testing/breakable-line.ts';
import { instanceObjects } from './testing/file-source.ts';
import { ReconcileWorld } from './testing/reconcile-world.ts';
import { ownerLabels } from './unit-source.ts';
import { UnitPods } from './unit-pods.ts';

const world = new ReconcileWorld();

const canary = Buffer.from('canary-of-the-preview').toString('base64');
const secretOf = (ownerId: string, value: string) =>
  ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'web', labels: { [ownerLabels.instance]: ownerId } },
    data: { token: value },
  }) as KubernetesObject;

async function started() {
  const one = await world.here();
  one.reconciler.start();
  const unit = world.newUnit();
  const kinds = (changes: { kind: string; change: string }[]) =>
    changes.map(({ kind, change }) => `${kind} ${change}`);
  return { one, unit, kinds };
}

test('a preview says what would be made, changed and deleted, and writes nothing', async () => {
  const { one, unit, kinds } = await started();
  const first = [secretOf(unit.ownerId, canary), ...instanceObjects('web', unit.ownerId, { replicas: 0 })];
  const made = await one.reconciler.preview(unit, first);
  expect(made).toMatchObject({ warnings: [], clusterError: null });
  expect(kinds(made.changes)).toEqual(
    ['Secret', 'ConfigMap', 'Deployment', 'Service'].map((kind) => `${kind} create`),
  );
  expect(await world.objectsOf(unit)).toEqual([]);
  // as the cluster would complete it
  expect(made.changes[2]?.after).toContain('terminationGracePeriodSeconds: 30');

  await world.want(one, unit, { objects: first, isRemoving: false });
  await world.applied(one, unit);
  const again = await one.reconciler.preview(unit, first);
  expect(kinds(again.changes)).toEqual(
    ['Secret', 'ConfigMap', 'Deployment', 'Service'].map((kind) => `${kind} unchanged`),
  );

  const other = Buffer.from('canary-of-another-one').toString('base64');
  const next = [
    secretOf(unit.ownerId, other),
    ...instanceObjects('web', unit.ownerId, {
      replicas: 0,
      image: 'registry.k8s.io/pause:3.9',
      hasService: false,
    }),
  ];
  const changed = await one.reconciler.preview(unit, next);
  expect(kinds(changed.changes)).toEqual([
    'Secret change',
    'ConfigMap unchanged',
    'Deployment change',
    'Service delete',
  ]);
  const deployment = changed.changes[2];
  expect(deployment?.before).toContain('image: registry.k8s.io/pause:3.10');
  expect(deployment?.after).toContain('image: registry.k8s.io/pause:3.9');
  for (const text of [canary, other, 'canary']) expect(JSON.stringify(changed)).not.toContain(text);
});

test('a preview says what would be refused, and why', async () => {
  const { one, unit } = await started();
  await world.cluster.kubectl('create', 'configmap', 'web', '-n', world.namespace);
  const taken = await one.reconciler.preview(unit, instanceObjects('web', unit.ownerId));
  expect(taken.clusterError).toMatchObject({ code: 'nameTaken', params: { kind: 'ConfigMap', name: 'web' } });
  const [deployment] = instanceObjects('other', unit.ownerId).slice(1);
  const broken = { ...deployment, spec: { replicas: -1 } } as KubernetesObject;
  const refused = await one.reconciler.preview(unit, [broken]);
  expect(refused.clusterError?.code).toBe('clusterInvalid');
  expect(refused.changes).toMatchObject([{ change: 'create', before: null }]);
});

test('of a cluster that does not answer a preview says what would be written', async () => {
  const line = await breakableLine(world.cluster);
  const clusterId = await world.registerCluster(line.kubeconfig);
  const { one, unit } = await started();
  line.close();
  const preview = await one.reconciler.preview({ ...unit, clusterId }, instanceObjects('web', unit.ownerId));
  expect(preview.clusterError?.code).toBe('clusterUnreachable');
  expect(preview.changes).toMatchObject([{ kind: 'ConfigMap' }, { kind: 'Deployment' }, { kind: 'Service' }]);
  expect(preview.changes[1]?.after).toContain('image: registry.k8s.io/pause:3.10');
});

test('Pods are a unit’s by the uids of their owners; a copied label is not enough', async () => {
  const { one, unit } = await started();
  await world.want(one, unit, {
    objects: instanceObjects('web', unit.ownerId, { replicas: 2 }),
    isRemoving: false,
  });
  await world.applied(one, unit);
  const copy = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'copy', namespace: world.namespace, labels: { [ownerLabels.instance]: unit.ownerId } },
    spec: {
      nodeSelector: { type: 'kwok' },
      tolerations: [{ key: 'kwok.x-k8s.io/node', operator: 'Exists' }],
      containers: [{ name: 'app', image: 'registry.k8s.io/pause:3.10' }],
    },
  };
  await world.cluster.apply(JSON.stringify(copy));
  const pods = new UnitPods(world.database, one.registry);
  await expect
    .poll(async () => (await pods.pods(unit)).pods.map(({ cells }) => cells['status']))
    .toEqual(['Running', 'Running']);
  const [first] = (await pods.pods(unit)).pods;
  const { name = '', uid = '' } = first ?? {};
  expect(first).toMatchObject({ containers: ['app'] });
  expect(await pods.owns(unit, { name, uid })).toBe(true);
  expect(await pods.owns(unit, { name, uid: 'another' })).toBe(false);
  expect(await pods.owns(unit, { name: 'copy' })).toBe(false);
  expect(await pods.owns(unit, { name: 'missing' })).toBe(false);
  expect(await pods.owns({ ...unit, ownerId: world.newUnit().ownerId }, { name })).toBe(false);
  await expect
    .poll(async () => (await pods.events(unit)).map(({ object }) => object.split('/')[0]))
    .toEqual(expect.arrayContaining(['Deployment', 'ReplicaSet', 'Pod']));
  const events = await pods.events(unit);
  expect(events.filter(({ object }) => object === 'Pod/copy')).toEqual([]);
});
