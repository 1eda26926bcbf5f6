import { applyPageDelta } from '@pilothouse/contract';
import { within } from '@pilothouse/testing';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Row } from '@pilothouse/kinds';
import type { TestClient } from '../testing/test-client.ts';
import { startResourceWorld, type ResourceWorld } from '../features/resources/testing/resource-world.ts';
import { openStream, type StreamClient } from './testing/stream-client.ts';

const namespace = 'live-test';
const nodes = { endpoint: 'resources.list', params: { cluster: 'here', group: 'core', plural: 'nodes' } };
const pods = {
  endpoint: 'resources.list',
  params: { cluster: 'here', group: 'core', plural: 'pods' },
  query: { namespace: [namespace], sort: 'name' },
};

let world: ResourceWorld;
let admin: TestClient;
const open: StreamClient[] = [];

beforeAll(async () => {
  world = await startResourceWorld(namespace);
  admin = world.api.admin;
  await world.createPod('steady');
});
afterAll(() => world?.stop());
afterEach(() => {
  for (const { socket } of open.splice(0)) socket.terminate();
});

async function live(client: TestClient): Promise<StreamClient> {
  const stream = await openStream(client, 'live');
  open.push(stream);
  return stream;
}

async function subscribed(client: TestClient, question: object, id = 1): Promise<StreamClient> {
  const stream = await live(client);
  stream.say({ type: 'subscribe', id, ...question });
  await expect.poll(() => stream.of('snapshot').length + stream.of('error').length).toBeGreaterThan(0);
  return stream;
}

const snapshotOf = (stream: StreamClient) => stream.of('snapshot').at(-1)?.data;
const rowsOf = (stream: StreamClient): Row[] => stream.of('rows').flatMap(({ changed }) => changed as Row[]);

describe('a list of rows', () => {
  test('begins with the page a GET answers', async () => {
    const stream = await subscribed(admin, pods);
    const { body } = await admin.get(`/clusters/here/k8s/core/pods?namespace=${namespace}&sort=name`);
    const { asOf: _now, ...page } = snapshotOf(stream);
    const { asOf: _then, ...answer } = body;
    expect(page).toEqual(answer);
  });

  test('an outside change is on the page at once, in its place', async () => {
    const stream = await subscribed(admin, nodes);
    const unschedulable = () =>
      rowsOf(stream)
        .filter(({ name }) => name === 'kwok-3')
        .at(-1)?.cells.unschedulable;
    await world.cluster.kubectl('cordon', 'kwok-3');
    await expect.poll(unschedulable).toBe(true);
    await world.cluster.kubectl('uncordon', 'kwok-3');
    await expect.poll(unschedulable).toBe(false);
    expect(stream.of('snapshot')).toHaveLength(1);
  });

  test('what came is counted, what went is named, the rest stays as it is', async () => {
    await world.createPod('goes');
    const stream = await subscribed(admin, { ...pods, query: { ...pods.query, pageSize: 50 } });
    const { total, items } = snapshotOf(stream);
    const goes = items.find((row: Row) => row.name === 'goes');
    await world.createPod('comes');
    await expect
      .poll(() => stream.of('rows').at(-1))
      .toMatchObject({ added: 1, total: total + 1, state: 'live' });
    await world.cluster.kubectl('delete', 'pod', 'goes', '-n', namespace, '--force', '--grace-period=0');
    await expect.poll(() => stream.of('rows').flatMap(({ deleted }) => deleted)).toContain(goes.uid);
    await expect.poll(() => stream.of('rows').at(-1)).toMatchObject({ added: 1, total });
    expect(rowsOf(stream).map(({ name }) => name)).not.toContain('comes');
  });

  test('a node’s figures follow its pods', async () => {
    const stream = await subscribed(admin, nodes);
    const before = snapshotOf(stream).items.find((row: Row) => row.name === 'kwok-2').cells;
    await world.createPod('weighs', { node: 'kwok-2' });
    await expect
      .poll(
        () =>
          rowsOf(stream)
            .filter(({ name }) => name === 'kwok-2')
            .at(-1)?.cells,
      )
      .toMatchObject({ pods: before.pods + 1, cpuRequests: before.cpuRequests + 100 });
  });

  test('a burst of changes comes as few messages with the newest rows', async () => {
    const stream = await subscribed(admin, pods);
    const started = Date.now();
    for (let round = 0; round < 15; round += 1) {
      await world.cluster.kubectl(
        'label',
        'pod',
        'steady',
        '-n',
        namespace,
        `round=r${round}`,
        '--overwrite',
      );
    }
    const { body } = await admin.get(`/clusters/here/k8s/core/pods/${namespace}/steady`);
    const { resourceVersion } = body.object.metadata;
    await expect.poll(() => rowsOf(stream).at(-1)?.resourceVersion).toBe(resourceVersion);
    const seconds = (Date.now() - started) / 1000;
    expect(stream.of('rows').length).toBeLessThanOrEqual(Math.ceil(seconds * 4) + 1);
  });

  test('after unsubscribe nothing more comes', async () => {
    const stream = await subscribed(admin, pods);
    stream.say({ type: 'unsubscribe', id: 1 });
    stream.say({ type: 'subscribe', id: 2, ...pods });
    await expect.poll(() => stream.messages.filter(({ id }) => id === 2).length).toBe(1);
    await world.cluster.kubectl('label', 'pod', 'steady', '-n', namespace, 'left=yes', '--overwrite');
    await expect.poll(() => stream.messages.filter(({ id }) => id === 2).length).toBeGreaterThan(1);
    expect(stream.messages.filter(({ id }) => id === 1)).toHaveLength(1);
  });
});

