import type { LocalCluster } from '@pilothouse/control-plane';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../testing/test-api.ts';
import type { TestAnswer, TestClient } from '../../testing/test-client.ts';

let api: TestApi;
let admin: TestClient;
let cluster: LocalCluster;
const namespace = `apps-${Date.now().toString(36)}`;
const image = 'registry.local/pilothouse/web:1';

beforeAll(async () => {
  cluster = await sharedTestCluster();
  api = await startTestApi({ config: { allowLoopbackClusters: true } });
  admin = api.admin;
  await admin.post('/clusters', { name: 'quay', kubeconfig: cluster.kubeconfig });
});
afterAll(async () => {
  await cluster?.kubectl('delete', 'namespace', namespace, '--wait=false', '--ignore-not-found');
  await api?.stop();
});

const refusal = ({ status, body }: TestAnswer) => [status, body.error?.code];

async function node(parent: string | null, name: string): Promise<string> {
  const { body } = await admin.post('/tree', { parent, name, displayName: name });
  return body.id;
}

/** A project of a company of its own. */
async function project(company: string): Promise<string> {
  return node(await node(await node(null, company), 'games'), 'shop');
}

const spec = {
  container: {
    env: [{ name: 'LEVEL', value: 'info' }],
    ports: [{ name: 'http', containerPort: 8080 }],
  },
  service: { type: 'ClusterIP', over: 'application' },
};

async function application(shop: string, name: string, more: object = {}): Promise<string> {
  const answer = await admin.post(`/projects/${shop}/applications`, {
    name,
    displayName: name,
    spec: { ...spec, ...more },
  });
  expect([answer.status, answer.body.error]).toEqual([201, undefined]);
  return answer.body.id;
}

async function open(shop: string, name: string, client = admin, create = true): Promise<TestAnswer> {
  return client.post(`/projects/${shop}/namespaces`, { cluster: 'quay', namespace: name, create });
}

const kubectlJson = async (...args: string[]) =>
  JSON.parse(await cluster.kubectl(...args, '-n', namespace, '-o', 'json'));

describe('a project', () => {
  test('is a node above applications; a namespace is open to one of them', async () => {
    const shop = await project('opens');
    expect((await open(shop, namespace)).status).toBe(201);
    const { body } = await admin.get(`/projects/${shop}`);
    expect(body).toMatchObject({ path: 'opens.games.shop', namespaces: 1, applications: 0 });
    expect(body.openNamespaces).toMatchObject([{ cluster: 'quay', namespace, created: true }]);
    expect((await kubectlJson('get', 'namespace', namespace)).metadata.labels).toMatchObject({
      'pilothouse.io/project': shop,
    });
    const other = await project('opens-too');
    expect(refusal(await open(other, namespace, admin, false))).toEqual([409, 'namespaceTaken']);
    // what the cluster refuses leaves nothing behind
    expect((await open(other, 'absent', admin, false)).status).toBe(404);
    expect((await admin.get(`/projects/${other}`)).body.openNamespaces).toEqual([]);
    const top = body.path.split('.')[0];
    const tops = (await admin.get('/tree')).body.nodes.filter((each: { name: string }) => each.name === top);
    expect((await admin.get(`/projects/${tops[0].id}`)).status).toBe(404);
  });

  test('leaves no quota behind in a namespace that is closed to it, but what is somebody else’s', async () => {
    const shop = await project('closes');
    const ns = `${namespace}-closes`;
    const body = { cluster: 'quay', namespace: ns, quota: { pods: '5' } };
    const quotas = () => cluster.kubectl('get', 'resourcequotas', '-n', ns, '-o', 'name');
    const opened = async (create: boolean) =>
      `/projects/${shop}/namespaces/${(await admin.post(`/projects/${shop}/namespaces`, { ...body, create })).body.id}`;
    const first = await opened(true);
    expect(await quotas()).toContain('pilothouse-project');
    expect((await admin.delete(first)).status).toBe(204);
    expect(await quotas()).toBe('');

    const second = await opened(false);
    const label = 'app.kubernetes.io/managed-by=somebody';
    await cluster.kubectl('label', 'resourcequota', 'pilothouse-project', label, '--overwrite', '-n', ns);
    expect((await admin.delete(second)).status).toBe(204);
    expect(await quotas()).toContain('pilothouse-project');
    await cluster.kubectl('delete', 'namespace', ns, '--wait=false');
  });

  test('opens a namespace only for who may do so in that cluster', async () => {
    const shop = await project('asks');
    const owner = await api.signUp('asks-owner');
    await admin.put(`/tree/${shop}/owners`, {
      operations: [{ kind: 'user', user: 'asks-owner' }],
      development: [],
      developer: [],
    });
    expect(refusal(await open(shop, `${namespace}-asks`, owner))).toEqual([403, 'forbidden']);
  });
});

