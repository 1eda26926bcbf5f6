import { afterAll, beforeAll, expect, test } from 'vitest';
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
  for (const name of ['settings', 'files', 'lonely'])
    await world.cluster.kubectl('create', 'configmap', name, '-n', namespace, '--from-literal=a=1');
});
afterAll(() => world?.stop());

const path = (name: string) => `/clusters/here/k8s/core/configmaps/${namespace}/${name}/referrers`;

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
