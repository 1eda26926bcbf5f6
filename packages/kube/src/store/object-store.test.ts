import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { pod } from '../testing/pods.ts';
import { bookmark, expired, list, refuse, storeOn, watch, type Answer } from '../testing/store-on.ts';

describe('watching', () => {
  it('has told of every row when it is ready', async () => {
    const { store } = await storeOn({
      lists: [list('10', [pod('a', 1), pod('b', 2)])],
      watches: [watch([])],
    });
    const told: string[] = [];
    store.onChange(({ upserted }) => told.push(...upserted.map(({ name }) => name)));
    await store.ready();
    expect(told).toEqual(['a', 'b']);
  });

  it('adds, changes and deletes; tells of it in one batch', async () => {
    const events = [
      { type: 'ADDED', object: pod('b', 11) },
      { type: 'MODIFIED', object: pod('b', 12, { node: 'node-2' }) },
      { type: 'DELETED', object: pod('a', 13) },
    ];
    const { store, names } = await storeOn({
      lists: [list('10', [pod('a', 1)])],
      watches: [
        (response) => {
          watch([])(response, new URL('https://x'));
          setTimeout(() => response.write(events.map((event) => `${JSON.stringify(event)}\n`).join('')), 150);
        },
      ],
    });
    const batches: { upserted: string[]; deleted: string[] }[] = [];
    await store.ready();
    await sleep(110);
    store.onChange(({ upserted, deleted }) =>
      batches.push({
        upserted: upserted.map((r) => `${r.name}@${r.resourceVersion}`),
        deleted: deleted.map((r) => r.name),
      }),
    );
    await expect.poll(() => batches).toEqual([{ upserted: ['b@12'], deleted: ['a'] }]);
    expect(names()).toEqual(['b']);
    expect(store.rows().map(({ cells }) => cells['node'])).toEqual(['node-2']);
  });

  it('leaves out and names what an event brings that is no object, until it is one', async () => {
    const { metadata, ...rest } = pod('b', 11);
    const { resourceVersion: _none, ...versionless } = metadata;
    const broken = { type: 'ADDED', object: { ...rest, metadata: versionless } };
    let mend = () => {};
    const { store, names, watchUrls } = await storeOn({
      lists: [list('10', [pod('a', 1)])],
      watches: [
        (response, url) => {
          watch([broken, { type: 'ADDED', object: pod('c', 12) }])(response, url);
          const mended = { type: 'MODIFIED', object: pod('b', 13) };
          mend = () => void response.write(`${JSON.stringify(mended)}\n`);
        },
      ],
    });
    await expect.poll(names).toEqual(['a', 'c']);
    expect(store.malformed).toMatchObject({ params: { count: 1, names: 'demo/b' } });
    mend();
    await expect.poll(names).toEqual(['a', 'b', 'c']);
    expect(store.malformed).toBeNull();
    expect(watchUrls()).toHaveLength(1);
  });

  it('knows objects by their place where several have one uid', async () => {
    const twin = (name: string, version: number) => pod(name, version, { uid: 'same' });
    const { store, names } = await storeOn({
      lists: [list('10', [twin('a', 1), twin('b', 2), twin('c', 3)])],
      watches: [watch([{ type: 'DELETED', object: twin('b', 11) }])],
    });
    await expect.poll(names).toEqual(['a', 'c']);
    expect(new Set(store.rows().map(({ uid }) => uid)).size).toBe(2);
  });

  it('goes on behind the last event or bookmark when the server ends the watch', async () => {
    const { store, names, watchUrls, listUrls } = await storeOn({
      lists: [list('10', [])],
      watches: [watch([{ type: 'ADDED', object: pod('a', 11) }, bookmark('40')], { end: true }), watch([])],
    });
    await expect.poll(() => watchUrls().length).toBe(2);
    expect(watchUrls()[0]).toContain('resourceVersion=10&');
    expect(watchUrls()[0]).toContain('allowWatchBookmarks=true');
    expect(watchUrls()[1]).toContain('resourceVersion=40&');
    expect(listUrls()).toHaveLength(1);
    expect(names()).toEqual(['a']);
    await expect.poll(() => store.state).toBe('live');
  });

  it.each([
    ['as an event', watch([expired])],
    ['as an answer', refuse(410, 'Expired')],
  ])('lists once again on 410 %s; what is gone goes', async (_how, gone) => {
    const { store, names, listUrls, watchUrls } = await storeOn({
      lists: [list('10', [pod('a', 1), pod('b', 2)]), list('90', [pod('b', 2), pod('c', 80)])],
      watches: [gone, watch([])],
    });
    const deleted: string[] = [];
    store.onChange((change) => deleted.push(...change.deleted.map(({ name }) => name)));
    await expect.poll(names).toEqual(['b', 'c']);
    await expect.poll(() => deleted).toEqual(['a']);
    await expect.poll(() => store.state).toBe('live');
    expect(listUrls()).toHaveLength(2);
    expect(watchUrls().at(-1)).toContain('resourceVersion=90&');
  });

  it('does not list in a loop where every watch is told 410', async () => {
    const { listUrls } = await storeOn(
      { lists: [list('10', [])], watches: [refuse(410, 'Expired')] },
      {
        firstMs: 200,
        mostMs: 2000,
      },
    );
    await sleep(400);
    expect(listUrls().length).toBeLessThan(8);
  });

  it('waits as long as a 429 asks, then goes on with the watch', async () => {
    const { store, watchUrls, listUrls } = await storeOn({
      lists: [list('10', [pod('a', 1)])],
      watches: [refuse(429, 'TooManyRequests', { 'retry-after': '1' }), watch([])],
    });
    await expect.poll(() => store.state).toBe('stale');
    await sleep(700);
    expect(watchUrls()).toHaveLength(1);
    await expect.poll(() => store.state).toBe('live');
    expect(listUrls()).toHaveLength(1);
  });

  it.each([
    [403, 'Forbidden'],
    [401, 'Unauthorized'],
  ])(
    'says that it is denied on %i, with the rows it has, and asks again at a slow pace',
    async (code, reason) => {
      const denied = refuse(code, reason);
      const begunAt = Date.now();
      const { server, store, names } = await storeOn(
        {
          lists: [list('10', [pod('a', 1)]), denied, list('30', [pod('b', 25)])],
          watches: [watch([bookmark('11')], { end: true }), denied, denied, denied, watch([])],
        },
        { deniedMs: 250 },
      );
      const states: string[] = [];
      store.onChange(({ state }) => states.push(state));
      await expect.poll(() => store.state).toBe('denied');
      const asked = server.requests.length;
      expect(store.lastError?.status).toBe(code);
      expect(names()).toEqual(['a']);
      expect(store.asOf.getTime()).toBeGreaterThanOrEqual(begunAt);
      await store.ready();
      await sleep(200);
      expect(server.requests.length).toBe(asked);
      expect(states).toContain('denied');
      await expect.poll(names).toEqual(['b']);
      await expect.poll(() => store.state).toBe('live');
      expect(store.lastError).toBeNull();
    },
  );

  it('survives a burst of 500s; the rows stay, with their age', async () => {
    const burst = Array.from({ length: 4 }, () => refuse(500, 'InternalError'));
    const { store, names } = await storeOn(
      { lists: [list('10', [pod('a', 1)])], watches: [...burst, watch([])] },
      {
        firstMs: 200,
        mostMs: 400,
      },
    );
    await expect.poll(() => store.state).toBe('stale');
    expect(names()).toEqual(['a']);
    expect(Date.now() - store.asOf.getTime()).toBeGreaterThanOrEqual(0);
    await expect.poll(() => store.state).toBe('live');
  });

  it('a watch that is no JSON by its own account is none, whatever it brings', async () => {
    const { store } = await storeOn({
      lists: [list('10', [pod('a', 1)])],
      watches: [
        (response) => {
          response.writeHead(200, { 'content-type': 'text/html' });
          response.write(`${JSON.stringify({ type: 'ADDED', object: pod('b', 11) })}\n`);
        },
      ],
    });
    await expect.poll(() => store.lastError?.reason).toBe('notAnApiserver');
    expect([store.state, store.size]).toEqual(['stale', 1]);
  });

  it('is not driven by an event repeated for ever, or by one that goes back', async () => {
    const same = { type: 'MODIFIED', object: pod('a', 12) };
    const { store } = await storeOn({
      lists: [list('10', [pod('a', 1)])],
      watches: [
        watch([
          ...Array.from({ length: 500 }, () => same),
          { type: 'MODIFIED', object: pod('a', 5, { node: 'old' }) },
        ]),
      ],
    });
    let told = 0;
    store.onChange(({ upserted }) => (told += upserted.length));
    await expect.poll(() => store.get({ namespace: 'demo', name: 'a' })?.resourceVersion).toBe('12');
    await sleep(150);
    expect(told).toBeLessThanOrEqual(2);
    expect(store.rows().map(({ cells }) => cells['node'])).toEqual(['node-1']);
  });

  it('takes a new uid under an old name as another object', async () => {
    const { store } = await storeOn({
      lists: [list('10', [pod('a', 1)])],
      watches: [
        watch([
          { type: 'ADDED', object: pod('a', 20, { uid: 'second' }) },
          { type: 'DELETED', object: pod('a', 21) },
        ]),
      ],
    });
    await expect.poll(() => store.get({ namespace: 'demo', name: 'a' })?.uid).toBe('second');
    expect(store.size).toBe(1);
  });

  it.each([
    ['what is not JSON', 'nonsense\n'],
    ['what is no event', '{"type":"HELLO","object":{"metadata":{"resourceVersion":"1"}}}\n'],
    ['an event without an object', '{"type":"ADDED"}\n'],
    ['null', 'null\n'],
    ['an event without end', 'x'.repeat(17 * 1024 * 1024)],
  ])('survives a watch that sends %s', async (_what, text) => {
    const { store, names } = await storeOn({
      lists: [list('10', [pod('a', 1)])],
      watches: [
        (response) => {
          response.writeHead(200, { 'content-type': 'application/json' });
          // the last one stays without its newline until it has ended
          response.end(text.length > 1000 ? `${text}\n` : text);
        },
        watch([{ type: 'ADDED', object: pod('b', 11) }]),
      ],
    });
    await expect.poll(names).toEqual(['a', 'b']);
    await expect.poll(() => store.state).toBe('live');
  });

  it('lists anew where a watch has been silent for too long; that is no failure', async () => {
    const { store, watchUrls, listUrls } = await storeOn(
      { lists: [list('10', [])], watches: [watch([bookmark('20')])] },
      {
        idleMs: 120,
        aliveCheckMs: 60,
        // after a failure it would wait
        firstMs: 600_000,
        mostMs: 600_000,
      },
    );
    await expect.poll(() => watchUrls().length).toBeGreaterThan(3);
    expect(listUrls().length).toBeGreaterThan(2);
    expect(store.lastError).toBeNull();
  });

  it('notices a server that has gone silent, by asking', async () => {
    const { server, store } = await storeOn(
      { lists: [list('10', [])], watches: [watch([])] },
      { aliveCheckMs: 90 },
    );
    await store.ready();
    await expect.poll(() => server.requests.includes('GET /version')).toBe(true);
    expect(store.state).toBe('live');
  });
});

