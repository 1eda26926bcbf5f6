// Depends on: packages/kube, packages/kinds, tools/start/node-flags.mjs, tools/control-plane/src/certificates.ts
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ObjectStore } from '../store/object-store.ts';
import type { StoreRow } from '../store/store-row.ts';
import { startHostile, type HostileServer } from '../testing/hostile-server.ts';
import { podRow, pods } from '../testing/pods.ts';
import { underAttack } from '../testing/under-attack.ts';

const mostBytes = 8 * 1024 * 1024;
const timing = { aliveCheckMs: 300, idleMs: 900, firstMs: 50, mostMs: 400, listMs: 60_000 };

interface Mirrored {
  size: number;
  names: string[];
  state: string;
  reason: string | undefined;
  /** Whether it was live again after it had not been. */
  liveAgain: boolean;
  /** Milliseconds from the last proof to the end. */
  ageMs: number;
  /** Rows that listeners were told of, deleted ones included. */
  told: number;
  malformed: Readonly<Record<string, string | number>> | undefined;
  lists: number;
  watches: number;
}

interface How {
  forMs?: number;
  timeoutMs?: number;
  until?: (store: ObjectStore<StoreRow>) => boolean;
  /** Until it tries again. */
  firstMs?: number;
  idleMs?: number;
  listMs?: number;
}

/** Mirrors a hostile collection until `until` holds, or for `forMs`; says what came of it. */
async function mirror(attack: string, how: How = {}): Promise<Mirrored> {
  const server = await startHostile(attack);
  return (await underAttack(() => mirrorOf(server, how))).outcome;
}

/** As {@link mirror}, of several at the same time: of attacks that take time and little else. */
async function mirrorAll(attacks: string[], how: How): Promise<Record<string, Mirrored>> {
  const servers = await Promise.all(attacks.map((attack) => startHostile(attack)));
  const { outcome } = await underAttack(() => Promise.all(servers.map((server) => mirrorOf(server, how))));
  return Object.fromEntries(attacks.map((attack, at) => [attack, outcome[at] as Mirrored]));
}

const each = <T>(attacks: string[], what: T): Record<string, T> =>
  Object.fromEntries(attacks.map((attack) => [attack, what]));

async function mirrorOf(
  server: HostileServer,
  {
    forMs = 2000,
    timeoutMs = 2000,
    until = () => false,
    firstMs = timing.firstMs,
    idleMs = timing.idleMs,
    listMs = timing.listMs,
  }: How,
): Promise<Mirrored> {
  const before = (await server.seen()).requests.length;
  const connection = server.connect({ timeoutMs });
  const store = new ObjectStore<StoreRow>({
    connection,
    resource: pods,
    selection: { kind: 'Pod' },
    project: podRow,
    timing: { ...timing, firstMs, idleMs, listMs, mostMs: Math.max(firstMs, timing.mostMs) },
    mostBytes,
  });
  let told = 0;
  store.onChange(({ upserted, deleted }) => (told += upserted.length + deleted.length));
  store.start();
  const startedAt = performance.now();
  let [wasStale, liveAgain] = [false, false];
  while (performance.now() - startedAt < forMs && !until(store)) {
    await sleep(20);
    wasStale ||= store.state === 'stale';
    liveAgain ||= wasStale && store.state === 'live';
  }
  const { size, state, lastError } = store;
  const ageMs = Date.now() - store.asOf.getTime();
  const names = store.page({ page: 1, pageSize: 5 }).items.map(({ name }) => name.slice(0, 20));
  store.stop();
  await connection.close();
  const requests = (await server.seen()).requests.slice(before);
  const watches = requests.filter((url) => /watch=true/.test(url) && !/sendInitial/.test(url)).length;
  const lists = requests.filter((url) => /limit=/.test(url)).length;
  return {
    size,
    names,
    state,
    reason: lastError?.reason,
    liveAgain,
    ageMs,
    told,
    malformed: store.malformed?.params,
    lists,
    watches,
  };
}

const failed = (store: ObjectStore<StoreRow>) => store.lastError !== null;
const live = (store: ObjectStore<StoreRow>) => store.state === 'live';

