import type { LocalCluster } from '@pilothouse/control-plane';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { databaseContent } from '../../testing/database-content.ts';
import { startTestApi, type TestApi } from '../../testing/test-api.ts';
import type { TestAnswer, TestClient } from '../../testing/test-client.ts';

const namespace = `registries-${Date.now().toString(36)}`;
const image = 'registry.example.com:5000/shop/cart:1';
const password = 'canary-p"ä$s:word-7d1f';
const newer = 'canary-newer-2b90';
const ofCluster = 'canary-of-cluster-c3a8';

let api: TestApi;
let admin: TestClient;
let cluster: LocalCluster;
let project: string;
let cart: string;
let instance: string;
let cronJob: string;
let log = '';
const answers: TestAnswer[] = [];

const noted = async (answer: Promise<TestAnswer>): Promise<TestAnswer> => {
  answers.push(await answer);
  return answer;
};
const refusal = ({ status, body }: TestAnswer) => [status, body.error?.code];
const registries = () => `/projects/${project}/registries`;
const base64 = (text: string) => Buffer.from(text).toString('base64');

beforeAll(async () => {
  cluster = await sharedTestCluster();
  const stream = { write: (line: string) => void (log += line) };
  api = await startTestApi({
    config: { allowLoopbackClusters: true },
    log: pino({ level: 'trace' }, stream),
  });
  admin = api.admin;
  await admin.post('/clusters', { name: 'quay', kubeconfig: cluster.kubeconfig });
  const node = async (parent: string | null, name: string) =>
    (await admin.post('/tree', { parent, name, displayName: name })).body.id as string;
  project = await node(await node(await node(null, 'pulls'), 'games'), 'shop');
  const place = { cluster: 'quay', namespace, create: true };
  const { body: open } = await admin.post(`/projects/${project}/namespaces`, place);
  const shop = { name: 'cart', displayName: 'Cart', spec: { container: {} } };
  cart = (await admin.post(`/projects/${project}/applications`, shop)).body.id;
  const main = { name: 'main', namespaceId: open.id, spec: { image, replicas: 0 } };
  instance = (await admin.post(`/applications/${cart}/instances`, main)).body.id;
  const nightly = { name: 'nightly', namespaceId: open.id, spec: { image, schedule: '0 3 1 1 *' } };
  cronJob = (await admin.post(`/projects/${project}/cronjobs`, nightly)).body.id;
});
afterAll(async () => {
  await cluster?.kubectl('delete', 'namespace', namespace, '--wait=false', '--ignore-not-found');
  await api?.stop();
});

const inCluster = async (kind: string, name: string) =>
  JSON.parse(
    (await cluster.kubectl('get', kind, name, '-n', namespace, '-o', 'json', '--ignore-not-found')) || 'null',
  );
/** What a pull secret says. */
async function auths(owner: string): Promise<Record<string, { username: string; password: string }> | null> {
  const secret = await inCluster('secret', `registry-${owner}`);
  if (secret === null) return null;
  expect(secret.type).toBe('kubernetes.io/dockerconfigjson');
  return JSON.parse(Buffer.from(secret.data['.dockerconfigjson'], 'base64').toString('utf8')).auths;
}
const pullSecrets = async () => {
  const [deployment, cron] = [
    await inCluster('deployment', 'cart-main'),
    await inCluster('cronjob', 'nightly'),
  ];
  return [
    deployment?.spec.template.spec.imagePullSecrets ?? [],
    cron?.spec.jobTemplate.spec.template.spec.imagePullSecrets ?? [],
  ];
};

test('a credential is written to each namespace where something of the project runs, and its Pods pull with it', async () => {
  const body = { host: 'registry.example.com:5000', username: 'tiger', password };
  const added = await noted(admin.post(registries(), body));
  expect(added).toMatchObject({ status: 201, body: { host: body.host, username: 'tiger', cluster: null } });
  await expect.poll(pullSecrets).toEqual([[{ name: `registry-${cart}` }], [{ name: `registry-${cronJob}` }]]);
  const entry = { username: 'tiger', password, auth: base64(`tiger:${password}`) };
  await expect.poll(() => auths(cart)).toEqual({ 'registry.example.com:5000': entry });
  await expect.poll(() => auths(cronJob)).toEqual({ 'registry.example.com:5000': entry });
  expect(refusal(await noted(admin.post(registries(), body)))).toEqual([409, 'conflict']);
});

