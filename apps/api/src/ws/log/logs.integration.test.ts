import { setTimeout as sleep } from 'node:timers/promises';
import { needsRealNode } from '@pilothouse/control-plane/testing';
import { within } from '@pilothouse/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { TestUser } from '../../testing/test-api.ts';
import { knock, logCursorsOf, logLinesOf, openStream, ticketUrl } from '../testing/stream-client.ts';
import type { StreamClient } from '../testing/stream-client.ts';
import { startStreamWorld, type StreamWorld } from '../testing/stream-world.ts';

const namespace = 'streams-many';
const counting = 'n=0; while :; do n=$((n+1)); echo "line $n"; usleep 20000; done';
let world: StreamWorld;
let developer: TestUser;

beforeAll(async () => {
  const started = await startStreamWorld(namespace, { one: counting, two: counting, other: counting });
  if (started === undefined) return;
  world = started;
  await world.cluster.kubectl('label', 'pod', '-n', namespace, 'one', 'two', 'app=many');
  const scope = { kind: 'namespace' as const, cluster: 'here', namespace };
  developer = await world.api.signUp('developer', [{ role: 'developer', scope }]);
});
afterAll(() => world?.stop());

beforeEach(needsRealNode);

const target = { cluster: 'here', namespace, labelSelector: 'app in (many)' };

/** Opens the logs of many pods; what is read is acknowledged now and then. */
async function view(user: TestUser, where: object, start: object = {}): Promise<StreamClient> {
  const stream = await openStream(user, 'logs', where);
  stream.say({ type: 'start', ...start });
  return stream;
}

function podsOf(stream: StreamClient): string[] {
  return stream.of('source').map(({ pod }) => pod as string);
}

/** Numbers of each pod, as they came. */
function numbersOf(stream: StreamClient): Map<string, number[]> {
  const pods = podsOf(stream);
  const numbers = new Map<string, number[]>();
  for (const { source, text } of logLinesOf(stream)) {
    const pod = pods[source]!;
    numbers.set(pod, [...(numbers.get(pod) ?? []), Number(text.replace('line ', ''))]);
  }
  return numbers;
}

test('pods of a selector: merged by time, through cuts of the browser, joined by new ones and left by gone ones', async () => {
  const seen = new Map<string, number[]>();
  let cursors: string[] = [];
  const watchFor = async (ready: (stream: StreamClient) => boolean) => {
    const stream = await view(developer, target, { cursors, ...(cursors.length === 0 && { tailLines: 20 }) });
    await expect.poll(() => ready(stream)).toBe(true);
    stream.socket.terminate();
    cursors = logCursorsOf(stream);
    for (const [pod, numbers] of numbersOf(stream)) seen.set(pod, [...(seen.get(pod) ?? []), ...numbers]);
    return stream;
  };
  const first = await watchFor((stream) => logLinesOf(stream).length > 100);
  expect(podsOf(first).toSorted()).toEqual(['one', 'two']);
  const times = logLinesOf(first).map(({ time }) => time);
  expect(times).toEqual(times.toSorted());
  await sleep(500);
  const overrides = { spec: { nodeName: 'node-1', terminationGracePeriodSeconds: 0 } };
  await world.cluster.kubectl(
    'run',
    'three',
    `--namespace=${namespace}`,
    '--image=localhost/busybox:1',
    '--image-pull-policy=IfNotPresent',
    '--labels=app=many',
    `--overrides=${JSON.stringify(overrides)}`,
    '--command',
    '--',
    'sh',
    '-c',
    counting,
  );
  await watchFor((stream) => (numbersOf(stream).get('three')?.length ?? 0) > 30);
  await world.cluster.kubectl('delete', 'pod', '-n', namespace, 'two', '--now');
  const last = await watchFor((stream) => stream.of('left').length > 0);
  expect(podsOf(last)[last.of('left')[0]!.source]).toBe('two');
  expect([...seen.keys()].toSorted()).toEqual(['one', 'three', 'two']);
  expect(seen.get('three')?.[0]).toBe(1);
  for (const numbers of seen.values()) {
    expect(numbers).toEqual(Array.from(numbers, (_, index) => numbers[0]! + index));
  }
}, 90_000);

