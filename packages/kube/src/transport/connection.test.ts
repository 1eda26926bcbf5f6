import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import {
  sendJson,
  sendStatus,
  startFakeApiserver,
  type FakeApiserverOptions,
} from '../testing/fake-apiserver.ts';
import { apiPath, fixedPaths } from './api-path.ts';
import { connect, type RequestEvent } from './connection.ts';
import type { ClusterCredential } from './credential.ts';
import type { KubeError } from './kube-error.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function fake(options: FakeApiserverOptions = {}) {
  const server = await startFakeApiserver(options);
  cleanups.push(server.close);
  return server;
}

const version = { path: fixedPaths.version };
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: KubeError) => error,
  );
const reasonOf = async (promise: Promise<unknown>) => (await failureOf(promise))?.reason;
const day = 86_400_000;

describe('trust', () => {
  it('checks the certificate for tls-server-name instead of the host', async () => {
    const certificate = { names: ['api.example'] };
    const server = await fake({
      certificate,
      handle: (_request, response) => sendJson(response, { ok: true }),
    });
    const named = (tlsServerName: string) => server.connect({}, { tlsServerName }).json(version);
    expect(await named('api.example')).toEqual({ ok: true });
    expect(await reasonOf(named('127.0.0.1'))).toBe('certificateWrongName');
  });

  it('trusts anybody where certificate checks were turned off', async () => {
    const certificate = { notAfter: new Date(Date.now() - day), notBefore: new Date(Date.now() - 2 * day) };
    const server = await fake({ certificate, handle: (_request, response) => sendJson(response, {}) });
    expect(await server.connect({}, { insecureSkipTlsVerify: true }).json(version)).toEqual({});
  });
});