test('another password reaches the clusters, and restarts nothing', async () => {
  const template = async () => (await inCluster('deployment', 'cart-main')).spec.template;
  const before = await template();
  const [{ id }] = (await noted(admin.get(registries()))).body.registries;
  const changed = await noted(admin.put(`${registries()}/${id}`, { username: 'lion', password: newer }));
  expect(changed).toMatchObject({ status: 200, body: { username: 'lion' } });
  const entry = { username: 'lion', password: newer, auth: base64(`lion:${newer}`) };
  await expect.poll(() => auths(cart)).toEqual({ 'registry.example.com:5000': entry });
  await expect.poll(() => auths(cronJob)).toEqual({ 'registry.example.com:5000': entry });
  expect(await template()).toEqual(before);
});

test('what a cluster has for a host goes before what holds everywhere; only a cluster of the project has any', async () => {
  const own = { host: 'registry.example.com:5000', username: 'eagle', password: ofCluster };
  const foreign = await noted(admin.post(registries(), { ...own, cluster: 'absent' }));
  expect([...refusal(foreign), foreign.body.error.field]).toEqual([400, 'invalidField', 'body.cluster']);
  const { body } = await noted(admin.post(registries(), { ...own, cluster: 'quay' }));
  expect(body.cluster).toBe('quay');
  await expect.poll(async () => (await auths(cart))?.[own.host]?.username).toBe('eagle');
  expect((await noted(admin.delete(`${registries()}/${body.id}`))).status).toBe(204);
  await expect.poll(async () => (await auths(cart))?.[own.host]?.username).toBe('lion');
});

test('it is its project’s: another’s is unknown there, and a developer sees none', async () => {
  const [{ id }] = (await admin.get(registries())).body.registries;
  const other = (await admin.post('/tree', { parent: null, name: 'other', displayName: 'other' })).body.id;
  expect((await admin.delete(`/projects/${other}/registries/${id}`)).status).toBe(404);
  const developer = await api.signUp('pulls-developer', [
    { role: 'developer', scope: { kind: 'tree', node: project } },
  ]);
  expect(refusal(await developer.get(registries()))).toEqual([403, 'forbidden']);
});

test('no password is anywhere in clear but in the cluster', async () => {
  const one = `/applications/${cart}/instances/${instance}`;
  await noted(admin.get(one));
  await noted(admin.get(`${one}/manifests`));
  await noted(admin.get(`/projects/${project}/cronjobs/${cronJob}`));
  const spec = { image, schedule: '0 4 1 1 *' };
  const plan = await noted(
    admin.post(`/projects/${project}/cronjobs/plan`, {
      name: 'nightly',
      cronJob,
      spec,
      namespaceId: (await admin.get(`/projects/${project}`)).body.openNamespaces[0].id,
    }),
  );
  expect(plan.body.changes.map(({ kind }: { kind: string }) => kind)).toEqual(['Secret', 'CronJob']);
  // somebody writes into the pull secret: what differs is told without the values
  const patch = JSON.stringify({ stringData: { '.dockerconfigjson': '{"auths":{}}' } });
  await cluster.kubectl('patch', 'secret', `registry-${cronJob}`, '-n', namespace, '-p', patch);
  const places: Record<string, string> = {
    answers: JSON.stringify(answers.map(({ body }) => body as unknown)),
    log,
    audit: JSON.stringify((await admin.get('/audit?pageSize=500')).body),
    database: await databaseContent(api.database.url),
  };
  const { data } = await inCluster('secret', `registry-${cart}`);
  const forms = [password, newer, ofCluster].flatMap((canary) => [
    canary,
    JSON.stringify(canary).slice(1, -1),
    base64(canary).replace(/=+$/, ''),
    Buffer.from(canary).toString('hex'),
  ]);
  for (const [place, text] of Object.entries(places)) {
    expect([place, text.length > 1000]).toEqual([place, true]);
    for (const form of [...forms, data['.dockerconfigjson'], base64(`lion:${newer}`)])
      expect([place, form, text.includes(form)]).toEqual([place, form, false]);
  }
});

test('without it the pull secrets go, and nothing names them', async () => {
  const [{ id }] = (await admin.get(registries())).body.registries;
  expect((await admin.delete(`${registries()}/${id}`)).status).toBe(204);
  await expect.poll(pullSecrets).toEqual([[], []]);
  await expect.poll(() => auths(cart)).toBeNull();
});
