import { needsRealNode } from '@pilothouse/control-plane/testing';
import { bytesOfText } from '@pilothouse/kinds';
import { within } from '@pilothouse/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { heldBytes } from '../../testing/held-bytes.ts';
import type { TestUser } from '../../testing/test-api.ts';
import {
  logCursorsOf,
  logLinesOf,
  openStream,
  ticketUrl,
  type StreamClient,
} from '../testing/stream-client.ts';
import { startStreamWorld, type StreamWorld } from '../testing/stream-world.ts';

const namespace = 'streams-view';
/** Bytes that are no UTF-8, carriage returns, a line of two megabytes. */
const odd =
  "printf 'latin1 \\351, gbk \\326\\320\\316\\304\\rx\\n'; head -c 2000000 /dev/zero | tr '\\0' x; printf ' end\\n\\nlast\\n'";
let world: StreamWorld;
let developer: TestUser;

beforeAll(async () => {
  const started = await startStreamWorld(namespace, {
    counter: 'n=0; while :; do n=$((n+1)); echo "line $n"; usleep 5000; done',
    // a log that was written before would be rotated away before it is viewed
    firehose:
      'until [ -e /go ]; do usleep 100000; done; yes "$(printf %0200d 0)" | head -n 400000; sleep 3600',
    said: 'echo one; echo two; echo three; sleep 3600',
    odd: `${odd}; sleep 3600`,
  });
  if (started === undefined) return;
  world = started;
  const scope = { kind: 'namespace' as const, cluster: 'here', namespace };
  developer = await world.api.signUp('developer', [{ role: 'developer', scope }]);
});
afterAll(() => world?.stop());

beforeEach(needsRealNode);

const numbersOf = (stream: StreamClient) =>
  logLinesOf(stream).map(({ text }) => Number(text.replace('line ', '')));

async function view(place: string, start: object = {}): Promise<StreamClient> {
  const stream = await openStream(developer, 'log', world.place(place));
  stream.say({ type: 'start', ...start });
  return stream;
}

test('a browser that loses its connection goes on without gap or duplicate', async () => {
  const seen: number[] = [];
  let cursor: string | undefined;
  for (let cuts = 0; cuts < 4; cuts++) {
    const stream = await view('counter', cursor === undefined ? {} : { cursors: [cursor] });
    await expect.poll(() => numbersOf(stream).length).toBeGreaterThan(30);
    stream.socket.terminate();
    seen.push(...numbersOf(stream));
    cursor = logCursorsOf(stream)[0];
    await new Promise((resolve) => setTimeout(resolve, 300 * cuts));
  }
  expect(seen).toEqual(Array.from({ length: seen.length }, (_, index) => index + 1));
});

test('tail, since and an end without follow', async () => {
  const stream = await view('said', { tailLines: 2, follow: false });
  await expect.poll(() => stream.end).toEqual({ type: 'end', reason: 'completed' });
  expect(logLinesOf(stream).map(({ text }) => text)).toEqual(['two', 'three']);
  expect(logLinesOf(stream)[0]!.time).toMatch(/^\d{4}-.*\.\d{9}/);
});

test('a viewer that acknowledges nothing gets one window, and the platform keeps little of the rest', async () => {
  const before = heldBytes();
  const stream = await view('firehose');
  await world.cluster.kubectl('exec', '-n', namespace, 'firehose', '--', 'touch', '/go');
  await expect.poll(() => logLinesOf(stream).length).toBe(5000);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  expect(logLinesOf(stream)).toHaveLength(5000);
  // the browser's side is in this very process too
  const logBytes = 80_000_000;
  expect(heldBytes() - before).toBeLessThan(0.4 * logBytes);
  stream.say({ type: 'ack', lines: 5000 });
  await expect.poll(() => logLinesOf(stream).length).toBe(10_000);
  stream.socket.terminate();
}, 60_000);

test('lost rights end the view within 5 s, and its connection to the cluster', async () => {
  const scope = { kind: 'namespace' as const, cluster: 'here', namespace };
  const other = await world.api.signUp('loses', [{ role: 'developer', scope }]);
  const stream = await openStream(other, 'log', world.place('counter'));
  stream.say({ type: 'start', tailLines: 1 });
  await expect.poll(() => logLinesOf(stream).length).toBeGreaterThan(1);
  const grants = await world.api.admin.get('/grants?user=loses');
  await world.api.admin.delete(`/grants/${grants.body.items[0].id}`);
  await within(5000, () => expect.poll(() => stream.end).toMatchObject({ reason: 'rightsLost' }));
  await expect
    .poll(async () => (await world.api.admin.get('/audit?code=log.view&user=loses')).body.items[0])
    .toMatchObject({ outcome: 'succeeded', reason: 'rightsLost' });
  const reads = await world.api.admin.get('/audit?code=log.read&user=loses');
  expect(reads.body.items.every((row: { outcome: string }) => row.outcome === 'succeeded')).toBe(true);
});