describe('whole answers', () => {
  test('an object is sent again when it changes', async () => {
    const params = { cluster: 'here', group: 'core', plural: 'pods', namespace, name: 'steady' };
    const stream = await subscribed(admin, { endpoint: 'resources.get', params });
    await world.cluster.kubectl('annotate', 'pod', 'steady', '-n', namespace, 'seen=live', '--overwrite');
    await expect.poll(() => snapshotOf(stream).object.metadata.annotations?.seen).toBe('live');
  });

  test('the clusters are sent again when one is edited', async () => {
    const stream = await subscribed(admin, { endpoint: 'clusters.list' });
    await admin.patch('/clusters/here', { description: 'edited while somebody looks' });
    await expect.poll(() => stream.of('page')).toHaveLength(1);
    expect(stream.of('page')[0]).toMatchObject({
      changed: [{ name: 'here', description: 'edited while somebody looks' }],
      fields: {},
    });
    expect(stream.of('snapshot')).toHaveLength(1);
  });

  test('of an operation’s items only those are sent that have changed', async () => {
    const targets = Array.from({ length: 200 }, (_target, n) => ({ name: `ghost-${n}` }));
    const { body } = await admin.post('/clusters/here/k8s/core/nodes/actions/cordon', { targets });
    const question = { params: { operation: body.operation }, query: { pageSize: 200 } };
    const stream = await subscribed(admin, { endpoint: 'operations.items', ...question });
    const shown = () =>
      stream.of('page').reduce((page, delta) => applyPageDelta(page, delta as never), snapshotOf(stream));
    const running = ({ state }: { state: string }) => state === 'queued' || state === 'running';
    await expect.poll(() => shown().items.filter(running), { timeout: 20_000 }).toEqual([]);
    const now = (await admin.get(`/operations/${body.operation}/items?pageSize=200`)).body;
    expect(shown().items).toEqual(now.items);
    // an item is sent as it begins and as it ends, and not with each of its neighbours
    const sent = stream.of('page').reduce((sum, { changed }) => sum + (changed as unknown[]).length, 0);
    expect(sent).toBeLessThanOrEqual(2 * targets.length);
    expect(stream.of('snapshot')).toHaveLength(1);
  });

  test('an operation is followed to its end', async () => {
    const { body } = await admin.post('/clusters/here/k8s/core/nodes/actions/uncordon', {
      targets: [{ name: 'kwok-1' }],
    });
    const params = { operation: body.operation };
    const stream = await subscribed(admin, { endpoint: 'operations.get', params });
    await expect.poll(() => snapshotOf(stream).state).toBe('succeeded');
  });
});

describe('what is refused', () => {
  test.each([
    ['an endpoint that is not live', { endpoint: 'audit.list' }, 'notFound'],
    ['an unknown endpoint', { endpoint: 'no.such' }, 'notFound'],
    ['bad input', { ...pods, query: { page: 0 } }, 'invalidField'],
    ['unknown input', { ...pods, query: { watch: true } }, 'unknownField'],
    ['a bad selector', { ...pods, query: { labelSelector: 'a in b' } }, 'badSelector'],
    ['an unknown cluster', { ...pods, params: { ...pods.params, cluster: 'no-such' } }, 'notFound'],
    [
      'of no namespace at all, which would ask for no right',
      { ...pods, query: { namespace: [] } },
      'invalidField',
    ],
    ['a path as a name', { ...pods, params: { ...pods.params, plural: '../x' } }, 'invalidField'],
  ])('%s', async (_name, question, code) => {
    const stream = await subscribed(admin, question);
    expect(stream.of('error')).toMatchObject([{ id: 1, error: { code } }]);
    // the others of the tab go on
    stream.say({ type: 'subscribe', id: 2, endpoint: 'clusters.list' });
    await expect.poll(() => stream.of('snapshot').length).toBe(1);
  });

  test('a flood of subscriptions ends the socket', async () => {
    const stream = await live(admin);
    for (let id = 0; id < 60; id += 1) stream.say({ type: 'subscribe', id, endpoint: 'clusters.list' });
    await expect.poll(() => stream.end?.reason).toBe('protocol');
  });

  test('what is not granted', async () => {
    const scope = { kind: 'namespace' as const, cluster: 'here', namespace };
    const developer = await world.api.signUp('live-developer', [{ role: 'developer', scope }]);
    const stream = await subscribed(developer, nodes);
    expect(stream.of('error')).toMatchObject([{ error: { code: 'forbidden' } }]);
    stream.say({ type: 'subscribe', id: 2, ...pods, query: {} });
    await expect.poll(() => snapshotOf(stream)?.narrowedTo).toEqual([namespace]);
  });
});

