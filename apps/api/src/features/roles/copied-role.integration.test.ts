import { afterAll, beforeAll, expect, test } from 'vitest';
import { startResourceWorld, type ResourceWorld } from '../resources/testing/resource-world.ts';

const namespace = 'copied-role';
let world: ResourceWorld;

beforeAll(async () => {
  world = await startResourceWorld(namespace);
});
afterAll(() => world?.stop());

async function admin(method: 'post' | 'put', path: string, body?: object) {
  const answer = await world.api.admin[method](path, body);
  expect([path, answer.status < 300]).toEqual([path, true]);
  return answer.body;
}

test('a copy of developer without shells and with ConfigMaps: a group’s member has exactly that, in one namespace', async () => {
  const { policies, menus } = (await world.api.admin.get('/roles/developer')).body;
  const kept = policies.filter(({ object }: { object: string }) => object !== 'k8s/core/pods/exec');
  const all = { object: 'k8s/core/configmaps', action: 'All' };
  const copy = [...kept.filter(({ object }: { object: string }) => object !== all.object), all];
  await admin('post', '/roles', { name: 'shop-developer', description: '', policies: copy, menus });
  await admin('post', '/groups', { name: 'shop', displayName: 'Shop' });
  const member = await world.api.signUp('shopper');
  await admin('put', '/groups/shop/members/shopper');
  const group = { kind: 'group', group: 'shop' };
  const scope = { kind: 'namespace', cluster: 'here', namespace };
  await admin('post', '/grants', { subject: group, role: 'shop-developer', scope });

  const place = { cluster: 'here', namespace, pod: 'web-0', container: 'main' };
  expect((await member.post('/tickets', { purpose: 'exec', ...place })).status).toBe(403);
  expect((await member.post('/tickets', { purpose: 'log', ...place })).status).toBe(201);
  const path = `/clusters/here/k8s/core/configmaps/${namespace}`;
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'mine' }, data: { a: '1' } };
  // `All` covers every action on it
  expect((await member.post(path, { object })).status).toBe(201);
  const patch = { type: 'merge', patch: { data: { a: '2' } } };
  const read = (await member.get(`${path}/mine`)).body.object;
  const { resourceVersion } = read.metadata;
  expect((await member.patch(`${path}/mine`, { ...patch, resourceVersion })).status).toBe(200);
  expect(
    (await member.post(`${path}/mine/actions/label`, { parameters: { set: { tier: 'web' } } })).status,
  ).toBe(200);
  expect((await member.post(`${path}/mine/actions/delete`, { parameters: {} })).status).toBe(200);
  // and nothing beyond
  for (const other of [
    `/clusters/here/k8s/core/configmaps/default/kube-root-ca.crt`,
    `/clusters/here/k8s/core/secrets?namespace=${namespace}`,
    '/clusters/here/k8s/core/nodes',
    '/users',
    '/roles',
  ])
    expect([other, (await member.get(other)).status]).toEqual([other, 403]);
  const service = { ...object, kind: 'Service', spec: { ports: [{ port: 80 }] } };
  const services = `/clusters/here/k8s/core/services/${namespace}`;
  expect((await member.post(services, { object: service })).status).toBe(403);
  const { body: me } = await member.get('/auth/me');
  const keys = JSON.stringify(me.menus);
  expect(['pods', 'configmaps'].every((key) => keys.includes(`"${key}"`))).toBe(true);
  expect(['nodes', 'secrets', 'users'].some((key) => keys.includes(`"${key}"`))).toBe(false);
});
