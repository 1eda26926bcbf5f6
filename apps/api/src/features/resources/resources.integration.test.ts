import { request } from 'node:http';
import { limitedKubeconfig } from '@pilothouse/control-plane';
import type { Row } from '@pilothouse/kinds';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestClient } from '../../testing/test-client.ts';
import { startResourceWorld, type ResourceWorld } from './testing/resource-world.ts';

const namespace = 'resources-test';
const door = '/clusters/here/k8s';
const canary = 'canary-4f1b-in-a-secret';

let world: ResourceWorld;
let admin: TestClient;

beforeAll(async () => {
  world = await startResourceWorld(namespace);
  admin = world.api.admin;
  await world.createPod('alpha', { labels: { tier: 'front' } });
  await world.createPod('beta', { node: 'kwok-2', labels: { tier: 'back' } });
  await world.createPod('gamma', { node: 'kwok-2', labels: { tier: 'back' } });
  await world.cluster.kubectl(
    'create',
    'secret',
    'generic',
    'vault',
    '-n',
    namespace,
    `--from-literal=key=${canary}`,
  );
  await world.cluster.kubectl(
    'wait',
    '-n',
    namespace,
    'pod',
    '--all',
    '--for=condition=Ready',
    '--timeout=60s',
  );
});
afterAll(() => world?.stop());

async function names(client: TestClient, query: string): Promise<string[]> {
  const answer = await client.get(`${door}/core/pods?namespace=${namespace}&${query}`);
  expect(answer.status).toBe(200);
  return answer.body.items.map((row: Row) => row.name);
}

test('by a label: of what the caller may list, and of no more', async () => {
  const path = `/clusters/here/groups/core/pods?by=tier`;
  const { body } = await admin.get(`${path}&namespace=${namespace}`);
  const groups = body.groups.map(({ value, count }: { value: string; count: number }) => [value, count]);
  expect(Object.fromEntries(groups)).toEqual({ back: 2, front: 1 });
  expect(body).toMatchObject({ truncated: false, state: 'live' });
  expect(body.labels).toContain('tier');
  const scope = { kind: 'namespace', cluster: 'here', namespace } as const;
  const user = await world.api.signUp('groups-by-label', [{ role: 'viewer', scope }]);
  expect((await user.get(path)).body.groups).toEqual(body.groups);
  expect((await user.get(`${path}&namespace=default`)).status).toBe(403);
});

describe('a list', () => {
  test.each([
    ['sort=name', ['alpha', 'beta', 'gamma']],
    ['sort=-name', ['gamma', 'beta', 'alpha']],
    ['sort=-node,name', ['beta', 'gamma', 'alpha']],
    ['sort=name&pageSize=2', ['alpha', 'beta']],
    ['sort=name&pageSize=2&page=2', ['gamma']],
    ['page=9', []],
    ['labelSelector=tier%3Dfront', ['alpha']],
    ['labelSelector=tier%20in%20(back),tier!%3Dfront&sort=name', ['beta', 'gamma']],
    ['fieldSelector=spec.nodeName%3Dkwok-2&sort=name', ['beta', 'gamma']],
    ['fieldSelector=metadata.name%3Dbeta', ['beta']],
    ['q=ALPH', ['alpha']],
    ['q=kwok-2&sort=name', ['beta', 'gamma']],
    ['q=no-such-thing', []],
  ])('with %s', async (query, expected) => {
    expect(await names(admin, query)).toEqual(expected);
  });

  test('says how old it is and how many there are', async () => {
    const heardAfter = new Date(Date.now() - 120_000).toISOString();
    const { body } = await admin.get(`${door}/core/pods?namespace=${namespace}&pageSize=1`);
    expect(body).toMatchObject({ total: 3, page: 1, pageSize: 1, state: 'live', narrowedTo: null });
    // as of the last that was heard: a quiet collection says something once a minute
    expect(body.asOf >= heardAfter && body.asOf <= new Date().toISOString()).toBe(true);
  });

  test.each([
    ['sort=password', 400, 'invalidField'],
    ['sort=__proto__', 400, 'invalidField'],
    ['labelSelector=a%20in%20b', 400, 'badSelector'],
    ['fieldSelector=spec.secret%3Dx', 400, 'badSelector'],
    ['pageSize=501', 400, 'invalidField'],
    ['watch=true', 400, 'unknownField'],
  ])('refuses %s', async (query, status, code) => {
    const answer = await admin.get(`${door}/core/pods?${query}`);
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  });

  test.each(['scheduling.k8s.io/priorityclasses', 'flowcontrol.apiserver.k8s.io/flowschemas'])(
    'of any kind a cluster serves, described or not: %s',
    async (kind) => {
      const answer = await admin.get(`${door}/${kind}`);
      expect(answer.status).toBe(200);
      expect(answer.body.items[0].cells).toEqual({ created: expect.stringMatching(/Z$/), owner: null });
    },
  );

  test('of a kind nobody serves', async () => {
    const answer = await admin.get(`${door}/core/unicorns`);
    expect([answer.status, answer.body.error.code]).toEqual([404, 'unknownResource']);
  });

  test('of secrets shows nothing of them', async () => {
    const answer = await admin.get(`${door}/core/secrets?namespace=${namespace}`);
    expect(answer.body.items.map((row: Row) => row.name)).toEqual(['vault']);
    const text = JSON.stringify(answer.body);
    expect(text).not.toContain(canary);
    expect(text).not.toContain(Buffer.from(canary).toString('base64'));
    const found = await admin.get(
      `${door}/core/secrets?q=${Buffer.from(canary).toString('base64').slice(0, 12)}`,
    );
    expect(found.body.total).toBe(0);
  });
});