describe('rights that change', () => {
  test('a grant taken away ends the subscription, one narrowed narrows it', async () => {
    const wide = { kind: 'cluster' as const, cluster: 'here' };
    const own = { kind: 'namespace' as const, cluster: 'here', namespace };
    const user = await world.api.signUp('changing', [
      { role: 'viewer', scope: wide },
      { role: 'developer', scope: own },
    ]);
    const stream = await subscribed(user, { ...pods, query: { pageSize: 500 } });
    expect(snapshotOf(stream).narrowedTo).toBeNull();
    const grants = (await admin.get('/grants?pageSize=500')).body.items as {
      id: string;
      subject: { name: string };
      role: { name: string };
    }[];
    const grantOf = (role: string) =>
      grants.find((grant) => grant.subject.name === 'changing' && grant.role.name === role)?.id;

    await admin.delete(`/grants/${grantOf('viewer')}`);
    await within(5000, () => expect.poll(() => snapshotOf(stream).narrowedTo).toEqual([namespace]));
    await admin.delete(`/grants/${grantOf('developer')}`);
    await within(5000, () =>
      expect.poll(() => stream.of('error')).toMatchObject([{ id: 1, error: { code: 'forbidden' } }]),
    );
    const sent = stream.messages.length;
    await world.cluster.kubectl('label', 'pod', 'steady', '-n', namespace, 'secret=now', '--overwrite');
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(stream.messages).toHaveLength(sent);
  });

  test('who is given a role, and loses it, is told so while the page is open', async () => {
    const user = await world.api.signUp('told');
    const stream = await subscribed(user, { endpoint: 'auth.me', params: {}, query: {} });
    const roles = () => snapshotOf(stream).grants.map(({ role }: { role: string }) => role);
    expect(roles()).toEqual([]);
    const grant = {
      subject: { kind: 'user', user: 'told' },
      role: 'viewer',
      scope: { kind: 'cluster', cluster: 'here' },
    };
    const { body } = await admin.post('/grants', grant);
    await within(5000, () => expect.poll(roles).toEqual(['viewer']));
    await admin.delete(`/grants/${body.id}`);
    await within(5000, () => expect.poll(roles).toEqual([]));
  });

  test('a removed cluster ends its lists', async () => {
    await world.register('leaves', world.cluster.kubeconfig);
    const question = { ...pods, params: { ...pods.params, cluster: 'leaves' } };
    const stream = await subscribed(admin, question);
    expect((await admin.delete('/clusters/leaves')).status).toBe(204);
    await within(5000, () =>
      expect.poll(() => stream.of('error')).toMatchObject([{ error: { code: 'notFound' } }]),
    );
  });

  test('a replaced credential begins the list again', async () => {
    await world.register('replaced', world.cluster.kubeconfig);
    const question = { ...pods, params: { ...pods.params, cluster: 'replaced' } };
    const stream = await subscribed(admin, question);
    const answer = await admin.put('/clusters/replaced/kubeconfig', { kubeconfig: world.cluster.kubeconfig });
    expect(answer.status).toBe(200);
    await within(5000, () => expect.poll(() => stream.of('snapshot').length).toBeGreaterThan(1));
    expect(snapshotOf(stream).state).toBe('live');
    expect(stream.of('error')).toEqual([]);
  });
});

test('a browser that does not read for a while has the newest rows when it does', async () => {
  const slow = await subscribed(admin, pods);
  slow.socket.pause();
  for (let round = 0; round < 20; round += 1) {
    await world.cluster.kubectl(
      'annotate',
      'pod',
      'steady',
      '-n',
      namespace,
      `big=${'x'.repeat(1000)}${round}`,
      '--overwrite',
    );
  }
  slow.socket.resume();
  const { body } = await admin.get(`/clusters/here/k8s/core/pods/${namespace}/steady`);
  await expect.poll(() => rowsOf(slow).at(-1)?.resourceVersion).toBe(body.object.metadata.resourceVersion);
});
