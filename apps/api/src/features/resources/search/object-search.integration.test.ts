import { limitedKubeconfig } from '@pilothouse/control-plane';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRole } from '../../../testing/create-role.ts';
import { deadKubeconfig } from '../../../testing/kubeconfig.ts';
import type { TestClient } from '../../../testing/test-client.ts';
import { createNamespace, startResourceWorld, type ResourceWorld } from '../testing/resource-world.ts';
import { mostOfKind } from './object-search.ts';

const namespace = 'search-test';
const other = 'search-other';
let world: ResourceWorld;

beforeAll(async () => {
  world = await startResourceWorld(namespace);
  await createNamespace(world.cluster, other);
  for (const place of [namespace, other])
    await world.cluster.kubectl('create', 'configmap', 'sought-settings', '-n', place);
  for (let index = 0; index <= mostOfKind; index++)
    await world.cluster.kubectl('create', 'configmap', `sought-${index}`, '-n', namespace);
  await world.cluster.kubectl('create', 'secret', 'generic', 'sought-settings', '-n', namespace);
  // other files share the cluster: what is asked by this account is asked by this platform
  const rules = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];
  await world.register(
    'own',
    await limitedKubeconfig(world.cluster, { namespace, name: 'seeker', rules, clusterWide: true }),
  );
  await createRole(world.api, 'configmaps-only', ['k8s/core/configmaps list']);
  await createRole(world.api, 'pods-only', ['k8s/core/pods list']);
});
afterAll(async () => {
  await world?.stop();
  await world?.cluster.kubectl('delete', 'namespace', other, '--wait=false');
});

const scope = { kind: 'namespace', cluster: 'here', namespace } as const;
const search = async (user: TestClient, query: Record<string, string>) => {
  const { status, body } = await user.get(`/search/objects?${new URLSearchParams(query)}`);
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body;
};
/** What was found, as `cluster kind namespace/name`. */
const found = async (user: TestClient, query: Record<string, string>): Promise<string[]> =>
  (await search(user, query)).found.flatMap(
    ({ cluster, plural, items }: { cluster: string; plural: string; items: Record<string, string>[] }) =>
      items.map((item) => `${cluster} ${plural} ${item['namespace'] ?? ''}/${item['name']}`),
  );

test('of lists that are held names are found as far as their reader may list them, without asking the cluster', async () => {
  const { admin } = world.api;
  const within = { kind: 'namespace', cluster: 'own', namespace } as const;
  const mine = await world.api.signUp('mine', [{ role: 'configmaps-only', scope: within }]);
  const pods = await world.api.signUp('pods', [{ role: 'pods-only', scope: within }]);
  const q = 'sought-settings';
  expect(await found(admin, { q })).toEqual([]);
  const state = async () => (await admin.get('/clusters/own/k8s/core/configmaps')).body.state;
  await expect.poll(state).toBe('live');

  const audited = await world.auditedFromNow();
  const asked = async () =>
    (await audited()).filter(
      ({ user, requestURI }) => user.username.endsWith(':seeker') && requestURI.includes('configmaps'),
    );
  const both = [namespace, other].map((place) => `own configmaps ${place}/${q}`);
  expect(await found(admin, { q })).toEqual(expect.arrayContaining(both));
  expect(await found(admin, { q: `config ${other} settings` })).toEqual([both[1]]);
  expect(await found(mine, { q })).toEqual([both[0]]);
  expect(await found(pods, { q })).toEqual([]);
  // what comes after them is in the cluster's log
  await admin.get(`/clusters/own/k8s/core/configmaps/${namespace}/${q}`);
  await expect.poll(async () => (await asked()).map(({ verb }) => verb)).toContain('get');
  expect((await asked()).map(({ verb }) => verb)).toEqual(['get']);

  const { found: kinds } = await search(mine, { q: 'sought' });
  expect(kinds).toEqual([expect.objectContaining({ kind: 'ConfigMap', more: true })]);
  expect(kinds[0].items).toHaveLength(mostOfKind);
});

test('a cluster is asked for a name, of every kind that may be listed', async () => {
  const { admin } = world.api;
  const asks = { from: 'clusters', cluster: 'here' };
  expect((await found(admin, { ...asks, q: 'sought-settings' })).toSorted()).toEqual(
    [
      `here configmaps ${other}/sought-settings`,
      `here configmaps ${namespace}/sought-settings`,
      `here secrets ${namespace}/sought-settings`,
    ].toSorted(),
  );
  expect(await found(admin, { ...asks, q: namespace })).toEqual([`here namespaces /${namespace}`]);
  expect(await found(admin, { ...asks, q: `${other}/sought-settings` })).toEqual([
    `here configmaps ${other}/sought-settings`,
  ]);
  expect(await found(admin, { ...asks, q: 'sought' }), 'a name is whole').toEqual([]);

  const mine = await world.api.signUp('asker', [{ role: 'configmaps-only', scope }]);
  expect(await found(mine, { ...asks, q: 'sought-settings' })).toEqual([
    `here configmaps ${namespace}/sought-settings`,
  ]);
  expect(await found(mine, { ...asks, q: `${other}/sought-settings` })).toEqual([]);
  expect((await admin.get('/search/objects?from=clusters&q=a,b=c')).status).toBe(400);
});

test('clusters that cannot answer are named, those out of reach are not; a limited credential looks where it is at home', async () => {
  const { admin } = world.api;
  await world.register('gone', deadKubeconfig());
  const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }];
  const limited = await limitedKubeconfig(world.cluster, { namespace, rules });
  await world.register('limited', limited.replace('context:\n', `context:\n      namespace: ${namespace}\n`));
  const q = { from: 'clusters', q: 'sought-settings' };
  const answer = await search(admin, q);
  expect(answer.unsearched).toContainEqual(
    expect.objectContaining({
      cluster: 'gone',
      kinds: null,
      error: expect.objectContaining({ code: 'clusterUnreachable' }),
    }),
  );
  expect(await found(admin, q)).toContain(`limited configmaps ${namespace}/sought-settings`);
  const refused = answer.unsearched.find(({ cluster }: { cluster: string }) => cluster === 'limited');
  expect(refused).toMatchObject({
    kinds: expect.arrayContaining(['core/pods']),
    error: { code: 'clusterForbidden' },
  });
  expect(refused.kinds).not.toContain('core/configmaps');

  const mine = await world.api.signUp('nearby', [{ role: 'configmaps-only', scope }]);
  expect(await search(mine, q)).toMatchObject({ found: [{ cluster: 'here' }], unsearched: [] });
  expect((await mine.get('/search/objects?q=x&cluster=gone')).status).toBe(403);
});
