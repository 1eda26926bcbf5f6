import { afterEach, expect, it, vi } from 'vitest';
import { sendJson, sendStatus, startFakeApiserver, type FakeApiserver } from '../testing/fake-apiserver.ts';
import { ObjectStore } from './object-store.ts';
import type { StoreRow } from './store-row.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** Figures as metrics-server lists them: no uid, no version, of the list neither. */
const figures = (cpu: Record<string, number>) => ({
  kind: 'PodMetricsList',
  metadata: {},
  items: Object.entries(cpu).map(([name, used]) => ({ metadata: { name, namespace: 'shop' }, cpu: used })),
});

async function polling(answer: {
  now: unknown;
}): Promise<{ server: FakeApiserver; store: ObjectStore<StoreRow> }> {
  const server = await startFakeApiserver({
    handle: (_request, response) => {
      if (answer.now === null) sendStatus(response, 503, 'ServiceUnavailable');
      else sendJson(response, answer.now);
    },
  });
  const store = new ObjectStore<StoreRow>({
    connection: server.connect(),
    resource: { group: 'metrics.k8s.io', version: 'v1beta1', plural: 'pods' },
    project: ({ metadata: { uid, namespace = '', name, resourceVersion }, ...object }) => ({
      uid,
      namespace,
      name,
      resourceVersion,
      cells: { cpu: (object as unknown as { cpu: number }).cpu },
    }),
    pollMs: 50,
    timing: { firstMs: 20, mostMs: 50 },
  });
  cleanups.push(server.close, () => store.stop());
  store.start();
  return { server, store };
}

const rows = (store: ObjectStore<StoreRow>) => store.rows().map(({ name, cells }) => [name, cells.cpu]);

it('what cannot be watched is listed again and again: live, and of the last list', async () => {
  const answer: { now: unknown } = { now: figures({ a: 1, b: 2 }) };
  const { server, store } = await polling(answer);
  await store.ready();
  expect([store.state, rows(store)]).toEqual([
    'live',
    [
      ['a', 1],
      ['b', 2],
    ],
  ]);
  const changes = vi.fn<(change: { upserted: StoreRow[]; deleted: StoreRow[] }) => void>();
  store.onChange(changes);
  const { asOf } = store;
  answer.now = figures({ b: 3, c: 4 });
  await expect
    .poll(() => rows(store).toSorted())
    .toEqual([
      ['b', 3],
      ['c', 4],
    ]);
  const deleted = () => changes.mock.calls.flatMap(([change]) => change.deleted.map(({ name }) => name));
  await expect.poll(() => deleted()).toEqual(['a']);
  expect(store.asOf.getTime()).toBeGreaterThan(asOf.getTime());
  expect(server.requests.filter((line) => line.includes('watch'))).toEqual([]);
  store.stop();
  // one may be under way
  await new Promise((resolve) => setTimeout(resolve, 100));
  const before = server.requests.length;
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(server.requests).toHaveLength(before);
});

it('whoever waits for the rows and follows them has been told of all of them then', async () => {
  const { store } = await polling({ now: figures({ a: 1, b: 2 }) });
  const told: string[] = [];
  store.onChange(({ upserted }) => told.push(...upserted.map(({ name }) => name)));
  await store.ready();
  expect(told).toEqual(['a', 'b']);
});

it('what it had stays, and ages, while it cannot be listed', async () => {
  const answer: { now: unknown } = { now: figures({ a: 1 }) };
  const { store } = await polling(answer);
  await store.ready();
  answer.now = null;
  await expect.poll(() => store.lastError).toMatchObject({ status: 503 });
  const { asOf } = store;
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect([store.state, store.asOf, rows(store)]).toEqual(['stale', asOf, [['a', 1]]]);
  answer.now = figures({ a: 2 });
  await expect.poll(() => rows(store)).toEqual([['a', 2]]);
  expect([store.state, store.lastError]).toEqual(['live', null]);
});

it('an object without a name is counted, and in nobody’s way', async () => {
  const { store } = await polling({ now: { metadata: {}, items: [{}, ...figures({ a: 1 }).items] } });
  await store.ready();
  expect(rows(store)).toEqual([['a', 1]]);
  expect(store.malformed).toMatchObject({ params: { count: 1 } });
});
