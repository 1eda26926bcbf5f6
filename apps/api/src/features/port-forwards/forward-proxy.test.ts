import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { ActiveForward } from './active-forward.ts';
import { passRequest, passUpgrade } from './forward-proxy.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A forward to a server of this process in the place of a Pod, and the door in front of it. */
async function forwardTo(pod: RequestListener) {
  const upstream = createServer(pod);
  const port = await listening(upstream);
  const connections: Socket[] = [];
  const ends: string[] = [];
  const forward = new ActiveForward(
    async () => {
      const socket = connect(port, '127.0.0.1');
      connections.push(socket);
      return socket;
    },
    (reason) => ends.push(reason),
  );
  const door = createServer((req, res) => passRequest(forward, req, res));
  door.on('upgrade', (req, socket, head) => passUpgrade(forward, req, socket, head));
  const url = `http://127.0.0.1:${await listening(door)}`;
  return { upstream, forward, connections, ends, url };
}

test('requests, bodies and answers pass as they are; a connection is used again', async () => {
  const { connections, url } = await forwardTo((req, res) => {
    res.writeHead(201, { 'x-method': req.method, 'x-path': req.url, 'x-host': req.headers.host });
    req.pipe(res);
  });
  const body = 'ü'.repeat(100_000);
  for (const path of ['/a%2Fb?c=d&c=e', '/%2e%2e/x']) {
    const answer = await fetch(`${url}${path}`, { method: 'PUT', body });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-path')).toBe(path.replace('/%2e%2e', ''));
    expect(answer.headers.get('x-host')).toBe(new URL(url).host);
    expect(await answer.text()).toBe(body);
  }
  expect(connections.length).toBe(1);
});

test('an answer of one byte a time comes as it is sent; one without end ends with the browser', async () => {
  const { connections, url } = await forwardTo((_req, res) => {
    const timer = setInterval(() => res.write('x'), 10);
    res.once('close', () => clearInterval(timer));
  });
  const leaving = new AbortController();
  const answer = await fetch(url, { signal: leaving.signal });
  await answer.body?.getReader().read();
  leaving.abort();
  await expect.poll(() => connections[0]?.destroyed).toBe(true);
});

test('a connection that was kept and has gone is made anew', async () => {
  const { connections, url } = await forwardTo((_req, res) => res.end('here'));
  expect(await (await fetch(url)).text()).toBe('here');
  connections[0]?.destroy();
  expect(await (await fetch(url)).text()).toBe('here');
  expect(connections.length).toBe(2);
});

test('a Pod that does not listen is told as a gateway’s error, in text', async () => {
  const forward = new ActiveForward(
    async () => {
      throw new Error('no');
    },
    () => undefined,
  );
  const door = createServer((req, res) => passRequest(forward, req, res));
  const answer = await fetch(`http://127.0.0.1:${await listening(door)}`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([502, 'text/plain; charset=utf-8']);
});

test('WebSockets pass both ways, with what was sent before the answer came; a refusal is the Pod’s own', async () => {
  const { upstream, url } = await forwardTo((_req, res) => res.writeHead(418).end('tea'));
  const sockets = new WebSocketServer({ noServer: true });
  upstream.on('upgrade', (req: IncomingMessage, socket, head) => {
    if (req.url === '/no') return void socket.end('HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno');
    sockets.handleUpgrade(req, socket, head, (webSocket) => {
      webSocket.send('welcome');
      webSocket.on('message', (data) => webSocket.send(data));
    });
  });
  const webSocket = new WebSocket(url.replace('http', 'ws'));
  const received: string[] = [];
  webSocket.on('message', (data) => received.push(String(data)));
  await once(webSocket, 'open');
  webSocket.send('ping');
  await expect.poll(() => received).toEqual(['welcome', 'ping']);
  webSocket.close();
  const refused = new WebSocket(`${url.replace('http', 'ws')}/no`);
  const [, answer] = (await once(refused, 'unexpected-response')) as [unknown, IncomingMessage];
  expect(answer.statusCode).toBe(403);
});

test('once it ends nothing goes on: requests, WebSockets and connections are cut', async () => {
  const { upstream, forward, connections, ends, url } = await forwardTo((_req, res) => void res.write('x'));
  const sockets = new WebSocketServer({ noServer: true });
  upstream.on('upgrade', (req, socket, head) => sockets.handleUpgrade(req, socket, head, () => undefined));
  const webSocket = new WebSocket(url.replace('http', 'ws'));
  await once(webSocket, 'open');
  const asked = request(url).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  const cut = Promise.all([once(webSocket, 'close'), once(answer, 'error')]);
  forward.end('rightsLost');
  await cut;
  expect(ends).toEqual(['rightsLost']);
  await expect.poll(() => connections.every(({ destroyed }) => destroyed)).toBe(true);
});

test('no more than so many connections are made at once; the others wait', async () => {
  const { connections, url } = await forwardTo((_req, res) => void setTimeout(() => res.end('done'), 50));
  const answers = Array.from({ length: 40 }, () => fetch(url).then((answer) => answer.text()));
  await sleep(20);
  expect(connections.length).toBeLessThanOrEqual(16);
  expect(new Set(await Promise.all(answers))).toEqual(new Set(['done']));
  expect(connections.length).toBeLessThanOrEqual(16);
});
