import type { LocalCluster } from '@pilothouse/control-plane';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KubernetesObject } from '../kind.ts';
import { descriptorFor } from '../registry.ts';
import { withoutServerFields } from '../yaml/without-server-fields.ts';

const namespace = 'anew';
let cluster: LocalCluster;

beforeAll(async () => {
  cluster = await sharedTestCluster();
  await cluster.kubectl('create', 'namespace', namespace);
});
afterAll(() => cluster.kubectl('delete', 'namespace', namespace, '--wait=false'));

const podSpec = { restartPolicy: 'Never', containers: [{ name: 'main', image: 'example.com/none' }] };
const models = [
  {
    group: 'core',
    plural: 'services',
    apiVersion: 'v1',
    kind: 'Service',
    spec: {
      type: 'LoadBalancer',
      externalTrafficPolicy: 'Local',
      selector: { app: 'x' },
      ports: [{ port: 80 }],
    },
  },
  {
    group: 'batch',
    plural: 'jobs',
    apiVersion: 'batch/v1',
    kind: 'Job',
    spec: { template: { spec: podSpec } },
  },
  { group: 'core', plural: 'pods', apiVersion: 'v1', kind: 'Pod', spec: podSpec },
];

test.each(models)(
  'the cluster takes another $kind after the model of one',
  async ({ group, plural, ...model }) => {
    await cluster.apply(JSON.stringify({ ...model, metadata: { name: 'model', namespace } }));
    const read = async (name: string) =>
      JSON.parse(
        await cluster.kubectl('get', plural, name, '-n', namespace, '-o', 'json'),
      ) as KubernetesObject;
    const there = await read('model');
    const written = withoutServerFields(descriptorFor(group, plural).anew(there));
    await cluster.apply(JSON.stringify({ ...written, metadata: { ...written.metadata, name: 'another' } }));
    expect((await read('another')).metadata?.uid).not.toBe(there.metadata?.uid);
  },
);
