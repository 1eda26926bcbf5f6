import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Database } from './database.ts';
import { Versions } from './versions.ts';

let rows: { name: string; version: bigint }[];
let answer: () => Promise<typeof rows>;
let errors: unknown[];
let versions: Versions;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
  rows = ['access', 'clusters', 'policies'].map((name) => ({ name, version: 1n }));
  answer = async () => rows;
  errors = [];
  const database = { prisma: { version: { findMany: () => answer() } } } as unknown as Database;
  versions = new Versions(database, (error) => errors.push(error));
});
afterEach(() => {
  versions.stop();
  vi.useRealTimers();
});

function set(...changes: [string, bigint][]): void {
  const changed = new Map(changes);
  rows = rows.map(({ name, version }) => ({ name, version: changed.get(name) ?? version }));
}

function fails(): Promise<never> {
  return Promise.reject(new Error('the database is away'));
}

test('a clock set forward does not make an answer stale, one set back does not keep it fresh', async () => {
  await versions.start();
  answer = fails;
  vi.setSystemTime(Date.now() + 86_400_000);
  expect(versions.fresh).toBe(true);
  vi.setSystemTime(Date.now() - 2 * 86_400_000);
  await vi.advanceTimersByTimeAsync(5001);
  expect(versions.fresh).toBe(false);
});

test('an answer counts from when it was asked for', async () => {
  answer = async () => {
    await new Promise((resolve) => setTimeout(resolve, 6000));
    return rows;
  };
  const read = versions.refresh();
  await vi.advanceTimersByTimeAsync(6000);
  await read;
  expect(versions.fresh).toBe(false);
});

test('after an outage it asks again, and tells of what changed meanwhile', async () => {
  const heard = vi.fn<() => void>();
  versions.onChange('access', heard);
  await versions.start();
  answer = fails;
  await vi.advanceTimersByTimeAsync(6000);
  expect(errors.length).toBeGreaterThan(0);
  set(['access', 2n]);
  answer = async () => rows;
  await vi.advanceTimersByTimeAsync(750);
  expect(versions.fresh).toBe(true);
  expect(heard).toHaveBeenCalledTimes(1);
});

test('rights are heard of before access, whatever one listener does', async () => {
  const order: string[] = [];
  versions.onChange('access', () => order.push('access'));
  versions.onChange('policies', () => {
    throw new Error('a listener');
  });
  versions.onChange('policies', () => order.push('policies'));
  await versions.start();
  expect(order).toEqual([]);
  set(['access', 2n], ['policies', 2n]);
  await versions.refresh();
  expect(order).toEqual(['policies', 'access']);
  expect(errors).toHaveLength(1);
});
