import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRole } from '../../testing/create-role.ts';
import { databaseContent } from '../../testing/database-content.ts';
import type { TestAnswer, TestClient } from '../../testing/test-client.ts';
import { openStream } from '../../ws/testing/stream-client.ts';
import { startResourceWorld, type ResourceWorld } from './testing/resource-world.ts';

const namespace = 'secrets-test';
const door = '/clusters/here/k8s';
const secrets = `${door}/core/secrets/${namespace}`;
const metricsToken = 'metrics-token-of-the-test';
const base64 = (text: string) => Buffer.from(text).toString('base64');
const canaries = ['canary-one-4c1e', 'canary-two-88fa', 'canary-three-b07d'] as const;
const [first, second, third] = canaries;

let world: ResourceWorld;
let admin: TestClient;
/** May do everything to Secrets but see their values. */
let keeper: TestClient;
let log = '';
/** Every answer that nobody asked `reveal` for. */
const answers: TestAnswer[] = [];

beforeAll(async () => {
  const stream = { write: (line: string) => void (log += line) };
  world = await startResourceWorld(namespace, {
    config: { metricsToken },
    log: pino({ level: 'trace' }, stream),
  });
  admin = world.api.admin;
  const clusterScope = { kind: 'cluster' as const, cluster: 'here' };
  const verbs = ['get', 'list', 'create', 'update', 'patch', 'delete'];
  await createRole(
    world.api,
    'secret-keeper',
    verbs.map((verb) => `k8s/core/secrets ${verb}`),
  );
  keeper = await world.api.signUp('keeper', [{ role: 'secret-keeper', scope: clusterScope }]);
});
afterAll(() => world?.stop());

function noted(answer: TestAnswer): TestAnswer {
  answers.push(answer);
  return answer;
}
const errorOf = ({ status, body }: TestAnswer) => [status, body.error?.code, body.error?.field];

/** The values as the cluster has them, decoded. */
async function valuesOf(name: string): Promise<Record<string, string>> {
  const text = await world.cluster.kubectl('get', 'secret', name, '-n', namespace, '-o', 'json');
  const { data = {} } = JSON.parse(text) as { data?: Record<string, string> };
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  );
}

const secret = (name: string, data: Record<string, string>, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  data,
  ...more,
});

/** Made by kubectl, so that all of it is in an annotation as well. */
async function applied(name: string, data: Record<string, string>): Promise<void> {
  await world.cluster.apply(JSON.stringify({ ...secret(name, data), metadata: { name, namespace } }));
}

