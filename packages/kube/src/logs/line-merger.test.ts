import { expect, test } from 'vitest';
import { LineMerger, mergeWindowMs, mostCatchingUpMs, type MergedLines } from './line-merger.ts';
import { readBatch, type LogBatch } from './log-batch.ts';

const time = (ms: number) => new Date(1_800_000_000_000 + ms).toISOString();

/** Lines written at these milliseconds; their texts are their times. */
function batch(pod: string, ...times: number[]): LogBatch {
  const text = times.map((ms) => `${time(ms)} ${pod}${ms}\n`).join('');
  return readBatch(text, { uid: pod, pod, container: 'c', restarts: 0 }, undefined).batch!;
}

const texts = (merged: MergedLines | undefined) =>
  merged?.runs.flatMap(([, text]) => Array.from(text.matchAll(/ (\w+)\n/g), ([, word]) => word)) ?? [];
function mergerOfTwo(): LineMerger {
  const merger = new LineMerger();
  for (const source of [0, 1]) merger.join(source);
  return merger;
}
const ages = mergeWindowMs + 1;

test('lines of busy sources go as soon as all of them are later, in the order they were written', () => {
  const merger = mergerOfTwo();
  merger.push(0, batch('a', 10, 30, 50), 0);
  merger.push(1, batch('b', 20, 40), 1);
  const merged = merger.take(2, 100);
  expect(texts(merged)).toEqual(['a10', 'b20', 'a30', 'b40']);
  expect(merged?.count).toBe(4);
  expect(merged?.cursors).toEqual([
    [0, expect.objectContaining({ uid: 'a', time: time(30), nth: 1 })],
    [1, expect.objectContaining({ uid: 'b', time: time(40), nth: 1 })],
  ]);
  expect(merger.take(2, 100), 'b may have one before a50').toBeUndefined();
  expect(texts(merger.take(ages, 100))).toEqual(['a50']);
  expect(merger.isEmpty()).toBe(true);
});

test('a quiet source holds nobody up for longer than the window', () => {
  const merger = mergerOfTwo();
  merger.push(0, batch('a', 10), 0);
  merger.push(1, batch('b', 5000), ages);
  expect(texts(merger.take(ages, 100))).toEqual(['a10']);
  expect(texts(merger.take(2 * ages, 100))).toEqual(['b5000']);
});

test('a line that comes too late is sent as it comes', () => {
  const merger = mergerOfTwo();
  merger.push(0, batch('a', 100), 0);
  expect(texts(merger.take(ages, 100))).toEqual(['a100']);
  merger.push(1, batch('b', 50), ages);
  expect(texts(merger.take(2 * ages, 100))).toEqual(['b50']);
});

test('within a source the order is the kubelet’s, and equal neighbours keep their counts', () => {
  const merger = mergerOfTwo();
  merger.push(0, batch('a', 20, 10, 10), 0);
  merger.push(1, batch('b', 15), 0);
  const merged = merger.take(ages, 100);
  expect(texts(merged)).toEqual(['b15', 'a20', 'a10', 'a10']);
  expect(merged?.cursors).toContainEqual([0, expect.objectContaining({ time: time(10), nth: 2 })]);
});

test('what is full is waited for, and goes first', () => {
  const merger = mergerOfTwo();
  const many = batch('a', ...Array.from({ length: 10_000 }, (_, index) => index));
  merger.push(0, many, 0);
  merger.push(1, batch('b', 5, 20_000), 0);
  expect([merger.isFull(0), merger.isFull(1)]).toEqual([true, false]);
  const first = merger.take(ages, 2000)!;
  expect(first.count).toBe(2000);
  expect(texts(first).slice(4, 8)).toEqual(['a4', 'a5', 'b5', 'a6']);
  const all = texts(first);
  for (let next = merger.take(ages, 2000); next; next = merger.take(ages, 2000)) all.push(...texts(next));
  expect(all, 'a had to wait for room, and may have more').toHaveLength(10_001);
  all.push(...texts(merger.take(2 * ages, 2000)));
  expect(all).toHaveLength(10_002);
  expect(all.at(-1)).toBe('b20000');
});

test('a log that still brings its past is waited for until it is silent', () => {
  const merger = mergerOfTwo();
  merger.push(0, batch('a', 10, 1000), 0);
  merger.push(1, batch('b', 5, 20), 0);
  expect(texts(merger.take(1, 100))).toEqual(['b5', 'a10', 'b20']);
  merger.push(1, batch('b', 400, 500), 200);
  expect(texts(merger.take(ages, 100)), 'a1000 has waited long enough, but b goes on').toEqual([
    'b400',
    'b500',
  ]);
  merger.push(1, batch('b', 600), 400);
  expect(texts(merger.take(500, 100))).toEqual(['b600']);
  expect(texts(merger.take(400 + mergeWindowMs, 100))).toEqual(['a1000']);
  // from then on it is as any other
  merger.push(1, batch('b', 700), 2000);
  merger.push(0, batch('a', 1100), 2000);
  merger.push(1, batch('b', 800), 2200);
  expect(texts(merger.take(2000 + mergeWindowMs, 100))).toEqual(['b700', 'b800', 'a1100']);
});

test('a log whose clock is behind holds the others up at the beginning only', () => {
  const merger = mergerOfTwo();
  merger.push(0, batch('a', 100_000), 0);
  for (let now = 0; now < mostCatchingUpMs; now += 200) {
    merger.push(1, batch('b', now), now);
    expect(texts(merger.take(now + 1, 100))).not.toContain('a100000');
  }
  merger.push(1, batch('b', 9000), mostCatchingUpMs);
  expect(texts(merger.take(mostCatchingUpMs, 100))).toContain('a100000');
});

test('a log that had to wait for room is not taken to be silent', () => {
  const merger = mergerOfTwo();
  merger.push(0, batch('a', 50_000), 0);
  merger.push(1, batch('b', ...Array.from({ length: 10_000 }, (_, index) => index)), 0);
  let now = 0;
  while (merger.isFull(1)) merger.take((now += 300), 2000);
  merger.push(1, batch('b', 20_000), now + 100);
  const later = texts(merger.take(now + 100, 20_000));
  expect(later.at(-1)).toBe('b20000');
  expect(later).not.toContain('a50000');
});