describe('an instance', () => {
  test('becomes a Deployment, follows its changes, rolls back, and goes', async () => {
    const shop = await project('runs');
    const ns = `${namespace}-runs`;
    const { body: place } = await open(shop, ns);
    const cart = await application(shop, 'cart');
    const instances = `/applications/${cart}/instances`;
    const created = await admin.post(instances, {
      name: 'main',
      namespaceId: place.id,
      spec: { image, replicas: 2 },
    });
    expect([created.status, created.body.error]).toEqual([201, null]);
    const one = `${instances}/${created.body.id}`;
    const { objectName } = created.body;
    const deployment = async () =>
      await cluster.kubectl('get', 'deployment', objectName, '-n', ns, '-o', 'json');
    const applied = (version: number) =>
      expect.poll(async () => (await admin.get(one)).body.appliedVersion).toBe(version);
    await applied(1);
    const first = JSON.parse(await deployment());
    expect(first.spec.selector.matchLabels).toEqual({ 'pilothouse.io/instance': created.body.id });
    expect(first.spec.replicas).toBe(2);
    expect(first.metadata.annotations['pilothouse.io/path']).toBe('runs.games.shop.cart');
    await cluster.kubectl('get', 'service', 'cart', '-n', ns);

    const scaled = await admin.put(`${one}/replicas`, { replicas: 1 });
    expect(scaled.body.version).toBe(2);
    await admin.put(`${one}/image`, { image: 'registry.local/pilothouse/web:2', reason: 'new' });
    await applied(3);
    expect(JSON.parse(await deployment()).spec.template.spec.containers[0].image).toContain('web:2');

    const { body: history } = await admin.get(`${one}/versions`);
    expect(
      history.versions.map(({ version, reason }: { version: number; reason: string }) => [version, reason]),
    ).toEqual([
      [3, 'new'],
      [2, ''],
      [1, ''],
    ]);
    await admin.post(`${one}/rollback`, { version: 1 });
    await applied(4);
    const back = JSON.parse(await deployment());
    expect([back.spec.replicas, back.spec.template.spec.containers[0].image]).toEqual([2, image]);
    expect(back.spec.selector).toEqual(first.spec.selector);

    const { body: log } = await admin.get('/audit?q=runs.games.shop.cart&pageSize=50');
    const rows = (log.items as { code: string; name: string }[]).map(({ code, name }) => [code, name]);
    expect(rows).toContainEqual(['instance.setImage', 'runs.games.shop.cart/main']);
    expect(rows).toContainEqual(['application.create', 'runs.games.shop.cart']);

    expect((await admin.delete(one)).status).toBe(202);
    await expect.poll(async () => (await admin.get(one)).status).toBe(404);
    const left = JSON.parse(await cluster.kubectl('get', 'deployments,services', '-n', ns, '-o', 'json'));
    expect(left.items).toEqual([]);
    await cluster.kubectl('delete', 'namespace', ns, '--wait=false');
  });

  test('is not changed from an old page, nor into what needs a right of its own', async () => {
    const shop = await project('guards');
    const ns = `${namespace}-guards`;
    const { body: place } = await open(shop, ns);
    const cart = await application(shop, 'cart');
    const operator = await api.signUp('guards-operator');
    await admin.put(`/tree/${shop}/owners`, {
      operations: [{ kind: 'user', user: 'guards-operator' }],
      development: [],
      developer: [],
    });
    const body = { name: 'main', namespaceId: place.id, spec: { image, replicas: 0 } };
    const created = await operator.post(`/applications/${cart}/instances`, body);
    expect(created.status).toBe(201);
    const one = `/applications/${cart}/instances/${created.body.id}`;
    expect(refusal(await operator.put(one, { spec: body.spec, version: 7 }))).toEqual([
      409,
      'changedMeanwhile',
    ]);
    const host = { pod: { volumes: [{ name: 'root', hostPath: { path: '/' } }] } };
    const spied = { ...body.spec, overrides: host };
    expect(refusal(await operator.put(one, { spec: spied, version: 1 }))).toEqual([403, 'forbidden']);
    const update = { spec: { ...spec, ...host }, version: 1, rollOut: 'all' };
    expect(refusal(await operator.put(`/applications/${cart}`, update))).toEqual([403, 'forbidden']);
    // an administrator may
    expect((await admin.put(one, { spec: spied, version: 1 })).status).toBe(200);
    const unmounted = { container: { volumeMounts: [{ name: 'gone', mountPath: '/data' }] } };
    const broken = await admin.put(one, { spec: { ...body.spec, overrides: unmounted }, version: 2 });
    expect(refusal(broken)).toEqual([400, 'specRefused']);
    expect(broken.body.error.fields).toMatchObject([{ field: 'body.spec.container.volumeMounts./data' }]);
    await cluster.kubectl('delete', 'namespace', ns, '--wait=false');
  });

  test('belongs to its application: another’s is unknown there, whoever asks', async () => {
    const shop = await project('borders');
    const ns = `${namespace}-borders`;
    const { body: place } = await open(shop, ns);
    const [cart, till] = [await application(shop, 'cart'), await application(shop, 'till')];
    const body = { name: 'main', namespaceId: place.id, spec: { image, replicas: 0 } };
    const { body: made } = await admin.post(`/applications/${cart}/instances`, body);
    expect((await admin.get(`/applications/${till}/instances/${made.id}`)).status).toBe(404);
    const clerk = await api.signUp('borders-clerk');
    await admin.put(`/tree/${till}/owners`, {
      operations: [{ kind: 'user', user: 'borders-clerk' }],
      development: [],
      developer: [],
    });
    expect((await clerk.get(`/applications/${till}/instances/${made.id}`)).status).toBe(404);
    expect((await clerk.get(`/applications/${cart}/instances/${made.id}`)).status).toBe(403);
    const { body: seen } = await clerk.get('/instances');
    expect(seen.instances).toEqual([]);
    const { body: all } = await clerk.get('/applications');
    expect(all.applications.map(({ path }: { path: string }) => path)).toEqual(['borders.games.shop.till']);
    // a namespace of another project is none
    const foreign = await project('borders-too');
    const theirs = await application(foreign, 'cart');
    const elsewhere = await admin.post(`/applications/${theirs}/instances`, body);
    expect([...refusal(elsewhere), elsewhere.body.error.field]).toEqual([
      400,
      'invalidField',
      'body.namespaceId',
    ]);
    // what is used stays in the tree, at its level
    expect(refusal(await admin.delete(`/tree/${cart}`))).toEqual([409, 'treeNodeHolds']);
    expect(refusal(await admin.delete(`/applications/${cart}`))).toEqual([409, 'applicationInUse']);
    expect((await admin.delete(`/applications/${till}`)).status).toBe(204);
    expect(refusal(await admin.put(`/tree/${shop}/parent`, { parent: null }))).toEqual([
      409,
      'treeLevelFixed',
    ]);
    await cluster.kubectl('delete', 'namespace', ns, '--wait=false');
  });
});

