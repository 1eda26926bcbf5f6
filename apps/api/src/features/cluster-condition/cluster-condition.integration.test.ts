import { connect as connectTls } from 'node:tls';
import { limitedKubeconfig, type LocalCluster } from '@pilothouse/control-plane';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startTestApi, type TestApi } from '../../testing/test-api.ts';
import type { TestClient } from '../../testing/test-client.ts';

let api: TestApi;
let cluster: LocalCluster;

beforeAll(async () => {
  cluster = await sharedTestCluster();
  api = await startTestApi({ config: { allowLoopbackClusters: true } });
  await api.admin.post('/clusters', { name: 'seen', kubeconfig: cluster.kubeconfig });
});
afterAll(() => api.stop());

const conditionOf = async (name: string, client: Pick<TestClient, 'get'> = api.admin) =>
  (await client.get(`/clusters/${name}/condition`)).body;
const credentialOf = async (name: string, namespace = 'default') =>
  (await api.admin.get(`/clusters/${name}/credential?namespace=${namespace}`)).body;

/** Registers the same cluster under another name: nothing of it is kept yet. */
async function registerAnew(name: string, kubeconfig = cluster.kubeconfig): Promise<void> {
  expect((await api.admin.post('/clusters', { name, kubeconfig })).status).toBe(201);
}

test('its checks are those of kubectl get --raw /readyz?verbose', async () => {
  const raw = await cluster.kubectl('get', '--raw', '/readyz?verbose');
  const names = [...raw.matchAll(/^\[\+\](\S+) ok$/gm)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(10);
  const { checks } = await conditionOf('seen');
  expect(checks.error).toBeNull();
  expect(checks.value).toEqual(names.map((name) => ({ name, ok: true, detail: '' })));
});

test('an APIService whose Service is not there is unavailable, in the words that kubectl has', async () => {
  const name = 'v1.condition.test';
  onTestFinished(async () => void (await cluster.kubectl('delete', 'apiservice', name)));
  await cluster.apply(
    JSON.stringify({
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name },
      spec: {
        group: 'condition.test',
        version: 'v1',
        groupPriorityMinimum: 1000,
        versionPriority: 10,
        insecureSkipTLSVerify: true,
        service: { namespace: 'default', name: 'condition-nowhere' },
      },
    }),
  );
  await cluster.kubectl('wait', 'apiservice', name, '--for=condition=Available=False', '--timeout=60s');
  const read = async (field: string) =>
    cluster.kubectl('get', 'apiservice', name, '-o', `jsonpath={.status.conditions[0].${field}}`);
  await registerAnew('with-apiservice');
  const { apiServices } = await conditionOf('with-apiservice');
  const all = await cluster.kubectl('get', 'apiservices', '-o', 'name');
  expect(apiServices.value.total).toBe(all.trim().split('\n').length);
  expect(apiServices.value.unavailable.find((each: { name: string }) => each.name === name)).toEqual({
    name,
    service: 'default/condition-nowhere',
    reason: await read('reason'),
    message: await read('message'),
    since: new Date(await read('lastTransitionTime')).toISOString(),
  });
});

test('deprecated APIs are those that the apiserver counts', async () => {
  await cluster.kubectl('get', 'componentstatuses');
  await registerAnew('with-deprecated');
  const { deprecatedApis } = await conditionOf('with-deprecated');
  const metrics = await cluster.kubectl('get', '--raw', '/metrics');
  const counted = [...metrics.matchAll(/^apiserver_requested_deprecated_apis\{(.*)\} 1$/gm)].map(
    ([, labels = '']) => /resource="(.*?)"/.exec(labels)?.[1],
  );
  expect(counted).toContain('componentstatuses');
  expect(deprecatedApis.value.map(({ plural }: { plural: string }) => plural)).toEqual(counted);
  expect(deprecatedApis.value).toContainEqual({
    group: '',
    version: 'v1',
    plural: 'componentstatuses',
    subresource: '',
    removedRelease: null,
  });
});

