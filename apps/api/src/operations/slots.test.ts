import { setImmediate as soon } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { SlotUse, Slots } from './slots.ts';

test('whoever finds no place waits in line, and a place nobody waits for is told', async () => {
  const onFree = vi.fn<() => void>();
  const slots = new Slots(2, onFree);
  await slots.take();
  await slots.take();
  expect(slots.hasFree).toBe(false);
  const order: string[] = [];
  void slots.take().then(() => order.push('first'));
  void slots.take().then(() => order.push('second'));
  slots.give();
  await soon();
  expect(order).toEqual(['first']);
  slots.give();
  await soon();
  expect(order).toEqual(['first', 'second']);
  expect(onFree).not.toHaveBeenCalled();
  slots.give();
  expect([slots.hasFree, onFree.mock.calls.length]).toEqual([true, 1]);
});

test('an operation has one slot while anything of it is at work, and none while all of it waits', async () => {
  const slots = new Slots(1, () => undefined);
  const patient = new SlotUse(slots);
  const other = new SlotUse(slots);
  await patient.begin();
  await patient.begin();
  let works = false;
  const begun = other.begin().then(() => (works = true));
  patient.end();
  await soon();
  expect(works).toBe(false);
  patient.end();
  await begun;
  // back from waiting, it is in line like everybody else
  let back = false;
  const again = patient.begin().then(() => (back = true));
  await soon();
  expect(back).toBe(false);
  other.end();
  await again;
});

test('who gives up in line gives the slot back when it comes', async () => {
  const slots = new Slots(1, () => undefined);
  const [first, second, third] = [new SlotUse(slots), new SlotUse(slots), new SlotUse(slots)];
  await first.begin();
  const stop = new AbortController();
  const aborted = second.begin(stop.signal);
  stop.abort();
  await aborted;
  second.end();
  first.end();
  await third.begin();
  third.end();
  await soon();
  expect(slots.hasFree).toBe(true);
});