test('a ticket is for its own target, and refusals are written down', async () => {
  const url = await ticketUrl(developer, { purpose: 'logs', ...target });
  const elsewhere = url.replace('many', 'other');
  expect(elsewhere).not.toBe(url);
  expect(await knock(developer.url, elsewhere)).toMatchObject({ status: 403, code: 'ticketMismatch' });
  expect(await knock(developer.url, url)).toMatchObject({ status: 401, code: 'badTicket' });
  const { pods, ...named } = { ...target, labelSelector: undefined, pods: ['one', 'other'] };
  const names = await ticketUrl(developer, { purpose: 'logs', ...named, pods });
  const toOne = names.replace('/logs', '/log');
  expect(await knock(developer.url, toOne)).toMatchObject({ status: 403, code: 'ticketMismatch' });
  const { body } = await world.api.admin.get('/audit?code=ticket.redeem&user=developer');
  expect(body.items[0]).toMatchObject({ outcome: 'refused', name: 'one,other' });
  const foreign = await developer.post('/tickets', { purpose: 'logs', ...target, namespace: 'demo' });
  expect(foreign.status).toBe(403);
  for (const wrong of [{}, { labelSelector: 'a', pods: ['b'] }, { pods: [] }, { pods: ['../x'] }]) {
    const body = { purpose: 'logs', cluster: 'here', namespace, ...wrong };
    expect((await developer.post('/tickets', body)).status).toBe(400);
  }
});

test('lost rights end it within 5 s, and every read of the cluster', async () => {
  const scope = { kind: 'namespace' as const, cluster: 'here', namespace };
  const user = await world.api.signUp('leaver', [{ role: 'developer', scope }]);
  const stream = await view(user, { cluster: 'here', namespace, pods: ['one', 'other'] }, { tailLines: 1 });
  await expect.poll(() => new Set(logLinesOf(stream).map(({ source }) => source)).size).toBe(2);
  const grants = await world.api.admin.get('/grants?user=leaver');
  await world.api.admin.delete(`/grants/${grants.body.items[0].id}`);
  await within(5000, () => expect.poll(() => stream.end).toMatchObject({ reason: 'rightsLost' }));
  const rows = async (code: string) =>
    (await world.api.admin.get(`/audit?code=${code}&user=leaver`)).body.items as Record<string, unknown>[];
  await expect
    .poll(async () => (await rows('log.read')).map(({ outcome }) => outcome))
    .toEqual(['succeeded', 'succeeded']);
  expect(await rows('log.view')).toMatchObject([
    { outcome: 'succeeded', reason: 'rightsLost', name: 'one,other' },
  ]);
});

test('a selector that is none ends it with the cluster’s words', async () => {
  const stream = await view(developer, { ...target, labelSelector: 'app in many' });
  await expect.poll(() => stream.end).toMatchObject({ reason: 'upstreamLost', error: expect.anything() });
});

test('each read of each pod is joined with the cluster’s own audit log', async () => {
  const audited = await world.auditedFromNow();
  const stream = await view(
    developer,
    { cluster: 'here', namespace, pods: ['one', 'other'] },
    { tailLines: 1 },
  );
  await expect.poll(() => logLinesOf(stream).length).toBeGreaterThan(4);
  stream.socket.terminate();
  const theirs = async () =>
    (await audited())
      .filter(({ requestURI }) => /\/pods\/(one|other)\/log/.test(requestURI))
      .map(({ auditID }) => auditID);
  await expect.poll(async () => new Set(await theirs()).size).toBe(2);
  const ours = await world.api.admin.get('/audit?code=log.read&user=developer&pageSize=2');
  expect(new Set(await theirs())).toEqual(
    new Set(ours.body.items.map(({ auditId }: { auditId: string }) => auditId)),
  );
});