test('the serving certificate is the one that the apiserver shows', async () => {
  const { hostname, port } = new URL(cluster.server);
  const shown = await new Promise<string>((resolve, reject) => {
    const socket = connectTls({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
      resolve(socket.getPeerX509Certificate()?.validTo ?? '');
      socket.destroy();
    });
    socket.once('error', reject);
  });
  const { servingCertificate } = await conditionOf('seen');
  expect(servingCertificate.value.validTo).toBe(new Date(shown).toISOString());
  expect(servingCertificate.value.names).toContain('127.0.0.1');
});

test('the administrator’s credential lacks nothing; what it is says nothing secret', async () => {
  const { lacks, rules, certificates, tokenExpiresAt } = await credentialOf('seen');
  expect([lacks, tokenExpiresAt]).toEqual([{ value: [], error: null }, null]);
  expect(rules.value.rules).toContainEqual(
    expect.objectContaining({ verbs: ['*'], groups: ['*'], resources: ['*'] }),
  );
  expect(certificates.map(({ what }: { what: string }) => what)).toEqual(['client', 'authority']);
  expect(certificates[0].subject).toContain('system:masters');
});

test('a limited credential may do what kubectl auth can-i says, and parts that it may not read say so', async () => {
  const kubeconfig = await limitedKubeconfig(cluster, {
    namespace: 'condition-limited',
    rules: [{ verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: ['pods', 'pods/log'] }],
  });
  await registerAnew('limited', kubeconfig);
  const { lacks, rules, tokenExpiresAt } = await credentialOf('limited', 'condition-limited');
  expect(rules.value.rules).toContainEqual({
    verbs: ['get', 'list', 'watch'],
    groups: [''],
    resources: ['pods', 'pods/log'],
    names: [],
    urls: [],
  });
  // in its namespace it may, in the whole cluster not
  const core = { group: 'core', subresource: null };
  expect(lacks.value).toContainEqual({ ...core, verb: 'list', plural: 'pods', inNamespace: true });
  expect(lacks.value).toContainEqual({ ...core, verb: 'list', plural: 'configmaps', inNamespace: false });
  expect(lacks.value).toContainEqual({ ...core, verb: 'list', plural: 'nodes', inNamespace: null });
  const exec = { ...core, verb: 'create', plural: 'pods', subresource: 'exec' };
  expect(lacks.value).toContainEqual({ ...exec, inNamespace: false });
  // another namespace is another question
  const elsewhere = (await credentialOf('limited')).lacks.value;
  expect(elsewhere).toContainEqual({ ...core, verb: 'list', plural: 'pods', inNamespace: false });
  expect(Date.parse(tokenExpiresAt)).toBeGreaterThan(Date.now());
  expect((await api.admin.get('/clusters/limited')).body.tokenExpiresAt).toBe(tokenExpiresAt);
  const { checks, apiServices, deprecatedApis, servingCertificate } = await conditionOf('limited');
  for (const part of [apiServices, deprecatedApis]) {
    expect(part).toMatchObject({ value: null, error: { code: 'clusterForbidden' } });
  }
  // every account may ask whether the apiserver is ready (system:public-info-viewer)
  expect(checks.value).not.toBeNull();
  expect(servingCertificate.value).not.toBeNull();
});

test('who has namespaces of a cluster only is told neither; a viewer not what the credential is', async () => {
  const namespaced = { kind: 'namespace', cluster: 'seen', namespace: 'demo' } as const;
  const whole = { kind: 'cluster', cluster: 'seen' } as const;
  const status = async (client: Pick<TestClient, 'get'>) => [
    (await client.get('/clusters/seen/condition')).status,
    (await client.get('/clusters/seen/credential')).status,
  ];
  const li = await api.signUp('condition-li', [{ role: 'cluster-admin', scope: namespaced }]);
  expect(await status(li)).toEqual([403, 403]);
  const viewer = await api.signUp('condition-viewer', [{ role: 'viewer', scope: whole }]);
  expect(await status(viewer)).toEqual([200, 403]);
  const admin = await api.signUp('condition-admin', [{ role: 'cluster-admin', scope: whole }]);
  expect(await status(admin)).toEqual([200, 200]);
});