describe('stopping', () => {
  it('ends the watch and whoever waits', async () => {
    let open = 0;
    const held: Answer = (response) => {
      open += 1;
      response.once('close', () => (open -= 1));
      watch([])(response, new URL('https://x'));
    };
    const { store } = await storeOn({ lists: [list('10', [pod('a', 1)])], watches: [held] });
    await store.ready();
    expect(open).toBe(1);
    store.stop();
    await expect.poll(() => open).toBe(0);
    expect([store.state, store.size]).toEqual(['stale', 1]);
    const never = await storeOn({ lists: [() => undefined], watches: [held] });
    const waiting = never.store.ready();
    never.store.stop();
    await expect(waiting).rejects.toMatchObject({ reason: 'aborted' });
  });
});

describe('pages', () => {
  it('filters, sorts and counts', async () => {
    const items = Array.from({ length: 30 }, (_, index) =>
      pod(`p${String(index).padStart(2, '0')}`, index + 1, { labels: { app: index % 2 ? 'odd' : 'even' } }),
    );
    const { store } = await storeOn({ lists: [list('99', items)], watches: [watch([])] });
    await store.ready();
    const page = store.page({ labelSelector: 'app=odd', sort: '-name', page: 2, pageSize: 10 });
    expect(page).toMatchObject({ total: 15, page: 2, pageSize: 10, state: 'live' });
    expect(page.items.map(({ name }) => name)).toEqual(['p09', 'p07', 'p05', 'p03', 'p01']);
    const matches = store.matcher({ labelSelector: 'app=odd' });
    expect(store.rows().filter(matches)).toHaveLength(15);
  });
});
