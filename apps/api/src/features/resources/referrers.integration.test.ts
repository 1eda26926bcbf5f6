import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRole } from '../../testing/create-role.ts';
import { startResourceWorld, type ResourceWorld } from './testing/resource-world.ts';

const namespace = 'referrers-test';
let world: ResourceWorld;

const podSpec = {
  tolerations: [{ operator: 'Exists' }],
  containers: [
    {
      name: 'main',
      image: 'none',
      envFrom: [{ configMapRef: { name: 'settings' } }],
      env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key: 'a' } } }],
    },
  ],
  volumes: [{ name: 'files', projected: { sources: [{ configMap: { name: 'files' } }] } }],
};

beforeAll(async () => {
  world = await startResourceWorld(namespace);
  await world.cluster.apply(
    JSON.stringify({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'web' } },
        template: { metadata: { labels: { app: 'web' } }, spec: podSpec },
      },
    }),
  );
  await world.cluster.apply(
    JSON.stringify({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'secret-user', namespace },
      spec: {
        replicas: 0,
        serviceName: 'none',
        selector: { matchLabels: { app: 'store' } },
        template: { metadata: { labels: { app: 'store' } }, spec: podSpec },
      },
    }),
  );
  for (const name of ['settings', 'files', 'lonely'])
    await world.cluster.kubectl('create', 'configmap', name, '-n', namespace, '--from-literal=a=1');
});
afterAll(() => world?.stop());

const path = (name: string) => `/clusters/here/k8s/core/configmaps/${namespace}/${name}/referrers`;

test('of kinds that the caller may not list nothing is shown, and which these are is said', async () => {
  const scope = { kind: 'namespace', cluster: 'here', namespace } as const;
  const rights = ['configmaps get', 'deployments list'].map((right) => {
    const [plural = '', verb] = right.split(' ');
    return `k8s/${plural === 'deployments' ? 'apps' : 'core'}/${plural} ${verb}`;
  });
  await createRole(world.api, 'deployments-only', rights);
  await createRole(world.api, 'config-only', ['k8s/core/configmaps get']);
  const some = await world.api.signUp('some', [{ role: 'deployments-only', scope }]);
  const none = await world.api.signUp('none', [{ role: 'config-only', scope }]);

  const all = (await world.api.admin.get(path('settings'))).body;
  expect(all.hidden).toEqual([]);
  expect(all.items.map(({ plural }: { plural: string }) => plural)).toEqual(
    expect.arrayContaining(['deployments', 'statefulsets']),
  );

  const seen = await some.get(path('settings'));
  expect(seen.status).toBe(200);
  expect(seen.body.items.map(({ plural, name }: { plural: string; name: string }) => [plural, name])).toEqual(
    [['deployments', 'web']],
  );
  expect(seen.body.hidden).toEqual(
    expect.arrayContaining(['apps/statefulsets', 'core/pods', 'batch/cronjobs']),
  );
  expect(seen.body.hidden).not.toContain('apps/deployments');

  const unseen = await none.get(path('settings'));
  expect(unseen.body.items).toEqual([]);
  expect(unseen.body.hidden).toEqual(expect.arrayContaining(['apps/deployments', ...seen.body.hidden]));
  // neither answer holds the name of what is hidden
  expect(JSON.stringify([seen.body, unseen.body])).not.toContain('secret-user');

  const stranger = await world.api.signUp('stranger', []);
  expect((await stranger.get(path('settings'))).status).toBe(403);
});

test('says who names an object, and how', async () => {
  const referrers = async (name: string) => {
    const { status, body } = await world.api.admin.get(path(name));
    expect(status).toBe(200);
    return body.items
      .filter(({ kind }: { kind: string }) => kind === 'Deployment')
      .map(({ name: by, as }: { name: string; as: string[] }) => [by, as.toSorted()]);
  };
  expect(await referrers('settings')).toEqual([['web', ['env', 'envFrom']]]);
  expect(await referrers('files')).toEqual([['web', ['mounts']]]);
  expect(await referrers('lonely')).toEqual([]);
});
