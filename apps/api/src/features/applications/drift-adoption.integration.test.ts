import { expect, test } from 'vitest';
import { ApplicationWorld } from './testing/application-world.ts';

const world = new ApplicationWorld('adopt');
const edited = 'registry.local/pilothouse/web:2';

interface Field {
  id: string;
  path: string;
  problem: string | null;
}
interface Deployment {
  metadata: { generation: number; annotations: Record<string, string> };
  spec: { replicas: number; template: { spec: { containers: { image: string }[] } } };
}

test('what kubectl has changed becomes a version of the instance, and restarts nothing', async () => {
  const { project, namespaceId, namespace } = await world.project('adopts');
  const cart = await world.application(project, 'cart', {
    container: { env: [{ name: 'LEVEL', value: 'info' }] },
    pod: { labels: { team: 'blue' } },
  });
  const id = await world.instance(cart, namespaceId, 'main');
  const one = `/applications/${cart}/instances/${id}`;
  const { objectName } = await world.phase(cart, id, 'running');
  const kubectl = (...args: string[]) => world.cluster.kubectl(...args, '-n', namespace);
  const deployment = async () =>
    JSON.parse(await kubectl('get', 'deployment', objectName, '-o', 'json')) as Deployment;

  await kubectl('set', 'image', `deployment/${objectName}`, `app=${edited}`);
  await kubectl('set', 'env', `deployment/${objectName}`, 'LEVEL=debug');
  await kubectl('scale', `deployment/${objectName}`, '--replicas=2');
  const label = { spec: { template: { metadata: { labels: { team: 'green' } } } } };
  await kubectl('patch', 'deployment', objectName, '-p', JSON.stringify(label));
  await kubectl('label', 'deployment', objectName, 'app.kubernetes.io/name=other', '--overwrite');
  await world.phase(cart, id, 'drifted');
  const { metadata: before } = await deployment();

  const drift = async () =>
    (await world.admin.get(`${one}/drift`)).body as { version: number; fields: Field[] };
  const { version, fields } = await drift();
  const named = (path: string) => fields.find((each) => each.path.endsWith(path))?.id ?? '';
  const last = ({ path }: { path: string }) => /[\w/]+(?=\]?$)/.exec(path)?.[0];
  expect(fields.map((each) => [last(each), each.problem]).toSorted()).toEqual([
    ['image', null],
    ['io/name', 'unsaid'],
    ['replicas', null],
    ['team', null],
    ['value', null],
  ]);

  const adopt = (body: object) => world.admin.post(`${one}/drift/adopt`, { version, ...body });
  const planned = await world.admin.post(`${one}/drift/plan`, {
    fields: [named('.image'), named('.replicas')],
  });
  expect(planned.body.spec).toMatchObject({ image: edited, replicas: 2 });
  expect((await adopt({ fields: [named('.name')] })).body.error.code).toBe('changedMeanwhile');
  const unsaid = fields.find(({ problem }) => problem === 'unsaid');
  expect((await adopt({ fields: [unsaid?.id] })).body.error).toMatchObject({
    code: 'invalidField',
    field: 'body.fields',
  });

  const first = await adopt({ fields: [named('.image'), named('.value')], reason: 'hotfix' });
  expect([first.status, first.body.version]).toEqual([200, 2]);
  const paths = (all: { path: string }[]) => all.map(last).toSorted();
  // what was not adopted is still told
  expect(paths(first.body.drift)).toEqual(['io/name', 'replicas', 'team']);
  expect(paths((await drift()).fields)).toEqual(paths(first.body.drift));

  const rest = { fields: [named('.replicas'), named('.team')], mendOthers: true };
  expect((await adopt(rest)).body.error.code).toBe('changedMeanwhile');
  const second = (await adopt({ ...rest, version: 2 })).body;
  expect([second.version, paths(second.drift)]).toEqual([3, ['io/name']]);
  const { spec, ...after } = await world.phase(cart, id, 'running');
  expect(after).toMatchObject({ appliedVersion: 3, wantedPods: 2, drift: [], error: null });
  expect(spec).toMatchObject({
    image: edited,
    replicas: 2,
    overrides: {
      container: { env: [{ name: 'LEVEL', value: 'debug' }] },
      pod: { labels: { team: 'green' } },
    },
  });
  expect((await drift()).fields).toEqual([]);
  const { metadata } = await deployment();
  expect(metadata.generation).toBe(before.generation);
  expect(metadata.annotations['deployment.kubernetes.io/revision']).toBe(
    before.annotations['deployment.kubernetes.io/revision'],
  );

  // kubectl has the fields as well, and is not asked
  const plan = await world.admin.post(`/applications/${cart}/instances/plan`, {
    instance: id,
    name: 'main',
    namespaceId,
    spec: { ...spec, image: 'registry.local/pilothouse/web:3' },
  });
  expect(plan.body.clusterError).toBeNull();
  await world.admin.put(`${one}/image`, { image: 'registry.local/pilothouse/web:3' });
  await expect.poll(async () => (await world.admin.get(one)).body.appliedVersion).toBe(4);
  expect((await deployment()).spec.template.spec.containers[0]?.image).toContain('web:3');

  const { items } = (await world.admin.get('/audit?q=adopts.games.shop.cart/main&pageSize=50')).body;
  const adoptions = (items as { code: string }[]).filter(({ code }) => code === 'instance.adopt');
  expect(adoptions.length).toBeGreaterThanOrEqual(2);
});

test('who may not change an instance adopts nothing, and is not told what is there', async () => {
  const { project, namespaceId } = await world.project('adopts-not');
  const cart = await world.application(project, 'cart');
  const id = await world.instance(cart, namespaceId, 'main', { replicas: 0 });
  const developer = await world.api.signUp('adopts-developer');
  const owners = { operations: [], development: [], developer: [{ kind: 'user', user: 'adopts-developer' }] };
  await world.admin.put(`/tree/${cart}/owners`, owners);
  const one = `/applications/${cart}/instances/${id}`;
  expect((await developer.get(one)).status).toBe(200);
  expect((await developer.get(`${one}/drift`)).status).toBe(403);
  const body = { fields: ['x'], version: 1 };
  expect((await developer.post(`${one}/drift/adopt`, body)).status).toBe(403);
});
