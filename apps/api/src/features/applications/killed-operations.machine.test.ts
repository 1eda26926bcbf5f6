// Depends on: apps/api/src/features/applications, apps/api/src/operations, apps/api/src/reconcile, apps/api/src/projects, packages/manifests/src
import { expect, test } from 'vitest';
import { image, kwokDefaults } from './testing/application-world.ts';
import { KilledWorld, type Where } from './testing/killed-world.ts';
import { makeProject, noRows, rowsOf, writtenIn } from './testing/project-world.ts';

const world = new KilledWorld();
const prefix = `killed-${Date.now().toString(36)}`;
const patienceMs = 300_000;
let tries = 0;
/** What a test makes is its own at every try. */
function own(name: string): string {
  tries += 1;
  return `${name}-${tries}`;
}

const spec = {
  container: { ports: [{ name: 'http', containerPort: 8080 }], env: [{ name: 'LEVEL', value: 'info' }] },
  service: { type: 'ClusterIP', over: 'instance' },
};

/** A project's application `cart` with instances that run in the first of its namespaces. */
async function running(name: string, places: Where[], names: string[], thereDefaults: object = kwokDefaults) {
  await world.work();
  const company = own(name);
  let parent: string | null = null;
  for (const node of [company, 'games', 'shop'])
    parent = (await world.posted('/tree', { parent, name: node, displayName: node })).id;
  const namespaces: { id: string; name: string; where: Where }[] = [];
  for (const where of places) {
    const namespace = `${prefix}-${company}-${where}`;
    const defaults = where === 'there' ? thereDefaults : kwokDefaults;
    const body = { cluster: where, namespace, create: true, defaults };
    const { id } = await world.posted(`/projects/${parent}/namespaces`, body);
    namespaces.push({ id, name: namespace, where });
  }
  const application = { name: 'cart', displayName: 'Cart', spec };
  const cart = `/applications/${(await world.posted(`/projects/${parent}/applications`, application)).id}`;
  await world.admin.patch(`${cart}/secrets`, { secrets: { TOKEN: 'x' } });
  const ids: string[] = [];
  for (const each of names) {
    const body = { name: each, namespaceId: namespaces[0]?.id, spec: { image, replicas: 1 } };
    ids.push((await world.posted(`${cart}/instances`, body)).id);
  }
  for (const id of ids) await expect.poll(async () => (await instance(cart, id)).phase).toBe('running');
  return { cart, ids, namespaces };
}

const instance = async (cart: string, id: string) => (await world.admin.get(`${cart}/instances/${id}`)).body;
const versionsOf = async (cart: string, id: string): Promise<number[]> =>
  (await world.admin.get(`${cart}/instances/${id}/versions`)).body.versions.map(
    ({ version }: { version: number }) => version,
  );

/** What the cluster has in a namespace, which is what the inventory says, and was made once. */
async function agreed(where: Where, namespace: string) {
  const there = await world.written(where, namespace);
  const names = there.map(({ kind, metadata: { name, uid } }) => [uid, `${kind}/${name}`] as const);
  expect(await world.inventory(namespace)).toEqual(new Map(names));
  const made = await world.made(where, namespace);
  expect(made).toEqual([...new Set(made)]);
  return there.map(({ kind, metadata: { name, uid, generation } }) => ({
    name: `${kind}/${name}`,
    uid,
    generation,
  }));
}

/** Requires that processes were killed after all of this: else nothing was tried. */
function requireSteps({ steps }: { steps: string[] }, ...parts: string[]): void {
  expect(steps).toEqual(expect.arrayContaining(parts.map((part) => expect.stringContaining(part))));
}
const applied = [
  'UPDATE operation_items',
  'INSERT INTO reconcile_units',
  '/deployments',
  'reconciledObject.',
];

