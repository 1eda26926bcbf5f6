import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ResourceCluster } from './resource-cluster.ts';
import { SourcePool } from './source-pool.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function cluster() {
  const life = new AbortController();
  const connection = { closed: life.signal } as ResourceCluster['connection'];
  return { life, cluster: { id: '1', name: 'c', connection } as ResourceCluster };
}

function source() {
  const counts = { begun: 0, stopped: 0 };
  const begin = () => {
    counts.begun += 1;
    return { value: counts.begun, stop: () => void (counts.stopped += 1) };
  };
  return { counts, begin };
}

test('who asks for the same gets the same, begun once', () => {
  const pool = new SourcePool();
  const { counts, begin } = source();
  const { cluster: here } = cluster();
  expect(pool.acquire(here, 'pods', begin).value).toBe(pool.acquire(here, 'pods', begin).value);
  pool.acquire(here, 'nodes', begin);
  expect([counts.begun, pool.size]).toEqual([2, 2]);
});

test('it ends a minute after the last has let go, and not when somebody came back meanwhile', () => {
  const pool = new SourcePool();
  const { counts, begin } = source();
  const { cluster: here } = cluster();
  const [one, two] = [pool.acquire(here, 'pods', begin), pool.acquire(here, 'pods', begin)];
  one.release();
  one.release();
  vi.advanceTimersByTime(120_000);
  expect(counts.stopped).toBe(0);
  two.release();
  vi.advanceTimersByTime(59_999);
  const three = pool.acquire(here, 'pods', begin);
  vi.advanceTimersByTime(120_000);
  expect([counts.begun, counts.stopped]).toEqual([1, 0]);
  three.release();
  vi.advanceTimersByTime(60_000);
  expect([counts.stopped, pool.size]).toEqual([1, 0]);
});

test('it ends with the cluster’s connection, however many hold it', () => {
  const pool = new SourcePool();
  const { counts, begin } = source();
  const { cluster: here, life } = cluster();
  const lease = pool.acquire(here, 'pods', begin);
  life.abort(new Error('closed'));
  expect([counts.stopped, pool.size]).toEqual([1, 0]);
  lease.release();
  vi.advanceTimersByTime(120_000);
  expect(counts.stopped).toBe(1);
  expect(() => pool.acquire(here, 'pods', begin)).toThrow('closed');
});

test('stop ends everything', () => {
  const pool = new SourcePool();
  const { counts, begin } = source();
  pool.acquire(cluster().cluster, 'pods', begin);
  pool.acquire(cluster().cluster, 'pods', begin);
  pool.stop();
  expect([counts.stopped, pool.size]).toEqual([2, 0]);
});