test('a log as text, with kubectl’s parameters', async () => {
  const path = `/clusters/here/k8s/core/pods/${namespace}/said/log`;
  expect((await developer.get(path)).body).toBe('one\ntwo\nthree\n');
  expect((await developer.get(`${path}?tailLines=1&container=main`)).body).toBe('three\n');
  expect((await developer.get(`${path}?tailLines=0`)).body).toBe('');
  expect((await developer.get(`${path}?timestamps=true&tailLines=1`)).body).toMatch(/^\d{4}-\S+Z? three\n$/);
  const previous = await developer.get(`${path}?previous=true`);
  expect(previous).toMatchObject({ status: 409, body: { error: { code: 'containerNotStarted' } } });
  expect(previous.body.error.status.message).toContain('previous terminated container');
  const missing = await developer.get(path.replace('said', 'not-there'));
  expect(missing).toMatchObject({ status: 404, body: { error: { code: 'clusterNotFound' } } });
  expect((await world.api.anonymous.get(path)).status).toBe(401);
});

test('a log is what kubectl prints, byte by byte, read or downloaded; its viewer is told every byte of it', async () => {
  const expected = Buffer.concat([
    Buffer.from('latin1 \xe9, gbk \xd6\xd0\xce\xc4\rx\n', 'latin1'),
    Buffer.alloc(2_000_000, 'x'),
    Buffer.from(' end\n\nlast\n'),
  ]);
  const bytesAt = async (url: string, headers = {}) => {
    const answer = await fetch(url, { headers });
    expect(answer.headers.get('content-type')).toBe('text/plain');
    return Buffer.from(await answer.arrayBuffer());
  };
  const path = `${developer.url}/api/v1/clusters/here/k8s/core/pods/${namespace}/odd/log`;
  const read = () => bytesAt(path, { authorization: `Bearer ${developer.token}` });
  await expect.poll(async () => (await read()).length).toBe(expected.length);
  expect((await read()).equals(expected)).toBe(true);
  const url = await ticketUrl(developer, {
    purpose: 'download',
    what: { kind: 'log', ...world.place('odd') },
  });
  expect((await bytesAt(`${developer.url}${url}`)).equals(expected)).toBe(true);
  const stream = await view('odd');
  await expect.poll(() => logLinesOf(stream).length).toBe(4);
  const [first, long] = logLinesOf(stream);
  expect(Buffer.from(bytesOfText(`${first!.text}\n`)).equals(expected.subarray(0, 21))).toBe(true);
  expect(long!.text).toMatch(/^x+ \.\.\. \(\+\d+ bytes\)$/);
  stream.socket.terminate();
});

test('a container that cannot start says why', async () => {
  const answer = await world.api.admin.get('/clusters/here/k8s/core/pods/demo/unpullable/log');
  expect(answer).toMatchObject({ status: 409, body: { error: { code: 'containerNotStarted' } } });
  expect(answer.body.error.params.message).toMatch(/waiting to start|pull/);
});

test('a download is a file with a harmless name, once', async () => {
  const what = { kind: 'log', ...world.place('said') };
  const url = await ticketUrl(developer, { purpose: 'download', what });
  const answer = await fetch(`${world.api.url}${url}`);
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename=said-main.log');
  expect(answer.headers.get('content-type')).toBe('text/plain');
  expect(await answer.text()).toBe('one\ntwo\nthree\n');
  expect((await fetch(`${world.api.url}${url}`)).status).toBe(401);
});

test('every read is joined with the cluster’s own audit log', async () => {
  const audited = await world.auditedFromNow();
  const stream = await view('said', { follow: false });
  await expect.poll(() => stream.end).toBeDefined();
  await developer.get(`/clusters/here/k8s/core/pods/${namespace}/said/log?container=main`);
  const theirs = async () =>
    (await audited())
      .filter(({ requestURI }) => requestURI.includes('/pods/said/log'))
      .map(({ auditID }) => auditID);
  await expect.poll(async () => new Set(await theirs()).size).toBe(2);
  const rows = await Promise.all(
    ['log.read', 'pod.log'].map((code) =>
      world.api.admin.get(`/audit?code=${code}&user=developer&pageSize=1`),
    ),
  );
  const ours = rows.map((answer) => answer.body.items[0].auditId as string);
  expect(new Set(await theirs())).toEqual(new Set(ours));
});