describe('a value is in no answer', () => {
  test('read, live, listed', async () => {
    await applied('read', { a: base64(first), b: base64('x') });
    const { body } = noted(await keeper.get(`${secrets}/read`));
    expect(body.object.data).toEqual({ a: `masked:${first.length}`, b: 'masked:1' });
    expect(body.object.metadata.annotations).toBeUndefined();
    const stream = await openStream(keeper, 'live');
    const params = { cluster: 'here', group: 'core', plural: 'secrets', namespace, name: 'read' };
    stream.say({ type: 'subscribe', id: 1, endpoint: 'resources.get', params });
    await expect.poll(() => stream.of('snapshot').length).toBe(1);
    await applied('read', { a: base64(second) });
    await expect.poll(() => stream.of('snapshot').length).toBe(2);
    expect(stream.of('snapshot')[1]?.data.object.data).toEqual({ a: `masked:${second.length}` });
    answers.push({ status: 200, headers: new Headers(), body: stream.messages });
    stream.socket.terminate();
    noted(await keeper.get(`${door}/core/secrets?namespace=${namespace}`));
  });

  test('created, in both forms, and tried out', async () => {
    const object = secret('made', { a: base64(first) }, { stringData: { b: second } });
    const tried = noted(await keeper.post(`${secrets}?dryRun=true`, { object }));
    expect(tried.body.object.data).toMatchObject({ a: `masked:${first.length}` });
    const made = noted(await keeper.post(secrets, { object }));
    expect(made.body.object.data).toEqual({ a: `masked:${first.length}`, b: `masked:${second.length}` });
    expect(await valuesOf('made')).toEqual({ a: first, b: second });
  });

  test('labelled, annotated, deleted by actions', async () => {
    await applied('acted', { a: base64(first) });
    const finalizers = { metadata: { finalizers: ['example.com/keep'] } };
    const patch = (body: object) => ['patch', 'secret', 'acted', '-n', namespace, '-p', JSON.stringify(body)];
    await world.cluster.kubectl(...patch(finalizers));
    const act = (action: string, parameters: object = {}) =>
      keeper.post(`${secrets}/acted/actions/${action}`, { parameters });
    for (const answer of [
      await act('label', { set: { tier: 'x' } }),
      await act('label', { set: { tier: 'x' } }),
      await act('annotate', { set: { note: 'x' } }),
      await act('annotate', { set: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' } }),
      await act('delete'),
    ]) {
      expect(noted(answer).status).toBe(200);
      expect(answer.body.object.data).toEqual({ a: `masked:${first.length}` });
    }
    await world.cluster.kubectl(...patch({ metadata: { finalizers: null } }));
  });

  test('listed live, tried as every write, held against what changed meanwhile, in its history', async () => {
    await applied('whole', { a: base64(first) });
    const stream = await openStream(keeper, 'live');
    const params = { cluster: 'here', group: 'core', plural: 'secrets' };
    const query = { namespace: [namespace], q: 'whole' };
    stream.say({ type: 'subscribe', id: 1, endpoint: 'resources.list', params, query });
    await expect.poll(() => JSON.stringify(stream.of('snapshot'))).toContain('"whole"');

    const url = `${secrets}/whole`;
    const { object } = (await keeper.get(url)).body;
    const { resourceVersion } = object.metadata;
    const patch = { type: 'merge', patch: { data: { b: base64(second) } }, resourceVersion };
    const replaced = { object: { ...object, data: { a: base64(third) } } };
    const declared = { type: 'apply', object: secret('whole', { c: base64(third) }), force: true };
    for (const query of ['?dryRun=true', '']) {
      expect(noted(await keeper.patch(url + query, patch)).body.object.data.b).toMatch(/^masked:/);
      const answer = noted(await keeper.put(url + query, replaced));
      // the patch was first
      if (query === '') expect(errorOf(answer)).toEqual([409, 'changedMeanwhile', undefined]);
      else expect(answer.body.object.data).toEqual({ a: `masked:${third.length}` });
      expect(noted(await keeper.patch(url + query, declared)).body.object.data.c).toMatch(/^masked:/);
    }
    expect(await valuesOf('whole')).toEqual({ a: first, b: second, c: third });

    const { items } = noted(await keeper.get(`${url}/history`)).body;
    expect(items.map(({ verb }: { verb: string }) => verb)).toEqual(['apply', 'patch']);
    for (const { id } of items) {
      const { after } = noted(await keeper.get(`${url}/history/${id}`)).body;
      expect(after.data.b).toMatch(/^hmac-sha256:/);
      expect(errorOf(noted(await keeper.get(`${url}/history/${id}/restore`)))[1]).toBe('secretNotRestorable');
    }
    answers.push({ status: 200, headers: new Headers(), body: stream.messages });
    stream.socket.terminate();
  });

  test('in what the cluster says against it', async () => {
    await applied('refused', { a: base64(first) });
    const { body } = await keeper.get(`${secrets}/refused`);
    const { resourceVersion } = body.object.metadata;
    const url = `${secrets}/refused`;
    const refused = [
      noted(await keeper.patch(url, { type: 'merge', patch: { foo: 1 }, resourceVersion })),
      noted(await keeper.patch(url, { type: 'merge', patch: { data: { a: second } }, resourceVersion })),
      noted(
        await keeper.patch(url, { type: 'apply', object: secret('refused', { a: 5 as never, b: third }) }),
      ),
      noted(await keeper.patch(url, { type: 'apply', object: secret('refused', { a: third }), force: true })),
      noted(await keeper.post(secrets, { object: secret('x', { a: third }) })),
    ];
    for (const answer of refused) expect(errorOf(answer)).toEqual([422, 'clusterInvalid', undefined]);
    expect(refused[0]?.body.error.fields).toEqual([
      { field: 'foo', code: 'UnknownField', message: 'unknown field …' },
    ]);
    const conflict = noted(
      await keeper.patch(url, { type: 'apply', object: secret('refused', { a: base64(third) }) }),
    );
    expect(errorOf(conflict)).toEqual([409, 'applyConflict', undefined]);
    expect(conflict.body.error.conflicts[0].field).toBe('.data.a');
  });
});

describe('a masked value sent back means unchanged', () => {
  const url = `${secrets}/kept`;
  let read: { metadata: { resourceVersion: string; annotations?: object }; data: Record<string, string> };
  beforeAll(async () => {
    await applied('kept', { a: base64(first), b: base64(second), c: base64('gone') });
    await reread();
  });
  async function reread() {
    read = (await keeper.get(url)).body.object;
  }

  test('replaced: the rest is as it was, the annotation of kubectl too', async () => {
    const { c: _gone, ...data } = read.data;
    const object = { ...read, data: { ...data, b: base64(third), d: base64('new') } };
    const answer = noted(await keeper.put(url, { object }));
    expect(answer.status).toBe(200);
    expect(await valuesOf('kept')).toEqual({ a: first, b: third, d: 'new' });
    const text = await world.cluster.kubectl('get', 'secret', 'kept', '-n', namespace, '-o', 'yaml');
    expect(text).toContain('last-applied-configuration');
    const late = noted(await keeper.put(url, { object }));
    expect(errorOf(late)).toEqual([409, 'changedMeanwhile', undefined]);
  });

  test.each(['merge', 'strategic', 'json'])('patched (%s)', async (type) => {
    await reread();
    const data = { ...read.data, d: base64(type) };
    const operations = [
      { op: 'replace', path: '/data', value: data },
      { op: 'replace', path: '/data/a', value: read.data['a'] },
    ];
    const { resourceVersion } = read.metadata;
    const patch = type === 'json' ? operations : { data };
    const answer = noted(await keeper.patch(url, { type, patch, resourceVersion }));
    expect(answer.status).toBe(200);
    expect(await valuesOf('kept')).toEqual({ a: first, b: third, d: type });
  });

  test('applied', async () => {
    const object = secret('kept', { a: read.data['a'] ?? '' });
    const answer = noted(await keeper.patch(url, { type: 'apply', object }));
    expect(answer.status).toBe(200);
    expect((await valuesOf('kept'))['a']).toBe(first);
  });

  test('of a key that is not there it stands for nothing, whatever the call', async () => {
    await reread();
    const { resourceVersion } = read.metadata;
    const renamed = { ...read, data: { renamed: read.data['a'] } };
    const nothing = { renamed: read.data['a'] };
    const op = { op: 'add', path: '/data/renamed', value: read.data['a'] };
    const calls: [Promise<TestAnswer>, string][] = [
      [keeper.put(url, { object: renamed }), 'body.object.data.renamed'],
      [
        keeper.patch(url, { type: 'merge', patch: { data: nothing }, resourceVersion }),
        'body.patch.data.renamed',
      ],
      [keeper.patch(url, { type: 'json', patch: [op], resourceVersion }), 'body.patch.0.value'],
      [keeper.post(secrets, { object: secret('new', nothing as never) }), 'body.object.data.renamed'],
    ];
    for (const [call, field] of calls)
      expect(errorOf(noted(await call))).toEqual([400, 'invalidField', field]);
  });

  test.each([
    { op: 'test', path: '/data/a', value: base64(first) },
    { op: 'copy', from: '/data/a', path: '/metadata/labels' },
    { op: 'move', from: '/data', path: '/metadata/annotations' },
  ])('no patch tells of a value or carries it where it is shown: $op', async (op) => {
    const { resourceVersion } = (await keeper.get(url)).body.object.metadata;
    const answer = noted(await keeper.patch(url, { type: 'json', patch: [op], resourceVersion }));
    expect(errorOf(answer)).toEqual([400, 'invalidField', 'body.patch.0.op']);
  });
});

describe('reveal', () => {
  const url = `${secrets}/shown/actions/reveal`;
  beforeAll(() => applied('shown', { a: base64(first), b: base64(second) }));

  test('needs its right, whatever else one may do', async () => {
    const answer = noted(await keeper.post(url, {}));
    expect(errorOf(answer)).toEqual([403, 'forbidden', undefined]);
    expect(answer.body.error.params).toMatchObject({ object: 'k8s/core/secrets/value', action: 'get' });
  });

  test('shows all, or the keys that were asked for, and is in the audit log', async () => {
    const all = await admin.post(url, {});
    expect(all.body.object.data).toEqual({ a: base64(first), b: base64(second) });
    expect(all.body.object.metadata.annotations).toBeUndefined();
    const one = await admin.post(url, { parameters: { keys: ['b', 'no-such'] } });
    expect(one.body.object.data).toEqual({ a: `masked:${first.length}`, b: base64(second) });
    const { body } = await admin.get('/audit?code=resource.action&pageSize=2');
    expect(body.items).toMatchObject([
      { name: 'shown', params: { action: 'reveal', keys: 'b, no-such' } },
      { name: 'shown', params: { action: 'reveal', keys: '*' } },
    ]);
  });

  test('is of Secrets only', async () => {
    const answer = await admin.post(`${door}/core/configmaps/${namespace}/x/actions/reveal`, {});
    expect(errorOf(answer)).toEqual([404, 'unknownAction', undefined]);
  });
});

test('a Secret’s value is nowhere: answers, log, metrics, database', async () => {
  const forms = canaries.flatMap((canary) => [
    canary,
    base64(canary),
    base64(canary).replace(/=+$/, ''),
    Buffer.from(canary).toString('hex'),
  ]);
  const metrics = await fetch(`${world.api.url}/metrics`, {
    headers: { authorization: `Bearer ${metricsToken}` },
  });
  expect(metrics.status).toBe(200);
  const places: Record<string, string> = {
    answers: JSON.stringify(answers.map(({ body }) => body as unknown)),
    log,
    metrics: await metrics.text(),
    audit: JSON.stringify((await admin.get('/audit?pageSize=500')).body),
    database: await databaseContent(world.api.database.url),
  };
  for (const [place, text] of Object.entries(places)) {
    expect([place, text.length > 1000]).toEqual([place, true]);
    for (const form of forms) expect([place, text.includes(form)]).toEqual([place, false]);
  }
});