test(
  'a batch of images and a batch of deletions, killed at each step: each is done once, and nothing stays',
  async () => {
    const { cart, ids, namespaces } = await running('batches', ['here'], ['one', 'two']);
    const namespace = namespaces[0]?.name ?? '';
    const before = await agreed('here', namespace);
    const batch = (change: object) =>
      world.killedAtEachStep(`${cart}/instances/batch`, { instances: ids, change, rolledOut: true });
    const set = await batch({ action: 'setImage', image: `${image}0`, reason: '' });
    requireSteps(set, 'instanceVersion.create', ...applied);
    expect(set.items).toEqual(['succeeded done', 'succeeded done']);
    for (const id of ids) {
      expect(await instance(cart, id)).toMatchObject({ version: 2, appliedVersion: 2, phase: 'running' });
      expect(await versionsOf(cart, id)).toEqual([2, 1]);
    }
    // a Deployment that is written twice the same stays what it was
    const generation = (of: { name: string; generation?: number }) => ({
      ...of,
      ...(of.name.startsWith('Deployment/') && { generation: 2 }),
    });
    expect(await agreed('here', namespace)).toEqual(before.map(generation));

    const deleted = await batch({ action: 'delete' });
    requireSteps(deleted, 'DELETE /apis/apps', '/services', '/secrets', 'instance.deleteMany', ...applied);
    expect(deleted.items).toEqual(['succeeded done', 'succeeded done']);
    expect(await agreed('here', namespace)).toEqual([]);
    expect((await world.admin.get(cart)).body.instances).toBe(0);
  },
  patienceMs,
);

test(
  'a staged roll-out, killed at each step: one instance after the other takes it over, once',
  async () => {
    const { cart, ids, namespaces } = await running('stages', ['here'], ['one', 'two']);
    const [one = '', two = ''] = ids;
    const namespace = namespaces[0]?.name ?? '';
    const before = await agreed('here', namespace);
    const louder = { ...spec, container: { ...spec.container, env: [{ name: 'LEVEL', value: 'debug' }] } };
    const saved = await world.admin.put(cart, { spec: louder, version: 1, rollOut: [] });
    expect(saved.body.version).toBe(2);
    const inOrder = async () => {
      const { applicationVersion } = await instance(cart, two);
      if (applicationVersion === 2)
        expect(await instance(cart, one)).toMatchObject({ applicationVersion: 2, phase: 'running' });
    };
    const rollOut = { version: 2, instances: ids, deadlineSeconds: 600, reason: 'louder' };
    const end = await world.killedAtEachStep(`${cart}/rollouts`, rollOut, inOrder);
    requireSteps(end, ...applied);
    expect(end.items).toEqual(['succeeded tookOver', 'succeeded tookOver']);
    for (const id of ids) {
      expect(await instance(cart, id)).toMatchObject({ applicationVersion: 2, phase: 'running' });
      expect(await versionsOf(cart, id)).toEqual([2, 1]);
    }
    const after = await agreed('here', namespace);
    expect(after.map(({ uid }) => uid)).toEqual(before.map(({ uid }) => uid));
    expect(after.flatMap(({ generation }) => generation ?? [])).toEqual([2, 2]);
  },
  patienceMs,
);

test(
  'a move to another cluster, killed at each step: it runs here until it runs there, and then there only',
  async () => {
    const { cart, ids, namespaces } = await running('moves', ['here', 'there'], ['main']);
    const [id = ''] = ids;
    const [here, there] = namespaces;
    const before = await agreed('here', here?.name ?? '');
    const old = before.find(({ name }) => name === 'Deployment/cart-main');
    const runsSomewhere = async () => {
      const { cluster, movingTo } = await instance(cart, id);
      const written = await world.written(
        cluster,
        cluster === 'here' ? (here?.name ?? '') : (there?.name ?? ''),
      );
      const deployments = written.filter(({ kind }) => kind === 'Deployment');
      expect([deployments.length, movingTo !== null && cluster === 'there']).toEqual([1, false]);
      if (cluster === 'here')
        expect(deployments[0]?.metadata).toMatchObject({ uid: old?.uid, generation: 1 });
    };
    const end = await world.killedAtEachStep(
      `${cart}/instances/${id}/move`,
      { namespaceId: there?.id },
      runsSomewhere,
    );
    requireSteps(end, 'PATCH', 'DELETE', 'instanceVersion.create', ...applied);
    expect(end.items).toEqual(['succeeded moved']);
    expect(await instance(cart, id)).toMatchObject({
      cluster: 'there',
      version: 2,
      appliedVersion: 2,
      phase: 'running',
      movingTo: null,
      leftBehind: [],
    });
    expect(await versionsOf(cart, id)).toEqual([2, 1]);
    expect(await agreed('here', here?.name ?? '')).toEqual([]);
    const moved = await agreed('there', there?.name ?? '');
    expect(moved.map(({ name }) => name)).toEqual(before.map(({ name }) => name));
  },
  patienceMs,
);

