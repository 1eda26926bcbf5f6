import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestClient } from '../../../../testing/test-client.ts';
import { startResourceWorld, type ResourceWorld } from '../../testing/resource-world.ts';
import { drainsOf } from './testing/drains-of.ts';
import { budget, caseLabel, place, pod, type Made, type Owner, type Side } from './testing/drain-objects.ts';

/** What kubectl has not, or does otherwise: plan, cancel, one drain a node, order, what stays. */
const id = 'operation';
let world: ResourceWorld;
let admin: TestClient;
let drains: ReturnType<typeof drainsOf>;
let owner: Owner;
let number = 0;
const kubectl = (...args: string[]) => world.cluster.kubectl(...args);
const actions = '/clusters/here/k8s/core/nodes/actions/drain';

/** A node with what is given, running. */
async function made(given: (side: Side) => Made[]): Promise<Side> {
  const name = `drain-${id}-${(number += 1)}`;
  const side = { namespace: name, node: name, id, owner };
  const items = [...place(side), ...given(side)];
  await world.cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const pods = items.filter(({ kind }) => kind === 'Pod').map(({ metadata }) => `pod/${metadata.name}`);
  if (pods.length > 0)
    await kubectl('wait', '-n', name, ...pods, '--for=jsonpath={.status.phase}=Running', '--timeout=90s');
  return side;
}
const counted = ({ namespace }: Side, name: string, healthy: number) =>
  kubectl(
    'wait',
    `pdb/${name}`,
    '-n',
    namespace,
    '--timeout=60s',
    `--for=jsonpath={.status.currentHealthy}=${healthy}`,
  );
const held = (side: Side) => [pod(side, 'a'), budget(side, 'b', { minAvailable: 1 })];

const isCordoned = async ({ node }: Side) =>
  (await kubectl('get', 'node', node, '-o', 'jsonpath={.spec.unschedulable}')) === 'true';
const podsOf = async ({ namespace }: Side) =>
  (await kubectl('get', 'pods', '-n', namespace, '-o', 'jsonpath={.items[*].metadata.name}'))
    .split(' ')
    .filter(Boolean);
const untilHeld = (operation: string, node: string) =>
  expect.poll(async () => (await drains.parts(operation, node))[0]?.step?.code).toBe('heldBackByBudget');

beforeAll(async () => {
  world = await startResourceWorld('drain-operation');
  admin = world.api.admin;
  drains = drainsOf(admin);
  const uid = await kubectl('get', 'node', 'kwok-1', '-o', 'jsonpath={.metadata.uid}');
  owner = { apiVersion: 'v1', kind: 'Node', name: 'kwok-1', uid, controller: true };
});
afterAll(async () => {
  await kubectl('delete', 'nodes', '-l', `${caseLabel}=${id}`, '--wait=false');
  await kubectl('delete', 'namespaces', '-l', `${caseLabel}=${id}`, '--wait=false');
  await world?.stop();
});

test('an unknown node, a bad selector: nothing happens to any', async () => {
  const side = await made((s) => [pod(s, 'a')]);
  const missing = await drains.ask('actions', [side.node, 'nobody']);
  expect(missing).toMatchObject({ status: 404, body: { error: { code: 'clusterNotFound' } } });
  await expect(kubectl('drain', side.node, 'nobody')).rejects.toThrow(/not found/);
  const selector = await drains.ask('actions', [side.node], { podSelector: 'a in b' });
  expect(selector).toMatchObject({ status: 400, body: { error: { code: 'badSelector' } } });
  expect(await drains.ask('actions', [side.node], { timeout: -1 })).toMatchObject({ status: 400 });
  const uid = { targets: [{ name: side.node, uid: 'another' }] };
  expect(await admin.post(actions, uid)).toMatchObject({ status: 409 });
  expect(await isCordoned(side)).toBe(false);
  expect(await podsOf(side)).toEqual(['a']);
});