describe('reaching the server', () => {
  const at = (server: string, allowLoopback = true) => {
    const credential: ClusterCredential = { server, insecureSkipTlsVerify: false };
    const connection = connect(credential, { addressPolicy: { allowLoopback } });
    cleanups.push(() => connection.close());
    return connection.json(version);
  };

  it.each([
    'https://169.254.169.254',
    'https://2852039166',
    'https://0xa9.0xfe.0xa9.0xfe',
    'https://0251.0376.0251.0376',
    'https://[::ffff:169.254.169.254]',
    'https://[fe80::1]',
    'https://0',
    'https://[::]',
  ])('never connects to %s', async (server) => {
    expect(await reasonOf(at(server))).toBe('addressForbidden');
  });

  it.each(['127.0.0.1', 'localhost', '2130706433', '[::1]'])(
    'connects to %s only when opted in',
    async (host) => {
      const server = await fake();
      const url = `https://${host}:${server.port}`;
      expect(await reasonOf(at(url, false))).toBe('addressForbidden');
      expect(server.connections).toBe(0);
      expect(await reasonOf(at(url))).not.toBe('addressForbidden');
    },
  );

  it('dns', async () => {
    expect(await reasonOf(at('https://nowhere.invalid'))).toBe('dns');
  });

  it('refused', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    expect(await reasonOf(at(`https://127.0.0.1:${port}`))).toBe('refused');
  });

  async function rawServer(onSocket: (socket: Socket) => void) {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      onSocket(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanups.push(async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('timeout, where nobody answers the TLS handshake', async () => {
    const url = await rawServer(() => undefined);
    expect(await reasonOf(at(url))).toBe('timeout');
  });

  it('tls, where the server speaks something else', async () => {
    const url = await rawServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(await reasonOf(at(url))).toBe('tls');
  });

  it('unreachable, where the connection is cut', async () => {
    const url = await rawServer((socket) => socket.destroy());
    expect(await reasonOf(at(url))).toBe('unreachable');
  });
});

describe('answers', () => {
  const answering = async (handle: NonNullable<FakeApiserverOptions['handle']>) =>
    failureOf((await fake({ handle })).connect({ timeoutMs: 700 }).json(version));

  it('401 is unauthorized, with the Status kept', async () => {
    const error = await answering((_request, response) => sendStatus(response, 401, 'Unauthorized'));
    expect(error).toMatchObject({
      reason: 'unauthorized',
      status: 401,
      statusObject: { reason: 'Unauthorized' },
    });
  });

  it('a Status is kept verbatim, Retry-After in seconds', async () => {
    const error = await answering((_request, response) =>
      sendStatus(response, 429, 'TooManyRequests', { 'retry-after': '7' }),
    );
    expect(error).toMatchObject({
      reason: 'api',
      status: 429,
      retryAfterSeconds: 7,
      message: 'it is TooManyRequests',
    });
  });
});

describe('calls', () => {
  it('send who we are, the audit id and what hooks add', async () => {
    const server = await fake({ handle: (_request, response) => sendJson(response, {}) });
    const headers = () => ({ 'x-hook': 'yes' });
    await server.connect({ headers }, { token: 't0ken' }).json(version, { auditId: 'a-1' });
    expect(server.headers[0]).toMatchObject({
      authorization: 'Bearer t0ken',
      'audit-id': 'a-1',
      'x-hook': 'yes',
    });
    await server.connect({}, { username: 'u', password: 'p:w' }).json(version);
    expect(server.headers[1]?.authorization).toBe(`Basic ${Buffer.from('u:p:w').toString('base64')}`);
  });

  it("keep the path of the server's URL", async () => {
    const server = await fake({ handle: (_request, response) => sendJson(response, {}) });
    const behindProxy = { server: `${server.credential.server}/k8s/clusters/c-1` };
    const path = apiPath({ group: '', version: 'v1', plural: 'pods' });
    await server.connect({}, behindProxy).json({ path, query: { limit: 1, labelSelector: 'a=b,c' } });
    expect(server.requests).toEqual(['GET /k8s/clusters/c-1/api/v1/pods?limit=1&labelSelector=a%3Db%2Cc']);
  });

  it('are reported when they have ended', async () => {
    const server = await fake({ handle: (_request, response) => sendStatus(response, 404, 'NotFound') });
    const events: RequestEvent[] = [];
    await failureOf(server.connect({ onRequest: (event) => events.push(event) }).json(version));
    expect(events).toMatchObject([
      { method: 'GET', path: '/version', status: 404, error: { reason: 'api' } },
    ]);
  });

  it('end with the caller, before and while they run', async () => {
    const server = await fake({ handle: () => undefined });
    const connection = server.connect();
    expect(await reasonOf(connection.json(version, { signal: AbortSignal.abort() }))).toBe('aborted');
    const controller = new AbortController();
    const running = reasonOf(connection.json(version, { signal: controller.signal }));
    await sleep(50);
    controller.abort();
    expect(await running).toBe('aborted');
  });

  it('end when the connection is closed, streams as well, and none begins after', async () => {
    const server = await fake({
      handle: (_request, response, url) => {
        if (url.pathname === '/api')
          response.writeHead(200, { 'content-type': 'application/json' }).write('{');
      },
    });
    const connection = server.connect();
    const running = reasonOf(connection.json(version));
    const { body } = await connection.stream({ path: fixedPaths.api });
    const streaming = reasonOf(body.toArray());
    await connection.close();
    expect([await running, await streaming]).toEqual(['closed', 'closed']);
    expect(await reasonOf(connection.json(version))).toBe('closed');
  });

  it('are repeated once where the server had just closed the idle socket', async () => {
    let count = 0;
    const server = await fake({
      handle: (request, response) => {
        count += 1;
        // the answer to the first, then a socket that breaks under the second
        if (count === 2) request.socket.destroy();
        else sendJson(response, { count });
      },
    });
    const connection = server.connect();
    await connection.json(version);
    expect(await connection.json(version)).toEqual({ count: 3 });
  });
});
