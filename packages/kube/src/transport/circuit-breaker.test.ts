import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { sendJson, sendStatus, startFakeApiserver } from '../testing/fake-apiserver.ts';
import { apiPath } from './api-path.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { KubeError } from './kube-error.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const never = new AbortController().signal;
const gone = new KubeError('refused', 'nobody listens');
const reasonOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'passed',
    (error: KubeError) => error.reason,
  );

function breaker(answers: boolean[]) {
  let asked = 0;
  const made: CircuitBreaker = new CircuitBreaker(
    async () => {
      asked += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (answers.shift()) made.answered();
      else made.failed(gone);
    },
    { failures: 2, firstMs: 30, mostMs: 60 },
  );
  return { breaker: made, asked: () => asked };
}

describe('circuit breaker', () => {
  it('opens after failures in a row only', async () => {
    const { breaker: it } = breaker([]);
    it.failed(gone);
    it.answered();
    it.failed(gone);
    expect(it.state).toBe('closed');
    it.failed(gone);
    expect([it.state, it.openings]).toEqual(['open', 1]);
    await expect(it.pass(never)).rejects.toMatchObject({ reason: 'unavailable', cause: gone });
  });

  it('asks one question for all who come after the wait, and lets them through', async () => {
    const { breaker: it, asked } = breaker([true]);
    it.failed(gone);
    it.failed(gone);
    expect(await reasonOf(it.pass(never))).toBe('unavailable');
    expect(asked()).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 40));
    const three = [1, 2, 3].map(() => reasonOf(it.pass(never)));
    expect(it.state).toBe('halfOpen');
    expect(await Promise.all(three)).toEqual(['passed', 'passed', 'passed']);
    expect([asked(), it.state]).toEqual([1, 'closed']);
  });

  it('stays open where the question fails', async () => {
    const { breaker: it, asked } = breaker([false]);
    it.failed(gone);
    it.failed(gone);
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(await reasonOf(it.pass(never))).toBe('unavailable');
    expect(await reasonOf(it.pass(never))).toBe('unavailable');
    expect([asked(), it.state, it.openings]).toEqual([1, 'open', 1]);
  });

  it('does not hold a caller whose time is up', async () => {
    const made = new CircuitBreaker(() => new Promise(() => undefined), {
      failures: 1,
      firstMs: 0,
      mostMs: 0,
    });
    made.failed(gone);
    expect(await reasonOf(made.pass(AbortSignal.timeout(20)))).not.toBe('passed');
  });
});

describe('a connection to a cluster', () => {
  const pods = { path: apiPath({ group: '', version: 'v1', plural: 'pods' }) };

  it('that is gone is not tried again and again', async () => {
    let tries = 0;
    const dead = createServer((socket) => {
      tries += 1;
      socket.on('error', () => undefined).destroy();
    }).listen(0, '127.0.0.1');
    await once(dead, 'listening');
    const address = dead.address() as { port: number };
    const server = await startFakeApiserver({ handle: (_request, response) => sendJson(response, {}) });
    cleanups.push(server.close);
    const connection = server.connect({}, { server: `https://127.0.0.1:${address.port}` });
    for (let call = 0; call < 5; call++) expect(await reasonOf(connection.json(pods))).toBe('unreachable');
    const before = tries;
    expect(await reasonOf(connection.json(pods))).toBe('unavailable');
    expect(await reasonOf(connection.stream(pods))).toBe('unavailable');
    expect(tries).toBe(before);
    expect(connection.traffic()).toMatchObject({
      requests: 5,
      errors: { unreachable: 5 },
      breaker: 'open',
      breakerOpenings: 1,
      running: 0,
    });
    dead.close();
  });

  it('that answers with errors is there', async () => {
    const server = await startFakeApiserver({
      handle: (_request, response) => sendStatus(response, 500, 'InternalError'),
    });
    cleanups.push(server.close);
    const connection = server.connect();
    for (let call = 0; call < 8; call++) expect(await reasonOf(connection.json(pods))).toBe('api');
    expect(connection.traffic()).toMatchObject({ breaker: 'closed', requests: 8, errors: { api: 8 } });
  });

  it('that goes away does not keep those who wait for their turn', async () => {
    let cut = false;
    const held: (() => void)[] = [];
    const server = await startFakeApiserver({
      handle: ({ socket }) => (cut ? socket.destroy() : held.push(() => socket.destroy())),
    });
    cleanups.push(server.close);
    const connection = server.connect();
    const calls = Array.from({ length: 40 }, () => reasonOf(connection.json(pods)));
    await expect.poll(() => held.length).toBe(16);
    cut = true;
    for (const end of held) end();
    const reasons = await Promise.all(calls);
    expect(reasons.slice(-8)).toEqual(Array.from({ length: 8 }, () => 'unavailable'));
    expect(connection.traffic()).toMatchObject({ running: 0, waiting: 0 });
  });

  it('is used again as soon as anything was answered', async () => {
    let cut = true;
    const server = await startFakeApiserver({
      handle: (request, response) => (cut ? request.socket.destroy() : sendJson(response, {})),
    });
    cleanups.push(server.close);
    const connection = server.connect();
    for (let call = 0; call < 5; call++) await reasonOf(connection.json(pods));
    expect(connection.traffic().breaker).toBe('open');
    cut = false;
    await connection.checkAlive(0);
    expect(await connection.json(pods)).toEqual({});
    const { breaker, bytesReceived, bytesSent } = connection.traffic();
    expect([breaker, bytesReceived > 0, bytesSent > 0]).toEqual(['closed', true, true]);
  });
});