test('a held pod names its budget; a second drain of the node names the first; a cancel tells how it is left', async () => {
  const side = await made((s) => [...held(s), pod(s, 'c', { labels: { part: 'other' } })]);
  await counted(side, 'b', 1);
  const operation = await drains.begin([side.node, side.node]);
  await untilHeld(operation, side.node);
  const [part] = await drains.parts(operation, side.node);
  expect(part?.step?.params).toMatchObject({
    node: side.node,
    namespace: side.namespace,
    pod: 'a',
    budget: 'b',
    needs: 1,
    has: 1,
    seconds: 5,
    message: 'The disruption budget b needs 1 healthy pods and has 1 currently',
  });
  const stepOfNode = async () =>
    (await drains.items(operation)).find(({ target }) => target === side.node)?.step;
  await expect.poll(stepOfNode).toEqual({ code: 'podsHeldBack', params: { pods: 1 } });
  const second = await drains.ask('actions', [side.node]);
  expect(second).toMatchObject({
    status: 409,
    body: { error: { code: 'underWay', params: { what: side.node, operation } } },
  });
  await expect.poll(() => podsOf(side)).toEqual(['a']);
  expect(await admin.post(`/operations/${operation}/cancel`)).toMatchObject({ status: 200 });
  expect(await drains.ended(operation)).toBe('cancelled');
  const items = await drains.items(operation);
  expect(items.map(({ target }) => target)).toEqual(['cordon', side.node]);
  expect(items[1]?.result).toEqual({
    code: 'drainCancelled',
    params: { node: side.node, gone: 1, terminating: 0 },
  });
  expect((await drains.parts(operation, side.node)).map(({ result }) => result?.code)).toEqual([
    'notEvicted',
    'podEvicted',
  ]);
  expect(await isCordoned(side)).toBe(true);
  // it is free again
  await kubectl('delete', 'pdb', 'b', '-n', side.namespace);
  expect(await drains.ended(await drains.begin([side.node]))).toBe('succeeded');
});

test('of two drains of a node at once one begins', async () => {
  const side = await made(held);
  await counted(side, 'b', 1);
  const answers = await Promise.all([1, 2, 3, 4].map(() => drains.ask('actions', [side.node])));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 409, 409, 409]);
  const operation = String(answers.find(({ status }) => status === 202)?.body.operation);
  await admin.post(`/operations/${operation}/cancel`);
  await drains.ended(operation);
});

test('every node is cordoned before the first pod goes, and one that fails does not stop the others', async () => {
  const first = await made((s) => [pod(s, 'a', { owner: null })]);
  const second = await made((s) => [pod(s, 'a')]);
  const operation = await drains.begin([first.node, second.node]);
  expect(await drains.ended(operation)).toBe('failed');
  expect((await drains.items(operation)).map(({ result }) => result?.code)).toEqual([
    'cordoned',
    'drainRefused',
    'drained',
  ]);
  expect([await isCordoned(first), await isCordoned(second)]).toEqual([true, true]);
  expect([await podsOf(first), await podsOf(second)]).toEqual([['a'], []]);
  // what failed is run again, and its node is still cordoned
  await kubectl('delete', 'pod', 'a', '-n', first.namespace, '--grace-period=0', '--force');
  await kubectl('uncordon', first.node);
  const retry = (await admin.post(`/operations/${operation}/retry`)).body.id as string;
  expect(await drains.ended(retry)).toBe('succeeded');
  expect((await drains.items(retry)).map(({ target }) => target)).toEqual([first.node]);
  expect(await isCordoned(first)).toBe(true);
});

test('it stops at the first failure where that is asked, and uncordons where that is', async () => {
  const first = await made((s) => [pod(s, 'a', { owner: null })]);
  const second = await made((s) => [pod(s, 'a')]);
  const stopped = await drains.begin([first.node, second.node], { stopAtFailure: true });
  expect(await drains.ended(stopped)).toBe('failed');
  expect((await drains.items(stopped)).map(({ state }) => state)).toEqual(['succeeded', 'failed', 'skipped']);
  expect(await podsOf(second)).toEqual(['a']);
  expect(await drains.ended(await drains.begin([second.node], { uncordonAtEnd: true }))).toBe('succeeded');
  expect(await isCordoned(second)).toBe(false);
  expect(await podsOf(second)).toEqual([]);
});

test('a plan tells what would become of each pod, and changes nothing', async () => {
  const side = await made((s) => [
    ...held(s),
    pod(s, 'bare', { owner: null, labels: { part: 'other' } }),
    pod(s, 'local', { volumes: [{ name: 'd', emptyDir: {} }], labels: { part: 'other' } }),
    pod(s, 'plain', { labels: { part: 'other' } }),
  ]);
  await counted(side, 'b', 1);
  const planned = async (parameters: object) => {
    const answer = await drains.ask('plans', [side.node], parameters);
    expect(answer).toMatchObject({ status: 200, body: { nodes: [{ name: side.node, isCordoned: false }] } });
    const { isRefused, pods } = answer.body.nodes[0] as {
      isRefused: boolean;
      pods: { name: string; outcome: string; reason: string | null; budget: object | null }[];
    };
    return { isRefused, pods, outcomes: pods.map(({ name, outcome, reason }) => [name, outcome, reason]) };
  };
  expect(await planned({})).toMatchObject({
    isRefused: true,
    outcomes: [
      ['a', 'evict', null],
      ['bare', 'refused', 'noController'],
      ['local', 'refused', 'emptyDir'],
      ['plain', 'evict', null],
    ],
  });
  const { pods, outcomes } = await planned({ force: true, deleteEmptyDirData: true });
  expect(outcomes[0]).toEqual(['a', 'heldBack', 'budget']);
  expect(pods[0]?.budget).toEqual({ name: 'b', needs: 1, has: 1, allowed: 0 });
  expect(
    (await planned({ force: true, deleteEmptyDirData: true, disableEviction: true })).outcomes[0],
  ).toEqual(['a', 'evict', null]);
  expect(await isCordoned(side)).toBe(false);
  expect(await podsOf(side)).toHaveLength(4);
});