describe('what a grant in one namespace shows', () => {
  const scope = { kind: 'namespace' as const, cluster: 'here', namespace };
  let developer: TestClient;
  let viewer: TestClient;
  beforeAll(async () => {
    developer = await world.api.signUp('developer', [{ role: 'developer', scope }]);
    viewer = await world.api.signUp('viewer', [{ role: 'viewer', scope }]);
  });

  test('all pods means those of the namespace', async () => {
    const { status, body } = await developer.get(`${door}/core/pods?pageSize=500`);
    expect([status, body.narrowedTo, body.total]).toEqual([200, [namespace], 3]);
    expect(new Set(body.items.map((row: Row) => row.namespace))).toEqual(new Set([namespace]));
  });

  test('of several namespaces those that are granted', async () => {
    const { body } = await developer.get(`${door}/core/pods?namespace=${namespace}&namespace=demo`);
    expect([body.narrowedTo, body.total]).toEqual([[namespace], 3]);
  });

  test('of namespaces its own', async () => {
    const { body } = await developer.get(`${door}/core/namespaces`);
    expect(body.items.map((row: Row) => row.name)).toEqual([namespace]);
    expect((await developer.get(`${door}/core/namespaces/_/${namespace}`)).status).toBe(200);
  });

  test.each([
    'core/pods?namespace=demo',
    'core/pods/demo/shell',
    'core/namespaces/_/demo',
    'core/nodes',
    'core/nodes/_/node-1',
    `core/secrets?namespace=${namespace}`,
    `core/secrets/${namespace}/vault`,
    'core/unicorns',
    'core/unicorns/_/x',
  ])('%s is refused', async (path) => {
    const answer = await developer.get(`${door}/${path}`);
    expect([answer.status, answer.body.error.code]).toEqual([403, 'forbidden']);
    expect(answer.body).not.toHaveProperty('items');
  });

  test('nodes are in no namespace: the right to list them there shows none', async () => {
    const all = await viewer.get(`${door}/core/nodes`);
    expect([all.status, all.body.error.code]).toEqual([403, 'forbidden']);
    const tricked = await viewer.get(`${door}/core/nodes?namespace=${namespace}`);
    expect([tricked.status, tricked.body.error.code]).toEqual([400, 'notNamespaced']);
    const object = await viewer.get(`${door}/core/nodes/${namespace}/kwok-1`);
    expect([object.status, object.body.error.code]).toEqual([400, 'notNamespaced']);
  });

  test('nothing is changed by those who may only look', async () => {
    expect((await developer.post(`${door}/core/pods/${namespace}/alpha/actions/delete`)).status).toBe(403);
    expect((await viewer.post(`${door}/core/nodes/_/kwok-1/actions/cordon`)).status).toBe(403);
    const batch = { targets: [{ name: 'kwok-1' }] };
    expect((await viewer.post(`${door}/core/nodes/actions/cordon`, batch)).status).toBe(403);
  });
});

