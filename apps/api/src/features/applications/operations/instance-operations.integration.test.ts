import { expect, test } from 'vitest';
import type { TestClient } from '../../../testing/test-client.ts';
import { ApplicationWorld } from '../testing/application-world.ts';

const world = new ApplicationWorld('batch');

const names = ['one', 'two', 'three'];
const kubectlJson = async (...args: string[]) =>
  JSON.parse(await world.cluster.kubectl(...args, '-o', 'json')) as {
    items: { spec: { template: { spec: { containers: { image: string }[] } } } }[];
  };

async function cartWith(company: string, instances: readonly { name: string; spec?: object }[]) {
  const { project, namespaceId, namespace } = await world.project(company);
  const cart = await world.application(project, 'cart', {
    container: { env: [{ name: 'LEVEL', value: 'info' }] },
  });
  const ids: string[] = [];
  for (const { name, spec } of instances) ids.push(await world.instance(cart, namespaceId, name, spec));
  return { project, cart, ids, namespace };
}

test('many are changed as one operation, each with its result, and twice changes nothing', async () => {
  const { cart, ids, namespace } = await cartWith(
    'many',
    names.map((name) => ({ name })),
  );
  const batch = async (change: object, more: object = {}) => {
    const body = { instances: ids, change, ...more };
    const { status, body: answer } = await world.admin.post(`/applications/${cart}/instances/batch`, body);
    expect([status, answer.error]).toEqual([202, undefined]);
    return world.ended(answer.operation);
  };
  const all = (state: string, code: string) => names.map(() => [state, code]);
  const image = 'registry.local/pilothouse/web:2';
  const set = { action: 'setImage', image, reason: 'new' };
  expect(await batch(set, { rolledOut: true })).toEqual({
    state: 'succeeded',
    items: all('succeeded', 'done'),
  });
  const templates = async () =>
    (await kubectlJson('get', 'deployments', '-n', namespace)).items.map(({ spec }) => spec.template);
  expect((await templates()).map(({ spec }) => spec.containers[0]?.image)).toEqual([image, image, image]);
  for (const id of ids) expect((await world.phase(cart, id, 'running')).version).toBe(2);
  expect((await batch(set)).items).toEqual(all('skipped', 'alreadySo'));

  const before = JSON.stringify(await templates());
  expect((await batch({ action: 'restart' })).items).toEqual(all('succeeded', 'done'));
  expect(JSON.stringify(await templates())).not.toBe(before);
  expect((await batch({ action: 'scale', replicas: 0 })).state).toBe('succeeded');
  const { items: rows } = (await world.admin.get('/audit?q=many.games.shop.cart/two&pageSize=50')).body;
  const codes = rows.map(({ code }: { code: string }) => code);
  for (const code of ['instance.setImage', 'instance.restart', 'instance.scale'])
    expect(codes).toContain(code);

  expect((await batch({ action: 'delete' })).items).toEqual(all('succeeded', 'done'));
  expect((await kubectlJson('get', 'deployments', '-n', namespace)).items).toEqual([]);
  expect((await world.admin.get(`/applications/${cart}`)).body.instances).toBe(0);
});

test('who may restart may restart many, and no more; another application’s instance is unknown', async () => {
  const { project, cart, ids } = await cartWith('rights', [{ name: 'one', spec: { replicas: 0 } }]);
  const till = await world.application(project, 'till');
  const developer = await world.api.signUp('rights-developer');
  await world.admin.put(`/tree/${cart}/owners`, {
    operations: [],
    development: [],
    developer: [{ kind: 'user', user: 'rights-developer' }],
  });
  const batch = (application: string, change: object, client: TestClient = developer) =>
    client.post(`/applications/${application}/instances/batch`, { instances: ids, change });
  const restarted = await batch(cart, { action: 'restart' });
  expect(restarted.status).toBe(202);
  expect((await world.ended(restarted.body.operation, developer)).state).toBe('succeeded');
  expect((await batch(cart, { action: 'delete' })).status).toBe(403);
  expect((await batch(till, { action: 'restart' })).status).toBe(403);
  const foreign = await batch(till, { action: 'restart' }, world.admin);
  expect([foreign.status, foreign.body.error.field]).toEqual([400, 'body.instances.0']);
});

test('a cancel leaves what is written, and does not begin the rest', async () => {
  const nowhere = { overrides: { pod: { nodeSelector: { type: 'nowhere' } } } };
  const { cart, ids } = await cartWith(
    'cancels',
    names.map((name) => ({ name, spec: nowhere })),
  );
  const change = { action: 'setImage', image: 'registry.local/pilothouse/web:3' };
  const body = { instances: ids, change, rolledOut: true };
  const { operation } = (await world.admin.post(`/applications/${cart}/instances/batch`, body)).body;
  for (const id of ids)
    await expect
      .poll(async () => (await world.admin.get(`/applications/${cart}/instances/${id}`)).body.appliedVersion)
      .toBe(2);
  await world.admin.post(`/operations/${operation}/cancel`, {});
  expect(await world.ended(operation)).toEqual({
    state: 'cancelled',
    items: names.map(() => ['cancelled', 'notAwaited']),
  });
});

test('a roll-out stops at the first that does not become ready; the rest stays, and it goes on from there', async () => {
  const nowhere = { overrides: { pod: { nodeSelector: { type: 'nowhere' } } } };
  const { cart, ids } = await cartWith('stages', [{ name: 'one' }, { name: 'two' }, { name: 'three' }]);
  const [one = '', two = '', three = ''] = ids;
  for (const id of ids) await world.phase(cart, id, 'running');
  const at = (id: string) => `/applications/${cart}/instances/${id}`;
  const { spec } = (await world.admin.get(at(two))).body;
  await world.admin.put(at(two), { spec: { ...spec, ...nowhere }, version: 1 });

  const louder = { container: { env: [{ name: 'LEVEL', value: 'debug' }] } };
  const saved = await world.admin.put(`/applications/${cart}`, { spec: louder, version: 1, rollOut: [] });
  expect(saved.body.version).toBe(2);
  const rollOut = { version: 2, instances: ids, deadlineSeconds: 10, reason: 'louder' };
  expect((await world.admin.post(`/applications/${cart}/rollouts`, { ...rollOut, version: 3 })).status).toBe(
    404,
  );
  const { body } = await world.admin.post(`/applications/${cart}/rollouts`, rollOut);
  const { state, items } = await world.ended(body.operation);
  expect([state, items.map(([each]) => each)]).toEqual(['failed', ['succeeded', 'failed', 'skipped']]);
  expect(items[2]).toEqual(['skipped', 'earlierStepFailed']);
  const taken = async (id: string) => (await world.admin.get(at(id))).body.applicationVersion;
  expect(await Promise.all([one, two, three].map(taken))).toEqual([2, 2, 1]);

  const { version } = (await world.admin.get(at(two))).body;
  await world.admin.put(at(two), { spec, version });
  const again = await world.admin.post(`/operations/${body.operation}/retry`, {});
  expect(await world.ended(again.body.id)).toEqual({
    state: 'succeeded',
    items: [
      ['succeeded', 'tookOver'],
      ['succeeded', 'tookOver'],
    ],
  });
  expect(await taken(three)).toBe(2);
});