describe('a list with', () => {
  it('items of 1.5 MB is read', async () => {
    expect(await mirror('items of 1.5 MB', { forMs: 20_000, timeoutMs: 10_000, until: live })).toMatchObject({
      size: 30,
      state: 'live',
    });
  });

  it('items of nothing but names is read, in pieces', async () => {
    const patient = { forMs: 40_000, timeoutMs: 40_000, until: live };
    const mirrored = await mirror('items of nothing but names', patient);
    expect(mirrored).toMatchObject({ size: 3, state: 'live', malformed: undefined });
  }, 240_000);

  it.each([
    ['a continue that never ends', 'endless'],
    ['more pages than it says there are', 'endless'],
    ['the same pods in page after page', 'endless'],
    ['pages without end, one after the other', 'endless'],
    ['a continue of 4 MB', 'tooLarge'],
    ['items without end', 'tooLarge'],
    ['an item without end', 'tooLarge'],
    ['nodes in the place of pods, for a while', 'wrongKind'],
    ['a list that says at its end that it is one of nodes', 'wrongKind'],
    ['a node among the pods', 'wrongKind'],
    ['pods of another group', 'wrongKind'],
    ['items of one byte a second', 'timeout'],
  ])('%s fails by name, and shows nothing of another kind', async (attack, reason) => {
    // only one of them is bounded by nothing but time
    const listMs = attack.startsWith('pages without end') ? 4000 : timing.listMs;
    const mirrored = await mirror(attack, { forMs: 20_000, listMs, until: failed });
    expect(mirrored).toMatchObject({ state: 'syncing', reason });
    expect(mirrored.names).not.toContain('node');
    // what it has brought is worth nothing
    if (['wrongKind', 'endless', 'tooLarge'].includes(reason)) expect(mirrored.size).toBe(0);
  });

  it('nodes in the place of pods is right when its server is', async () => {
    const mirrored = await mirror('nodes in the place of pods, for a while', { forMs: 20_000, until: live });
    expect(mirrored).toMatchObject({ names: ['a'], reason: undefined });
  });

  it.each([
    ['names of 1 MB', 3],
    ['labels of 1 MB', 3],
    ['an item of ten million empty objects', 1],
  ])('%s shows the others, and counts those', async (attack, count) => {
    const mirrored = await mirror(attack, { forMs: 20_000, until: live });
    expect(mirrored).toMatchObject({ state: 'live', size: 0, malformed: { count } });
  });

  it('some objects that are none shows the others, and names those', async () => {
    const until = ({ size }: ObjectStore<StoreRow>) => size === 4;
    const mirrored = await mirror('some objects that are none', { until });
    expect(mirrored).toMatchObject({
      state: 'live',
      names: ['a', 'b', 'c', 'no-spec'],
      malformed: { count: 4, names: '#2, ?, demo/no-version, …' },
    });
  });

  it('one uid for all has every object, and takes out the one that is gone', async () => {
    const until = (store: ObjectStore<StoreRow>) => live(store) && store.size === 2;
    expect(await mirror('one uid for all', { until })).toMatchObject({ names: ['a', 'b'], size: 2 });
  });

  it.each([
    ['a continue with nothing before it', 1],
    ['a continue that is always the same', 2],
  ])('%s fails at once, by name', async (attack, asked) => {
    const { lists, ...mirrored } = await mirror(attack, { until: failed, firstMs: 600_000 });
    expect(mirrored).toMatchObject({ state: 'syncing', reason: 'endless' });
    expect(lists).toBe(asked);
  });

  it('patience: a list that is refused with 500 ten times', async () => {
    const mirrored = await mirror('a list that is refused with 500 ten times', {
      forMs: 10_000,
      until: live,
    });
    expect(mirrored).toMatchObject({ names: ['a'], state: 'live' });
  });

  it('patience: a list that is refused with 429 and Retry-After is asked for when that has passed', async () => {
    const startedAt = performance.now();
    const attack = 'a list that is refused with 429 and Retry-After';
    const { names, lists } = await mirror(attack, { forMs: 10_000, until: live });
    expect({ names, lists }).toEqual({ names: ['a'], lists: 2 });
    expect(performance.now() - startedAt).toBeGreaterThan(1000);
  });

  it('a Retry-After of a year is not asked again meanwhile, and fails by name', async () => {
    const mirrored = await mirror('a list that is refused with 429 and a Retry-After of a year');
    expect(mirrored).toMatchObject({ lists: 1, state: 'syncing', reason: 'api' });
  });

  it('pages that expire is not read in a loop', async () => {
    const { lists, state, reason } = await mirror('a list that expires at its second page');
    expect({ state, reason }).toEqual({ state: 'syncing', reason: 'api' });
    expect(lists).toBeLessThan(60);
  });
});

