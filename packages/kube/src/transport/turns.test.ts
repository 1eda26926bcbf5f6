import { afterEach, describe, expect, it } from 'vitest';
import { sendJson, startFakeApiserver } from '../testing/fake-apiserver.ts';
import { apiPath } from './api-path.ts';
import { startDeadline } from './deadline.ts';
import { Turns, type Priority } from './turns.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const never = new AbortController().signal;
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Takes turns and writes down who got one; `end` ends the oldest that runs. */
function recorder(turns: Turns) {
  const began: string[] = [];
  const ends: (() => void)[] = [];
  const take = async (name: string, priority: Priority) => {
    ends.push(await turns.take(priority, never));
    began.push(name);
  };
  const end = async () => {
    ends.shift()?.();
    await settled();
  };
  return { began, take, end };
}

describe('turns', () => {
  it('come to people first, and in order', async () => {
    const { began, take, end } = recorder(new Turns({ most: 2, mostBackground: 1, mostWaiting: 9 }));
    for (const [name, priority] of [
      ['b1', 'background'],
      ['p1', 'interactive'],
      ['b2', 'background'],
      ['p2', 'interactive'],
      ['p3', 'interactive'],
    ] as const)
      void take(name, priority);
    await settled();
    expect(began).toEqual(['b1', 'p1']);
    await end();
    // no background work runs now: one may
    expect(began).toEqual(['b1', 'p1', 'b2']);
    await end();
    await end();
    expect(began).toEqual(['b1', 'p1', 'b2', 'p2', 'p3']);
  });

  it('leave places for people however much background work there is', async () => {
    const turns = new Turns({ most: 3, mostBackground: 2, mostWaiting: 9 });
    const { began, take } = recorder(turns);
    for (const name of ['b1', 'b2', 'b3']) void take(name, 'background');
    await settled();
    void take('p1', 'interactive');
    await settled();
    expect(began).toEqual(['b1', 'b2', 'p1']);
    expect([turns.running, turns.waiting]).toEqual([3, 1]);
  });

  it('are refused where too many wait, and where none came in time; both leave no trace', async () => {
    const turns = new Turns({ most: 1, mostBackground: 1, mostWaiting: 1 });
    const end = await turns.take('interactive', never);
    const late = turns.take('interactive', startDeadline(20, []).signal);
    await expect(turns.take('interactive', never)).rejects.toMatchObject({ reason: 'busy' });
    await expect(late).rejects.toMatchObject({ reason: 'busy', retryAfterSeconds: 1 });
    expect(turns.waiting).toBe(0);
    end();
    end();
    expect(turns.running).toBe(0);
  });
});

it('a connection asks a server for no more than 16 things at once, and streams that run are none of them', async () => {
  const held: (() => void)[] = [];
  const server = await startFakeApiserver({
    handle: (_request, response, url) => {
      if (url.searchParams.has('watch')) response.writeHead(200).write('\n');
      else held.push(() => sendJson(response, {}));
    },
  });
  cleanups.push(server.close);
  const connection = server.connect();
  const path = apiPath({ group: '', version: 'v1', plural: 'pods' });
  const streams = await Promise.all(
    Array.from({ length: 20 }, () => connection.stream({ path, query: { watch: true } })),
  );
  const calls = Array.from({ length: 20 }, () => connection.json({ path }));
  await expect.poll(() => held.length).toBe(16);
  expect(connection.traffic()).toMatchObject({ streams: 20, running: 16, waiting: 4 });
  for (const answer of held.splice(0)) answer();
  await expect.poll(() => held.length).toBe(4);
  for (const answer of held) answer();
  await Promise.all(calls);
  for (const { body } of streams) body.on('error', () => undefined).destroy();
  await expect.poll(() => connection.traffic()).toMatchObject({ streams: 0, running: 0, waiting: 0 });
});