test(
  'a move that is cancelled, killed at each step: what was made there goes, and here nothing has changed',
  async () => {
    // where Pods find no node: it waits for them until it is cancelled
    const nowhere = { nodeSelector: { type: 'nowhere' } };
    const { cart, ids, namespaces } = await running('stays', ['here', 'there'], ['main'], nowhere);
    const [id = ''] = ids;
    const [here = '', there = ''] = namespaces.map(({ name }) => name);
    const before = await agreed('here', here);
    let isCancelled = false;
    const cancelOnceWritten = async (operation: string) => {
      expect(await agreed('here', here)).toEqual(before);
      const kinds = (await world.written('there', there)).map(({ kind }) => kind);
      if (isCancelled || !kinds.includes('Deployment')) return;
      const { status } = await world.admin.post(`/operations/${operation}/cancel`, {});
      expect(status).toBeLessThan(300);
      isCancelled = true;
      world.forget();
    };
    const end = await world.killedAtEachStep(
      `${cart}/instances/${id}/move`,
      { namespaceId: namespaces[1]?.id },
      cancelOnceWritten,
    );
    requireSteps(end, 'UPDATE operation_items SET state', 'DELETE', 'reconcileUnit.deleteMany');
    expect([end.state, end.items]).toEqual(['cancelled', ['cancelled movedBack']]);
    expect(await instance(cart, id)).toMatchObject({
      cluster: 'here',
      version: 1,
      phase: 'running',
      movingTo: null,
      leftBehind: [],
    });
    expect(await versionsOf(cart, id)).toEqual([1]);
    expect(await agreed('there', there)).toEqual([]);
    expect(await agreed('here', here)).toEqual(before);
  },
  patienceMs,
);

test(
  'the deletion of a project in two clusters, killed at each step: all of it goes, and nothing else',
  async () => {
    await world.work();
    const company = own('ends');
    const places = (['here', 'there'] as const).map((cluster) => ({
      cluster,
      namespace: `${prefix}-${company}-${cluster}`,
      create: cluster === 'here',
    }));
    const [made = '', adopted = ''] = places.map(({ namespace }) => namespace);
    await world.cluster('there').kubectl('create', 'namespace', adopted);
    await world.cluster('there').kubectl('create', 'configmap', 'by-hand', '-n', adopted);
    const project = await makeProject(world, company, places);
    const end = await world.killedAtEachStep(`/projects/${project.id}/deletion`, { path: project.path });
    requireSteps(
      end,
      'DELETE',
      'instance.deleteMany',
      'projectNamespace.',
      'treeNode.',
      'UPDATE operation_items',
    );
    expect([end.state, end.items]).toEqual([
      'succeeded',
      ['succeeded takenBack', 'succeeded namespaceKept', 'succeeded takenBack', 'succeeded takenBack'],
    ]);
    expect(await rowsOf(world.api, project)).toEqual(noRows);
    expect(await writtenIn(world.cluster('there'), adopted)).toEqual([]);
    const left = await world
      .cluster('there')
      .kubectl('get', 'configmap', 'by-hand', '-n', adopted, '-o', 'name');
    expect(left.trim()).toBe('configmap/by-hand');
    const gone = await world
      .cluster('here')
      .kubectl('get', 'namespace', made, '-o', 'name', '--ignore-not-found');
    expect(gone).toBe('');
  },
  patienceMs,
);
