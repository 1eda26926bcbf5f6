import { needsRealNode } from '@pilothouse/control-plane/testing';
import { within } from '@pilothouse/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { newId } from '../../db/ids.ts';
import type { TestUser } from '../../testing/test-api.ts';
import {
  logLinesOf,
  openShellStream,
  openStream,
  ticketUrl,
  type StreamClient,
} from '../testing/stream-client.ts';
import { startStreamWorld, type StreamWorld } from '../testing/stream-world.ts';

const namespace = 'streams-through';
const counting = 'n=0; while :; do n=$((n+1)); echo "line $n"; usleep 50000; done';
const podSpec = {
  nodeName: 'node-1',
  terminationGracePeriodSeconds: 0,
  containers: [
    {
      name: 'main',
      image: 'localhost/busybox:1',
      imagePullPolicy: 'IfNotPresent',
      command: ['sh', '-c', counting],
    },
  ],
};

let world: StreamWorld;
let nodes: Record<'company' | 'department' | 'project' | 'other' | 'cart' | 'till', string>;
let cart: Unit;
let till: Unit;

/** An instance whose Deployment was written by the platform, and the pod of it. */
interface Unit {
  id: string;
  node: string;
  pod: string;
}

beforeAll(async () => {
  const started = await startStreamWorld(namespace, { bare: counting });
  if (started === undefined) return;
  world = started;
  const node = async (parent: string | null, name: string) =>
    (await world.api.admin.post('/tree', { parent, name, displayName: name })).body.id as string;
  const company = await node(null, 'acme');
  const department = await node(company, 'games');
  const [project, other] = [await node(department, 'shop'), await node(department, 'tools')];
  nodes = {
    company,
    department,
    project,
    other,
    cart: await node(project, 'cart'),
    till: await node(project, 'till'),
  };
  const place = await openPlace(project);
  [cart, till] = [await unitOf('cart', nodes.cart, place), await unitOf('till', nodes.till, place)];
}, 300_000);
afterAll(() => world?.stop());
beforeEach(needsRealNode);

const prisma = () => world.api.container.database.prisma;

async function openPlace(projectId: string): Promise<string> {
  const id = newId();
  const cluster = await prisma().cluster.findUniqueOrThrow({ where: { name: 'here' } });
  const row = { id, projectId, clusterId: cluster.id, cluster: 'here', namespace, created: false };
  await prisma().projectNamespace.create({
    data: { ...row, defaults: {}, quota: {}, createdAt: new Date() },
  });
  return id;
}

/** Rows and a Deployment as the platform would have made them. */
async function unitOf(name: string, node: string, namespaceId: string): Promise<Unit> {
  const id = newId();
  const now = new Date();
  const labels = { 'pilothouse.io/instance': id };
  const template = { metadata: { labels }, spec: podSpec };
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels },
    spec: { replicas: 1, selector: { matchLabels: labels }, template },
  };
  await world.cluster.apply(JSON.stringify(deployment));
  await world.cluster.kubectl('rollout', 'status', `deployment/${name}`, '-n', namespace, '--timeout=100s');
  const of = async (what: string, path: string, ...more: string[]) =>
    world.cluster.kubectl('get', what, '-n', namespace, '-o', `jsonpath=${path}`, ...more);
  const uid = await of(`deployment/${name}`, '{.metadata.uid}');
  const pod = await of('pods', '{.items[0].metadata.name}', '-l', `pilothouse.io/instance=${id}`);
  const { clusterId } = await prisma().projectNamespace.findUniqueOrThrow({ where: { id: namespaceId } });
  await prisma().application.create({ data: { id: node, version: 0, secretNames: [], updatedAt: now } });
  const versions = { version: 1, applicationVersion: 0, spec: {}, isPaused: false };
  await prisma().instance.create({
    data: {
      id,
      applicationId: node,
      namespaceId,
      name,
      objectName: name,
      ...versions,
      createdAt: now,
      updatedAt: now,
    },
  });
  const unit = newId();
  await prisma().reconcileUnit.create({
    data: {
      id: unit,
      kind: 'instance',
      ownerId: id,
      clusterId,
      namespace,
      wanted: 1,
      applied: 1,
      isRemoving: false,
      dueAt: new Date(Date.now() + 3_600_000),
      fence: 0,
      attempt: 0,
    },
  });
  await prisma().reconciledObject.create({
    data: {
      id: newId(),
      unitId: unit,
      apiGroup: 'apps',
      version: 'v1',
      plural: 'deployments',
      kind: 'Deployment',
      name,
      uid,
    },
  });
  return { id, node, pod };
}

const signUp = (name: string, node: string) =>
  world.api.signUp(name, [{ role: 'developer', scope: { kind: 'tree', node } }]);
const throughOf = ({ id, node }: Unit) => ({ unit: 'instance' as const, node, id });
const placeOf = (unit: Unit, change: object = {}) => ({
  ...world.place(unit.pod),
  through: throughOf(unit),
  ...change,
});
const asked = async (user: TestUser, body: object) => {
  const answer = await user.post('/tickets', body);
  return [answer.status, answer.body.error?.code];
};

async function viewOf(user: TestUser, unit: Unit): Promise<StreamClient> {
  const stream = await openStream(user, 'log', placeOf(unit));
  stream.say({ type: 'start', tailLines: 1 });
  await expect.poll(() => logLinesOf(stream).length).toBeGreaterThan(1);
  return stream;
}

