import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ChangeFeed } from './change-feed.ts';
import type { StoreRow } from './store-row.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const row = (uid: string, resourceVersion: string): StoreRow => ({
  uid,
  name: uid,
  resourceVersion,
  cells: {},
});

test('the first change is told at once, those soon after it together', () => {
  const feed = new ChangeFeed<StoreRow>(() => ({ state: 'live', asOf: new Date() }));
  const told: string[][] = [];
  feed.subscribe(({ upserted }) => told.push(upserted.map((each) => `${each.uid} ${each.resourceVersion}`)));
  const change = (uid: string, version: string) => feed.add({ upserted: [row(uid, version)], deleted: [] });
  change('a', '1');
  change('b', '1');
  vi.advanceTimersByTime(1);
  expect(told).toEqual([['a 1', 'b 1']]);

  change('a', '2');
  vi.advanceTimersByTime(50);
  change('a', '3');
  expect(told).toHaveLength(1);
  vi.advanceTimersByTime(50);
  expect(told.slice(1)).toEqual([['a 3']]);

  vi.advanceTimersByTime(1000);
  change('a', '4');
  vi.advanceTimersByTime(1);
  expect(told.slice(2)).toEqual([['a 4']]);
});