test('what was asked for and foreseen is kept, to be asked for again', async () => {
  const side = await made((s) => [...held(s), pod(s, 'free', { labels: { part: 'other' } })]);
  await counted(side, 'b', 1);
  const parameters = { timeout: 2, reason: 'new disks' };
  const operation = await drains.begin([side.node], parameters);
  expect(await drains.ended(operation)).toBe('failed');
  const request = (await admin.get(`/operations/${operation}/request`)).body;
  expect(request).toMatchObject({
    action: 'drain',
    group: 'core',
    plural: 'nodes',
    targets: [{ name: side.node }],
    parameters: { ...parameters, force: false },
    plan: { evicts: true, nodes: [{ name: side.node, isRefused: false, unnamed: 0 }] },
  });
  const pods = request.plan.nodes[0].pods as { name: string; outcome: string; budget: object | null }[];
  expect(pods.map(({ name, outcome, budget: by }) => [name, outcome, by])).toEqual([
    ['a', 'heldBack', { name: 'b', needs: 1, has: 1, allowed: 0 }],
    ['free', 'evict', null],
  ]);
  expect((await admin.get(`/operations/${operation}`)).body).toMatchObject({ repeatable: true });
  // a retry knows its nodes alone
  const retry = (await admin.post(`/operations/${operation}/retry`)).body.id as string;
  await admin.post(`/operations/${retry}/cancel`);
  expect((await admin.get(`/operations/${retry}/request`)).body).toMatchObject({
    targets: [{ name: side.node }],
    plan: null,
  });
  // nobody else's
  const stranger = await world.api.signUp('drain-stranger');
  expect(await stranger.get(`/operations/${operation}/request`)).toMatchObject({ status: 404 });
  // of what is no drain there is nothing
  const { body } = await admin.post('/clusters/here/k8s/core/nodes/actions/uncordon', {
    targets: [{ name: side.node }],
  });
  expect(await admin.get(`/operations/${body.operation}/request`)).toMatchObject({ status: 404 });
});

test('each eviction is a row of our audit, with the id that the cluster’s has', async () => {
  const side = await made((s) => [pod(s, 'a'), pod(s, 'b')]);
  const audited = await world.auditedFromNow();
  expect(await drains.ended(await drains.begin([side.node], { reason: 'new disks' }))).toBe('succeeded');
  const changes = async () =>
    (await audited()).filter(
      ({ verb, requestURI }) => verb === 'create' && requestURI.includes(`/${side.namespace}/`),
    );
  await expect
    .poll(async () => (await changes()).map(({ responseStatus }) => responseStatus?.code))
    .toEqual([201, 201]);
  const rows = (await admin.get('/audit?pageSize=100')).body.items as {
    auditId?: string;
    id: string;
    params: object;
  }[];
  const ids = new Set(JSON.stringify(rows).match(/[0-9a-f-]{36}/g));
  for (const { auditID } of await changes()) expect(ids).toContain(auditID);
  expect(JSON.stringify(rows)).toContain('new disks');
});

test('in production it takes a reason', async () => {
  const side = await made(() => []);
  const cluster = (await admin.get('/clusters/here')).body as Record<string, unknown>;
  expect(await admin.patch('/clusters/here', { environment: 'production' })).toMatchObject({ status: 200 });
  const refused = await drains.ask('actions', [side.node]);
  expect(refused).toMatchObject({
    status: 400,
    body: { error: { code: 'reasonRequired', field: 'body.parameters.reason' } },
  });
  expect(await drains.ended(await drains.begin([side.node], { reason: 'new disks' }))).toBe('succeeded');
  await admin.patch('/clusters/here', { environment: cluster['environment'] });
});
