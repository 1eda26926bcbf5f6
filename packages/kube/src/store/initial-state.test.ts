import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { pod } from '../testing/pods.ts';
import { bookmark, expired, list, refuse, storeOn, watch, type Answer } from '../testing/store-on.ts';

describe('listing', () => {
  it('follows continue to the end', async () => {
    const { store, names, listUrls } = await storeOn({
      lists: [list('10', [pod('a', 1), pod('b', 2)], 'token/1='), list('10', [pod('c', 3)])],
      watches: [watch([])],
    });
    await store.ready();
    expect(names()).toEqual(['a', 'b', 'c']);
    expect(listUrls()).toEqual([
      'GET /api/v1/pods?limit=500',
      'GET /api/v1/pods?limit=500&continue=token%2F1%3D',
    ]);
    expect(store.state).toBe('live');
  });

  it('gives up on a list that never ends', async () => {
    const { store } = await storeOn({ lists: [list('10', [pod('a', 1)], 'same')], watches: [watch([])] });
    await expect(store.ready()).rejects.toMatchObject({ reason: 'endless' });
    expect(store.state).toBe('syncing');
    expect(store.lastError?.reason).toBe('endless');
    expect(store.size).toBe(0);
  });

  it('does not ask at once again for a list that never ends', async () => {
    const { store, listUrls } = await storeOn(
      { lists: [list('10', [pod('a', 1)], 'same')], watches: [watch([])] },
      { deniedMs: 60_000 },
    );
    await expect(store.ready()).rejects.toMatchObject({ reason: 'endless' });
    const asked = listUrls().length;
    await sleep(300);
    expect(listUrls()).toHaveLength(asked);
  });

  it('takes pages of any size, object by object', async () => {
    const large = Array.from({ length: 12 }, (_, index) => ({
      ...pod(`large-${index}`, index + 1),
      filler: '{"\\'.repeat(500_000),
    }));
    const { store, names } = await storeOn({ lists: [list('10', large)], watches: [watch([])] });
    await store.ready();
    expect(names()).toHaveLength(12);
  });

  it('gives up on an object that never ends', async () => {
    const { store } = await storeOn({
      lists: [
        (response) => {
          response.writeHead(200, { 'content-type': 'application/json' });
          response.write('{"metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"');
          response.end('x'.repeat(17 * 1024 * 1024));
        },
      ],
      watches: [watch([])],
    });
    await expect(store.ready()).rejects.toMatchObject({ reason: 'tooLarge' });
  });

  it.each([
    ['silent in the middle of a page', '{"metadata":{"resourceVersion":"1"},"items":[', 'timeout'],
    ['cut off', null, 'unreachable'],
  ])('gives up on a list that is %s', async (_what, begin, reason) => {
    const cut: Answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 9999 });
      response.write(begin ?? '{"metadata":');
      if (begin === null) setTimeout(() => response.destroy(), 20);
    };
    const { store } = await storeOn({ lists: [cut] }, {}, { timeoutMs: 200 });
    await expect(store.ready()).rejects.toMatchObject({ reason });
  });

  it('keeps the rows it shows when a continue expires, and lists once more', async () => {
    const { store, names, listUrls } = await storeOn({
      lists: [
        list('10', [pod('a', 1), pod('b', 2)]),
        list('90', [pod('b', 2)], 'next'),
        refuse(410, 'Expired'),
        list('95', [pod('b', 2)], 'next'),
        list('95', [pod('c', 80)]),
      ],
      watches: [watch([expired]), watch([])],
    });
    const seen: string[][] = [];
    store.onChange(() => seen.push(names()));
    await expect.poll(names).toEqual(['b', 'c']);
    await expect.poll(() => store.state).toBe('live');
    expect(listUrls()).toHaveLength(5);
    expect(seen.filter((shown) => !shown.includes('b'))).toEqual([]);
  });

  it('says why it cannot list, and goes on trying', async () => {
    const { store, names } = await storeOn({
      lists: [refuse(403, 'Forbidden'), list('10', [pod('a', 1)])],
      watches: [watch([])],
    });
    await expect(store.ready()).rejects.toMatchObject({ reason: 'api', status: 403 });
    await expect.poll(names).toEqual(['a']);
    await expect.poll(() => store.lastError).toBeNull();
  });

  it.each([
    ['no metadata', {}],
    ['no uid', { metadata: { name: 'a', resourceVersion: '1' } }],
    ['not what its kind says', { metadata: { name: 'a', uid: 'u', resourceVersion: '1' } }],
  ])('shows the others where an object has %s', async (_what, object) => {
    const { store, names } = await storeOn({
      lists: [list('10', [pod('b', 1), object])],
      watches: [watch([])],
    });
    await store.ready();
    expect(names()).toEqual(['b']);
    expect(store.malformed).toMatchObject({ reason: 'malformed', params: { count: 1 } });
  });

  it.each([null, 1, 'text', []])('shows the others where %j is in the place of an object', async (item) => {
    const items = [pod('a', 1), item, pod('b', 2)];
    const { store, names } = await storeOn({ lists: [list('10', items)], watches: [watch([])] });
    await store.ready();
    expect(names()).toEqual(['a', 'b']);
    expect(store.malformed).toMatchObject({ reason: 'malformed', params: { count: 1, names: '#2' } });
  });
});