test('a grant on the tree and none on the cluster: log, logs, shell and download of the node’s own pods', async () => {
  const user = await signUp('li', nodes.project);
  expect(await asked(user, { purpose: 'log', ...world.place(cart.pod) })).toEqual([403, 'forbidden']);
  const stream = await viewOf(user, cart);
  stream.socket.terminate();

  const shell = await openShellStream(user, placeOf(cart));
  shell.keys('echo from-$((40+2))\n');
  await expect.poll(() => shell.screen).toContain('from-42');
  shell.keys('exit\n');

  const what = { kind: 'log', ...placeOf(cart) };
  const file = await user.get((await ticketUrl(user, { purpose: 'download', what })).replace('/api/v1', ''));
  expect(file.body).toMatch(/^line 1\nline 2\n/);
});

test('of many logs only those whose owners lead to the unit: a label can be copied', async () => {
  const user = await signUp('many', nodes.cart);
  await world.cluster.kubectl(
    'label',
    'pod',
    'bare',
    '-n',
    namespace,
    '--overwrite',
    `pilothouse.io/instance=${cart.id}`,
  );
  const labelSelector = `pilothouse.io/instance=${cart.id}`;
  const stream = await openStream(user, 'logs', {
    cluster: 'here',
    namespace,
    labelSelector,
    through: throughOf(cart),
  });
  stream.say({ type: 'start', tailLines: 1 });
  await expect.poll(() => logLinesOf(stream).length).toBeGreaterThan(20);
  expect(stream.of('source').map(({ pod }) => pod)).toEqual([cart.pod]);
  stream.socket.terminate();
  const named = { purpose: 'logs', cluster: 'here', namespace, through: throughOf(cart) };
  expect(await asked(user, { ...named, pods: [cart.pod, 'bare'] })).toEqual([404, 'notFound']);
  expect(await asked(user, { ...named, pods: [cart.pod] })).toEqual([201, undefined]);
});

test('what is not the unit’s is answered as what is not there, and what is beside the branch as a stranger’s', async () => {
  const user = await signUp('careful', nodes.cart);
  for (const purpose of ['log', 'exec']) {
    const ask = (change: object) => asked(user, { purpose, ...placeOf(cart, change) });
    const isNotFound = [404, 'notFound'];
    expect(await ask({})).toEqual([201, undefined]);
    expect(await ask({ pod: till.pod }), 'a pod of another application').toEqual(isNotFound);
    expect(await ask({ pod: 'bare' }), 'a pod of nobody').toEqual(isNotFound);
    expect(await ask({ pod: 'not-there' })).toEqual(isNotFound);
    expect(await ask({ namespace: 'kube-system' })).toEqual(isNotFound);
    expect(await ask({ cluster: 'elsewhere' })).toEqual(isNotFound);
    const through = (change: object) => ask({ through: { ...throughOf(cart), ...change } });
    expect(await through({ id: till.id }), 'another application’s instance').toEqual(isNotFound);
    expect(await through({ id: newId() })).toEqual(isNotFound);
    expect(await through({ unit: 'cronJob' })).toEqual(isNotFound);
    const isForbidden = [403, 'forbidden'];
    expect(await ask({ pod: till.pod, through: throughOf(till) }), 'beside the branch').toEqual(isForbidden);
    expect(await through({ node: newId() })).toEqual(isForbidden);
    expect(await through({ node: nodes.project }), 'above it').toEqual(isForbidden);
  }
  const what = { kind: 'log', ...placeOf(cart, { pod: till.pod }) };
  expect(await asked(user, { purpose: 'download', what })).toEqual([404, 'notFound']);
});

test('a grant that is taken away ends log and shell within 5 s', async () => {
  const user = await signUp('leaver', nodes.department);
  const stream = await viewOf(user, cart);
  const shell = await openShellStream(user, placeOf(cart));
  const grants = await world.api.admin.get('/grants?user=leaver');
  await world.api.admin.delete(`/grants/${grants.body.items[0].id}`);
  await within(5000, () =>
    expect
      .poll(() => [stream.end, shell.end])
      .toMatchObject([{ reason: 'rightsLost' }, { reason: 'rightsLost' }]),
  );
});

test('a node that moves out of the branch takes its streams along', async () => {
  const user = await signUp('stays', nodes.project);
  const stream = await viewOf(user, till);
  const moved = await world.api.admin.put(`/tree/${nodes.till}/parent`, { parent: nodes.other });
  expect(moved.status).toBe(200);
  await within(5000, () => expect.poll(() => stream.end).toMatchObject({ reason: 'rightsLost' }));
  await world.api.admin.put(`/tree/${nodes.till}/parent`, { parent: nodes.project });
});

test('another pod that takes a pod’s name is not gone on with', async () => {
  const user = await signUp('pinned', nodes.cart);
  const stream = await viewOf(user, cart);
  await world.cluster.kubectl('delete', 'pod', cart.pod, '-n', namespace, '--now');
  const impostor = { apiVersion: 'v1', kind: 'Pod', metadata: { name: cart.pod, namespace }, spec: podSpec };
  await world.cluster.apply(JSON.stringify(impostor));
  await expect.poll(() => stream.end).toMatchObject({ reason: 'completed' });
  expect(await asked(user, { purpose: 'log', ...placeOf(cart) })).toEqual([404, 'notFound']);
});
