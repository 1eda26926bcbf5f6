import { expect, onTestFinished, test } from 'vitest';
import { sendJson, sendStatus, startFakeApiserver } from '../testing/fake-apiserver.ts';
import { pod } from '../testing/pods.ts';
import { bookmark, expired, list, watch, type Answer } from '../testing/store-on.ts';
import { ObjectWatch } from './object-watch.ts';

const initialEnd = (version: string) => bookmark(version, { 'k8s.io/initial-events-end': 'true' });
const managed = (name: string, version: number) => {
  const object = pod(name, version);
  return { ...object, metadata: { ...object.metadata, managedFields: [{ manager: 'kubectl' }] } };
};

/** A watch of the pod `web` on a server that answers in turn, the last answer for all further requests. */
async function watchOn(answers: Answer[], name = 'web') {
  const server = await startFakeApiserver({
    handle: (_request, response, url) => {
      if (url.pathname === '/version') return sendJson(response, {});
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      answer?.(response, url);
    },
  });
  onTestFinished(server.close);
  const ref = { group: '', version: 'v1', plural: 'pods', namespace: 'demo', name };
  const watched = new ObjectWatch(server.connect(), ref, { firstMs: 20, mostMs: 40, deniedMs: 30 });
  onTestFinished(() => watched.stop());
  const seen: (string | undefined)[] = [];
  watched.onChange(() => seen.push(watched.object?.metadata.resourceVersion));
  watched.start();
  return { server, watched, seen };
}

test('shows what each event brings, whole, and asks for nothing but a watch of the name', async () => {
  const { server, watched, seen } = await watchOn([
    watch([
      { type: 'ADDED', object: managed('web', 1) },
      initialEnd('5'),
      { type: 'MODIFIED', object: managed('web', 6) },
    ]),
  ]);
  await watched.ready();
  await expect.poll(() => seen.at(-1)).toBe('6');
  expect(watched.object).toEqual(managed('web', 6));
  expect(watched.state).toBe('live');
  expect(server.requests).toHaveLength(1);
  expect(server.requests[0]).toContain('GET /api/v1/namespaces/demo/pods?watch=true');
  expect(server.requests[0]).toContain('fieldSelector=metadata.name%3Dweb');
});

test('what is not there is undefined', async () => {
  const { watched } = await watchOn([watch([initialEnd('5')])]);
  await watched.ready();
  expect(watched.object).toBeUndefined();
});

test('what goes is undefined, and what comes by the same name is shown', async () => {
  const gone = [
    { type: 'ADDED', object: pod('web', 1) },
    initialEnd('5'),
    { type: 'DELETED', object: pod('web', 7) },
  ];
  const { watched } = await watchOn([
    watch(gone, { end: true }),
    watch([{ type: 'ADDED', object: pod('web', 8, { uid: 'another' }) }]),
  ]);
  await watched.ready();
  expect(watched.object).toBeUndefined();
  await expect.poll(() => watched.object?.metadata.uid).toBe('another');
});

test('goes on behind the last event, and begins anew where the server has forgotten it', async () => {
  const { server, watched } = await watchOn([
    watch([{ type: 'ADDED', object: pod('web', 1) }, initialEnd('5')], { end: true }),
    watch([expired]),
    watch([{ type: 'ADDED', object: pod('web', 90) }, initialEnd('91')]),
  ]);
  await expect.poll(() => watched.object?.metadata.resourceVersion).toBe('90');
  expect(server.requests[1]).toContain('&resourceVersion=5&');
  expect(server.requests[1]).toContain('fieldSelector=metadata.name%3Dweb');
  expect(server.requests).toHaveLength(3);
});

test('a server that knows no such beginning is listed by the name', async () => {
  const { server, watched } = await watchOn([
    (response) => sendStatus(response, 422, 'Invalid'),
    list('10', [managed('web', 4)]),
    watch([]),
  ]);
  await watched.ready();
  expect(watched.object).toEqual(managed('web', 4));
  expect(server.requests[1]).toContain('fieldSelector=metadata.name%3Dweb');
});

test('one that may not be watched says so and is not complete', async () => {
  const { watched } = await watchOn([(response) => sendStatus(response, 403, 'Forbidden')]);
  await expect(watched.ready()).rejects.toMatchObject({ status: 403 });
  expect([watched.state, watched.isComplete]).toEqual(['denied', false]);
});

test('while the cluster is away it stays as it was, stale', async () => {
  const away: Answer = (response) => void response.destroy();
  const { watched } = await watchOn([
    watch([{ type: 'ADDED', object: pod('web', 1) }, initialEnd('5')], { end: true }),
    away,
  ]);
  await watched.ready();
  await expect.poll(() => watched.state).toBe('stale');
  expect(watched.object?.metadata.resourceVersion).toBe('1');
  expect(watched.isComplete).toBe(true);
});
