import { expect, test } from 'vitest';
import { LineMerger, mergeWindowMs, type MergedLines } from './line-merger.ts';
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
  expect(all).toHaveLength(10_002);
  expect(all.at(-1)).toBe('b20000');
});