describe('an application', () => {
  test('says what a change does to each instance, and changes those that are chosen', async () => {
    const shop = await project('shares');
    const ns = `${namespace}-shares`;
    const { body: place } = await open(shop, ns);
    const cart = await application(shop, 'cart', {
      config: { mountPath: '/site', files: { 'index.html': '<h1>cart</h1>' } },
    });
    const body = { namespaceId: place.id, spec: { image, replicas: 0 } };
    const made = await Promise.all(
      ['one', 'two'].map((name) => admin.post(`/applications/${cart}/instances`, { ...body, name })),
    );
    expect(made.map(({ status, body: answer }) => [status, answer.error])).toEqual([
      [201, null],
      [201, null],
    ]);
    const [one = '', two = ''] = made.map((answer) => answer.body.id as string);
    const { spec: given } = (await admin.get(`/applications/${cart}`)).body;
    const louder = { ...given, container: { ...spec.container, env: [{ name: 'LEVEL', value: 'debug' }] } };
    const { body: plan } = await admin.post(`/applications/${cart}/plan`, { spec: louder });
    expect(plan.problems).toEqual([]);
    expect(plan.instances.map(({ restarts }: { restarts: boolean }) => restarts)).toEqual([true, true]);
    const updated = await admin.put(`/applications/${cart}`, { spec: louder, version: 1, rollOut: [one] });
    expect(updated.body.version).toBe(2);
    const versions = async (id: string) => (await admin.get(`/applications/${cart}/instances/${id}`)).body;
    expect((await versions(one)).applicationVersion).toBe(2);
    expect((await versions(two)).applicationVersion).toBe(1);

    const secret = 'canary-of-a-secret';
    const { body: kept } = await admin.patch(`/applications/${cart}/secrets`, { secrets: { TOKEN: secret } });
    expect(kept.secrets).toEqual(['TOKEN']);
    await expect
      .poll(async () => cluster.kubectl('get', 'secrets', '-n', ns, '-o', 'jsonpath={.items[*].data.TOKEN}'))
      .toBe(Buffer.from(secret).toString('base64'));
    const texts = await Promise.all([
      admin.get(`/applications/${cart}`),
      admin.get(`/applications/${cart}/instances/${one}`),
      admin.get(`/applications/${cart}/instances/${one}/manifests`),
      admin.post(`/applications/${cart}/plan`, { spec: louder }),
    ]);
    expect(texts[2]?.body.yaml).toContain('<h1>cart</h1>');
    const encoded = Buffer.from(secret).toString('base64');
    for (const text of texts.map((answer) => JSON.stringify(answer.body)))
      expect([text.includes(secret), text.includes(encoded)]).toEqual([false, false]);
    await cluster.kubectl('delete', 'namespace', ns, '--wait=false');
  });
});
