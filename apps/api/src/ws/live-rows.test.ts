import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '@pilothouse/kinds';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { heldBytes } from '../testing/held-bytes.ts';
import { RowsSubscription } from './live-rows.ts';
import type { LiveList } from './live-topics.ts';
import { socketPair } from './testing/socket-pair.ts';

const pageSize = 50;

/** A page of rows of 80 KB each, every one of them another at every call. */
function rowsOf(round: number): Row[] {
  return Array.from({ length: pageSize }, (_, index) => ({
    uid: `uid-${index}`,
    name: `pod-${index}`,
    resourceVersion: String(round),
    cells: { message: `${round} ${'x'.repeat(80_000)}` },
  }));
}

/** A list whose every row changes whenever `change` is called. */
function busyList(): { list: LiveList; change: (round: number) => void } {
  let items = rowsOf(0);
  let listener: Parameters<LiveList['onChange']>[0] = () => undefined;
  const asOf = new Date();
  const list: LiveList = {
    state: 'live',
    asOf,
    problems: [],
    page: () => ({
      items,
      total: pageSize,
      page: 1,
      pageSize,
      state: 'live',
      asOf: asOf.toISOString(),
      problems: [],
      narrowedTo: null,
    }),
    matching: () => items,
    matches: () => true,
    onChange(taken) {
      listener = taken;
      return () => {};
    },
    closed: new AbortController().signal,
    release: () => undefined,
  };
  return {
    list,
    change(round) {
      items = rowsOf(round);
      listener({ upserted: items, deleted: [] });
    },
  };
}

test('a browser that stands still costs a few pages, however many it misses, and has the newest rows when it goes on', async () => {
  const { browser, guarded, said, close } = await socketPair();
  onTestFinished(close);
  guarded.receive({ schema: z.never(), onMessage: () => undefined });
  const { list, change } = busyList();
  const before = heldBytes();
  const outlet = {
    send: (message: object) => guarded.send(message),
    fail: () => undefined,
    reopen: () => undefined,
  };
  const subscription = new RowsSubscription(1, list, outlet);
  onTestFinished(() => subscription.close());
  browser.pause();
  let most = 0;
  const rounds = 40;
  for (let round = 1; round <= rounds; round += 1) {
    change(round);
    await sleep(100);
    most = Math.max(most, heldBytes() - before);
  }
  expect(most).toBeLessThan(4 * JSON.stringify(rowsOf(0)).length);
  browser.resume();
  await expect
    .poll(() => JSON.stringify(said.at(-1))?.slice(0, 200))
    .toContain(`"resourceVersion":"${rounds}"`);
});