describe('one object', () => {
  test('is read whole', async () => {
    const { status, body } = await admin.get(`${door}/core/pods/${namespace}/alpha`);
    expect([status, body.state]).toEqual([200, 'live']);
    expect(body.object).toMatchObject({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'alpha' } });
    expect(body.object.metadata.managedFields).toBeDefined();
  });

  test.each([
    ['apps/deployments', 200, { apiVersion: 'apps/v1', kind: 'Deployment', namespaced: true }],
    ['core/nodes', 200, { apiVersion: 'v1', kind: 'Node', namespaced: false }],
    ['core/unicorns', 404, { error: { code: 'unknownResource' } }],
  ])('how a cluster serves %s', async (kind, status, answer) => {
    const asked = await admin.get(`/clusters/here/kinds/${kind}`);
    expect(asked).toMatchObject({ status, body: answer });
    if (status === 200) expect(asked.body.verbs).toContain('create');
  });

  test.each([
    [`core/pods/${namespace}/nobody`, 404, 'clusterNotFound'],
    ['core/pods/_/alpha', 400, 'namespaceRequired'],
    [`core/nodes/${namespace}/kwok-1`, 400, 'notNamespaced'],
    [`core/unicorns/${namespace}/x`, 404, 'unknownResource'],
  ])('%s', async (path, status, code) => {
    const answer = await admin.get(`${door}/${path}`);
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  });

  /** Sends the path as it is; `fetch` would resolve its dots. */
  function statusOf(method: string, path: string): Promise<number> {
    const { hostname, port } = new URL(admin.url);
    const headers = { authorization: `Bearer ${admin.token}` };
    return new Promise((resolve, reject) => {
      const sent = request({ hostname, port, method, path: `/api/v1${path}`, headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sent.on('error', reject).end();
    });
  }

  test('names that are paths are refused before anything leaves for the cluster', async () => {
    const audited = await world.auditedFromNow();
    const paths = [
      '..%2F..%2Fkube-system%2Fpods%2Fx',
      '%2e%2e',
      '%2e',
      'a%3Fb',
      'a%23b',
      'a%2Fb',
      'a%25b',
      'x'.repeat(300),
      'a%00',
    ];
    for (const name of paths) {
      for (const path of [
        `core/pods/${namespace}/${name}`,
        `core/pods/${name}/x`,
        `core/${name}/_/x`,
        `${name}/pods/_/x`,
      ]) {
        for (const method of ['GET', 'DELETE']) {
          const status = await statusOf(method, `${door}/${path}`);
          expect([path, status >= 400 && status < 500]).toEqual([path, true]);
        }
      }
    }
    await admin.get(`${door}/core/pods/${namespace}/alpha`);
    await expect
      .poll(async () => (await audited()).some(({ requestURI }) => requestURI.endsWith('/pods/alpha')))
      .toBe(true);
    const asked = (await audited()).filter(({ requestURI }) => /pods\/x|\.\.|%2/i.test(requestURI));
    expect(asked).toEqual([]);
  });
});

describe('delete', () => {
  test('leaves another object of the same name alone', async () => {
    const answer = await admin.post(`${door}/core/pods/${namespace}/beta/actions/delete`, {
      uid: '11111111-1111-1111-1111-111111111111',
    });
    expect([answer.status, answer.body.error.code]).toEqual([409, 'clusterConflict']);
    expect(answer.body.error.status.message).toContain('does not match the UID');
    expect(await names(admin, 'sort=name')).toContain('beta');
  });

  test('is one row in our audit log and one in the cluster’s, under one id', async () => {
    await world.createPod('doomed');
    const audited = await world.auditedFromNow();
    const { body } = await admin.get(`${door}/core/pods/${namespace}/doomed`);
    const { uid } = body.object.metadata;
    const answer = await admin.post(`${door}/core/pods/${namespace}/doomed/actions/delete`, {
      uid,
      parameters: { gracePeriodSeconds: 0 },
    });
    expect(answer.status).toBe(200);
    expect((await admin.get(`${door}/core/pods/${namespace}/doomed`)).status).toBe(404);
    const ours = await admin.get('/audit?code=resource.action&pageSize=1');
    expect(ours.body.items[0]).toMatchObject({
      namespace,
      name: 'doomed',
      outcome: 'succeeded',
      clusterStatus: 200,
    });
    const { auditId } = ours.body.items[0];
    await expect
      .poll(async () => (await audited()).filter(({ auditID }) => auditID === auditId))
      .toMatchObject([{ verb: 'delete', requestURI: expect.stringContaining('/pods/doomed') }]);
  });
});

describe('cordon', () => {
  const cordoned = async (node: string) =>
    (await world.cluster.kubectl('get', 'node', node, '-o', 'jsonpath={.spec.unschedulable}')) === 'true';
  afterAll(() => world?.cluster.kubectl('uncordon', 'kwok-1', 'kwok-2', 'kwok-3'));

  test('is seen by kubectl, and is not sent twice', async () => {
    const audited = await world.auditedFromNow();
    const first = await admin.post(`${door}/core/nodes/_/kwok-1/actions/cordon`);
    expect([first.status, first.body.object.spec.unschedulable]).toEqual([200, true]);
    expect(await cordoned('kwok-1')).toBe(true);
    expect((await admin.post(`${door}/core/nodes/_/kwok-1/actions/cordon`)).status).toBe(200);
    const back = await admin.post(`${door}/core/nodes/_/kwok-1/actions/uncordon`);
    expect(back.body.object.spec.unschedulable).toBeUndefined();
    expect(await cordoned('kwok-1')).toBe(false);

    const { body } = await admin.get('/audit?code=resource.action&pageSize=3');
    const [undone, again, done] = body.items as { auditId: string; params: object }[];
    expect(again?.params).toEqual({ action: 'cordon', alreadySo: true });
    const patches = async () =>
      (await audited()).filter(
        ({ verb, requestURI }) => verb === 'patch' && requestURI.startsWith('/api/v1/nodes/kwok-1?'),
      );
    await expect
      .poll(async () => (await patches()).map(({ auditID }) => auditID))
      .toEqual([done?.auditId, undone?.auditId]);
  });

  test.each([
    ['core/pods', `${namespace}/alpha`, 'cordon'],
    ['core/namespaces', `_/${namespace}`, 'cordon'],
  ])('%s have no such action', async (kind, object, action) => {
    const answer = await admin.post(`${door}/${kind}/${object}/actions/${action}`);
    expect([answer.status, answer.body.error.code]).toEqual([404, 'unknownAction']);
  });

  test('of many is an operation; each node has its own row in both audit logs', async () => {
    const audited = await world.auditedFromNow();
    const targets = ['kwok-2', 'kwok-3', 'no-such-node'].map((name) => ({ name }));
    const answer = await admin.post(`${door}/core/nodes/actions/cordon`, { targets });
    expect(answer.status).toBe(202);
    const operation = async () => (await admin.get(`/operations/${answer.body.operation}`)).body;
    await expect.poll(async () => (await operation()).state).toBe('failed');
    expect((await operation()).kind).toBe('action.cordon');
    const { items } = (await admin.get(`/operations/${answer.body.operation}/items`)).body;
    expect(
      items.map((item: { target: string; state: string; result: { code: string } }) => [
        item.target,
        item.state,
        item.result.code,
      ]),
    ).toEqual([
      ['kwok-2', 'succeeded', 'done'],
      ['kwok-3', 'succeeded', 'done'],
      ['no-such-node', 'failed', 'clusterNotFound'],
    ]);
    expect([await cordoned('kwok-2'), await cordoned('kwok-3')]).toEqual([true, true]);

    const rows = (await admin.get('/audit?code=resource.action&pageSize=3')).body.items as {
      name: string;
      auditId: string;
      outcome: string;
    }[];
    expect(new Map(rows.map(({ name, outcome }) => [name, outcome]))).toEqual(
      new Map([
        ['kwok-2', 'succeeded'],
        ['kwok-3', 'succeeded'],
        ['no-such-node', 'failed'],
      ]),
    );
    const sent = rows.filter(({ outcome }) => outcome === 'succeeded').map(({ auditId }) => auditId);
    await expect
      .poll(
        async () =>
          (await audited()).filter(({ verb, auditID }) => verb === 'patch' && sent.includes(auditID)).length,
      )
      .toBe(2);
  });
});

describe('a credential with rights in one namespace only', () => {
  beforeAll(async () => {
    const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }];
    await world.register('limited', await limitedKubeconfig(world.cluster, { namespace, rules }));
  });

  test('lists what it may, and says what the cluster says of the rest', async () => {
    const own = await admin.get(`/clusters/limited/k8s/core/pods?namespace=${namespace}&sort=name`);
    expect([own.status, own.body.total, own.body.state]).toEqual([200, 3, 'live']);
    expect(own.body.problems).toEqual([]);
    for (const query of ['', '?namespace=demo']) {
      const refused = await admin.get(`/clusters/limited/k8s/core/pods${query}`);
      expect([query, refused.status, refused.body.error.code]).toEqual([query, 403, 'clusterForbidden']);
    }
    const both = await admin.get(`/clusters/limited/k8s/core/pods?namespace=${namespace}&namespace=demo`);
    expect([both.status, both.body.total, both.body.state]).toEqual([200, 3, 'live']);
    expect(both.body.problems).toEqual([
      { namespace: 'demo', error: expect.objectContaining({ code: 'clusterForbidden' }) },
    ]);
    expect(both.body.problems[0].error.message).toContain('pods is forbidden');
    const nodes = await admin.get('/clusters/limited/k8s/core/nodes');
    expect([nodes.status, nodes.body.error.code]).toEqual([403, 'clusterForbidden']);
  });
});