describe('a watch that begins with everything', () => {
  const added = (name: string, version: number) => ({ type: 'ADDED', object: pod(name, version) });
  const initialEnd = (version: string) => bookmark(version, { 'k8s.io/initial-events-end': 'true' });

  it('is list and watch in one; what it did not have goes at its end', async () => {
    const { store, names, initialUrls, watchUrls, listUrls } = await storeOn({
      watches: [watch([expired])],
      initial: [
        watch([added('a', 1), added('b', 2), initialEnd('20'), added('c', 21)], { end: true }),
        watch([added('b', 2), added('d', 30), { type: 'DELETED', object: pod('d', 31) }, initialEnd('40')]),
      ],
    });
    await store.ready();
    expect(names()).toEqual(['a', 'b', 'c']);
    expect(initialUrls()[0]).toContain(
      'watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan',
    );
    await expect.poll(names).toEqual(['b']);
    await expect.poll(() => store.state).toBe('live');
    expect(watchUrls()[0]).toContain('&resourceVersion=21&');
    expect([listUrls().length, initialUrls().length]).toEqual([0, 2]);
  });

  it.each([400, 422, 404])('is asked for once where the server says %i; pages do it', async (status) => {
    const pages = [list('10', [pod('a', 1)]), list('11', [pod('b', 2)])];
    const { store, names, initialUrls } = await storeOn({
      lists: pages,
      watches: [watch([expired]), watch([])],
      initial: [refuse(status, 'Invalid')],
    });
    await store.ready();
    await expect.poll(names).toEqual(['b']);
    expect(initialUrls()).toHaveLength(1);
  });

  it('is given up where the server has never heard of it, and says nothing more', async () => {
    const answers = {
      lists: [list('10', [pod('a', 1), pod('b', 2)])],
      watches: [watch([])],
      initial: [watch([added('a', 1)])],
    };
    const { store } = await storeOn(answers, {}, { timeoutMs: 200 });
    await store.ready();
    expect(store.size).toBe(2);
  });

  it('is given up where it brings more and more and does not end', async () => {
    const { store } = await storeOn(
      {
        initial: [
          (response) => {
            response.writeHead(200, { 'content-type': 'application/json' });
            let number = 0;
            const more = () => response.write(`${JSON.stringify(added(`p-${(number += 1)}`, number))}\n`);
            const timer = setInterval(more, 20);
            response.once('close', () => clearInterval(timer));
          },
        ],
      },
      { listMs: 400 },
    );
    await expect(store.ready()).rejects.toMatchObject({ reason: 'endless' });
    expect(store.size).toBe(0);
  });

  it('is asked for again after a failure that is none of its own', async () => {
    const { store, initialUrls, listUrls } = await storeOn({
      watches: [watch([])],
      initial: [refuse(500, 'InternalError'), watch([added('a', 1), initialEnd('20')])],
    });
    await expect.poll(() => store.state).toBe('live');
    expect([initialUrls().length, listUrls().length]).toEqual([2, 0]);
  });

  it('where it is forbidden, the list says so', async () => {
    const { store } = await storeOn({ lists: [refuse(403, 'list')], initial: [refuse(403, 'watch')] });
    await expect(store.ready()).rejects.toMatchObject({ message: 'it is list' });
  });
});