describe('a watch with', () => {
  it.each(['one event for ever', 'versions that go back', 'bookmarks without end'])(
    '%s changes nothing',
    async (attack) => {
      const { told, ...mirrored } = await mirror(attack);
      expect(mirrored).toMatchObject({ names: ['a'], size: 1, state: 'live' });
      expect(told).toBeLessThanOrEqual(2);
    },
  );

  it('events of nothing but names is read, in pieces', async () => {
    const patient = { forMs: 5000, timeoutMs: 40_000, idleMs: 40_000 };
    const mirrored = await mirror('events of nothing but names', patient);
    expect(mirrored).toMatchObject({ names: ['a'], state: 'live' });
    expect(mirrored.told).toBeGreaterThan(0);
  }, 240_000);

  it.each([
    'a uid that changes without a delete',
    'texts of 1 MB that are always others',
    'labels of 60 KB that are always others',
  ])('%s holds one object', async (attack) => {
    const { told, ...mirrored } = await mirror(attack, { forMs: 5000 });
    expect(mirrored).toMatchObject({ names: ['a'], size: 1, state: 'live' });
    expect(told).toBeGreaterThan(0);
  });

  it.each([
    ['new objects without end', 'tooLarge'],
    ['new objects of 1 MB without end', 'tooLarge'],
    ['an event without end', 'tooLarge'],
    ['an event that is ten bytes too large', 'tooLarge'],
    ['events of ten million empty objects', 'tooLarge'],
    ['an event about a node', 'wrongKind'],
  ])('%s fails by name', async (attack, reason) => {
    // one large event may take long on a busy machine
    const mirrored = await mirror(attack, { forMs: 20_000, idleMs: 20_000, until: failed });
    // what was there may be another kind's as well
    expect(mirrored).toMatchObject({ reason, state: reason === 'wrongKind' ? 'syncing' : 'stale' });
  });

  it('nothing new for ever is opened anew, for it brings nothing, and does not count as live for long', async () => {
    const attacks = ['an event of one byte a second', 'blank lines without end'];
    const mirrored = await mirrorAll(attacks, { forMs: 6000 });
    expect(mirrored).toMatchObject(each(attacks, { state: 'stale', names: ['a'] }));
    for (const { watches } of Object.values(mirrored)) expect(watches).toBeGreaterThan(1);
  });

  it('half an event that stays half is given up after the time that a request has', async () => {
    const mirrored = await mirror('half an event that stays half', {
      forMs: 20_000,
      idleMs: 90_000,
      until: failed,
    });
    expect(mirrored).toMatchObject({ state: 'stale', reason: 'timeout' });
    expect(mirrored.ageMs).toBeLessThan(10_000);
  });

  it('nothing that can be used, after a while, is not live, and says of when its rows are', async () => {
    const attacks = [
      'a page in the place of everything, after a while',
      'a page that calls itself JSON in the place of everything, after a while',
      'silence behind every good head, after a while',
      'one byte a second behind every good head, after a while',
      'half an event behind every good head, after a while',
    ];
    const mirrored = await mirrorAll(attacks, { forMs: 5000 });
    expect(mirrored).toMatchObject(each(attacks, { state: 'stale', names: ['a'], liveAgain: false }));
    for (const { ageMs } of Object.values(mirrored)) expect(ageMs).toBeGreaterThan(2000);
  });

  it('nothing behind its head, after a while, is not live for long, although lists are right', async () => {
    const attacks = [
      'silence behind the head of every watch, after a while',
      'an end behind the head of every watch, after a while',
    ];
    const mirrored = await mirrorAll(attacks, { forMs: 8000 });
    expect(mirrored).toMatchObject(each(attacks, { state: 'stale', names: ['a'] }));
  });

  it('an end, every time, is not opened in a loop', async () => {
    const attacks = [
      'an end at once, every time',
      'a cut at once, every time',
      'a watch that is expired every time',
      'a watch that is refused with 410 every time',
    ];
    const mirrored = await mirrorAll(attacks, { forMs: 3000 });
    expect(mirrored).toMatchObject(each(attacks, { names: ['a'] }));
    for (const { lists, watches } of Object.values(mirrored)) {
      expect(lists).toBeLessThan(40);
      expect(watches).toBeLessThan(40);
    }
  });

  it.each(['a watch that is refused with 500 ten times', 'a watch that is refused with 429 and Retry-After'])(
    'patience: %s',
    async (attack) => {
      const recovered = (store: ObjectStore<StoreRow>) => live(store);
      expect(await mirror(attack, { forMs: 10_000, until: recovered })).toMatchObject({
        names: ['a'],
        state: 'live',
      });
    },
  );
});

it('new objects without end in several kinds at once are held to what all of a cluster may have', async () => {
  const server = await startHostile('new objects without end');
  const { outcome } = await underAttack(async () => {
    const connection = server.connect({ processor: { share: 1, burstMs: 1e9 } });
    const stores = ['pods', 'services', 'secrets', 'configmaps'].map(
      (plural) =>
        new ObjectStore<StoreRow>({ connection, resource: { ...pods, plural }, project: podRow, timing }),
    );
    for (const store of stores) store.start();
    await expect.poll(() => stores.some(failed), { timeout: 60_000 }).toBe(true);
    const reasons = stores.flatMap(({ lastError }) => lastError?.reason ?? []);
    for (const store of stores) store.stop();
    await connection.close();
    return new Set(reasons);
  });
  expect(outcome).toEqual(new Set(['tooLarge']));
}, 240_000);

describe('a watch that begins with everything there is, with', () => {
  it('initial events without end fails by name', async () => {
    const mirrored = await mirror('initial events without end', { forMs: 20_000, until: failed });
    expect(mirrored).toMatchObject({ state: 'syncing', reason: 'tooLarge' });
  });

  it.each(['initial events that say nothing of their end', 'initial events that never come'])(
    '%s is replaced by a list',
    async (attack) => {
      expect(await mirror(attack, { forMs: 8000, until: live })).toMatchObject({
        names: ['a'],
        state: 'live',
      });
    },
  );
});
