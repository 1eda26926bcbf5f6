import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { within } from '@pilothouse/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TestClient } from './testing/test-client.ts';
import { startTestServer, type TestServer } from './testing/test-database.ts';

let server: TestServer;
let databaseUrl: string;
let folder: string;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.stop());
beforeEach(async () => {
  databaseUrl = await server.createDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'pilothouse-main-'));
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  await rm(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  listener.close();
  await once(listener, 'close');
  return port;
}

interface Run {
  child: ChildProcess;
  url: string;
  output(): string;
  /** Resolves when it listens, with what it says once. */
  ready: Promise<{ url: string; firstPassword: { username: string; password: string } | null }>;
  ended: Promise<number | null>;
}

/** Runs the platform as tools/start does. */
async function run(settings: Record<string, string> = {}): Promise<Run> {
  const port = await freePort();
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'main.ts')], {
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      DATABASE_URL: databaseUrl,
      PILOTHOUSE_PORT: String(port),
      PILOTHOUSE_DATA: folder,
      PILOTHOUSE_KUBECONFIGS: path.join(folder, 'kubeconfigs'),
      PILOTHOUSE_DEMO: 'off',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  children.add(child);
  let output = '';
  child.stdout?.on('data', (text) => (output += text));
  child.stderr?.on('data', (text) => (output += text));
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const ready = new Promise<Awaited<Run['ready']>>((resolve, reject) => {
    child.on('message', (message: { type: string }) => {
      if (message.type === 'ready') resolve(message as never);
    });
    void ended.then(() => reject(new Error(`it ended before it was ready: ${output}`)));
  });
  // who waits for the end only does not look at it
  ready.catch(() => undefined);
  return { child, url: `http://127.0.0.1:${port}`, output: () => output, ready, ended };
}

async function login(url: string, password: string) {
  return new TestClient(url).post('/auth/login', { username: 'admin', password });
}

describe('the first start', () => {
  test('draws its secrets and tells the administrator’s password, once', async () => {
    const first = await run();
    const { firstPassword, url } = await first.ready;
    expect([firstPassword?.username, url]).toEqual(['admin', first.url]);
    const { mode } = await stat(path.join(folder, 'master.key'));
    expect(mode & 0o777).toBe(0o600);
    const key = await readFile(path.join(folder, 'master.key'), 'utf8');
    const signedIn = await login(url, firstPassword?.password ?? '');
    expect(signedIn.body).toMatchObject({ mustChangePassword: true });
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    for (const secret of [firstPassword?.password ?? '', key.trim()])
      expect(first.output()).not.toContain(secret);

    const second = await run();
    expect((await second.ready).firstPassword).toBeNull();
    expect(await readFile(path.join(folder, 'master.key'), 'utf8')).toBe(key);
    expect((await login(second.url, 'admin')).status).toBe(401);
    second.child.kill('SIGINT');
    expect(await second.ended).toBe(0);
  });

  test('killed at any moment, the next one comes up', async () => {
    for (const ms of [400, 700, 1000, 1300, 1600]) {
      const killed = await run();
      await Promise.race([new Promise((resolve) => setTimeout(resolve, ms)), killed.ended]);
      killed.child.kill('SIGKILL');
      await killed.ended;
    }
    const next = await run({ PILOTHOUSE_ADMIN_PASSWORD: 'given-Secret-1' });
    await next.ready;
    expect((await fetch(`${next.url}/readyz`)).status).toBe(200);
  });

  test('of two processes at once makes one administrator', async () => {
    const both = await Promise.all([run(), run()]);
    const passwords = (await Promise.all(both.map(({ ready }) => ready))).map(
      ({ firstPassword }) => firstPassword,
    );
    expect(passwords.filter((password) => password !== null)).toHaveLength(1);
    const { password = '' } = passwords.find((given) => given !== null) ?? {};
    for (const { url } of both) expect((await login(url, password)).status).toBe(200);
  });
});

describe('a refusal to start is one sentence and no stack', () => {
  const cases: [string, () => Promise<Record<string, string>> | Record<string, string>, RegExp][] = [
    [
      'a bad setting',
      () => ({ PILOTHOUSE_PORT: 'eighty' }),
      /^The setting PILOTHOUSE_PORT cannot be used: .+\.\n$/,
    ],
    [
      'no database',
      () => ({ DATABASE_URL: '' }),
      /^The setting DATABASE_URL cannot be used: is missing\.\n$/,
    ],
    [
      'a wrong database password',
      () => ({ DATABASE_URL: databaseUrl.replace(/:[^:@]+@/, ':wrong-canary@') }),
      /^The database of DATABASE_URL cannot be used: it refuses the user name or password\.\n$/,
    ],
    [
      'production without a master key',
      () => ({ NODE_ENV: 'production' }),
      /^With NODE_ENV=production the setting PILOTHOUSE_MASTER_KEY is required; .+\n$/,
    ],
    [
      'production with a weak first password',
      () => ({
        NODE_ENV: 'production',
        PILOTHOUSE_MASTER_KEY: randomBytes(32).toString('base64'),
        PILOTHOUSE_ADMIN_PASSWORD: 'canary',
      }),
      /^With NODE_ENV=production PILOTHOUSE_ADMIN_PASSWORD is refused as too weak: tooShort\.\n$/,
    ],
  ];

  test.each(cases)('%s', async (_what, settings, sentence) => {
    const { ended, output } = await run(await settings());
    expect(await ended).toBe(1);
    expect(output()).toMatch(sentence);
    expect(output()).not.toContain('canary');
  });

  test('a port in use', async () => {
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    const { ended, output } = await run({ PILOTHOUSE_PORT: String(port) });
    expect(await ended).toBe(1);
    listener.close();
    expect(output()).toContain(`The port ${port} is in use`);
    expect(output()).not.toMatch(/^\s+at /m);
    const next = await run();
    expect((await next.ready).firstPassword, 'the password was not drawn for nobody').not.toBeNull();
  });
});

describe('a running platform', () => {
  test('stops when whoever started it is gone', async () => {
    const { child, ready, ended } = await run();
    await ready;
    child.disconnect();
    expect(await ended).toBe(0);
  });

  test('says so while the database is away, and goes on by itself when it is back', async () => {
    const own = await startTestServer();
    databaseUrl = await own.createDatabase();
    const { ready, url } = await run({ PILOTHOUSE_ADMIN_PASSWORD: 'given-Secret-1' });
    await ready;
    const { body } = await login(url, 'given-Secret-1');
    const me = () => new TestClient(url, body.accessToken).get('/auth/me');
    process.kill(own.pid, 'SIGSTOP');
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(503);
    await expect.poll(async () => (await me()).body.error?.code).toBe('databaseUnavailable');
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    process.kill(own.pid, 'SIGCONT');
    await within(10_000, () => expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(200));
    await within(10_000, () => expect.poll(async () => (await me()).status).toBe(200));
    await own.stop();
  });

  test('outlives a database that goes away while a connection is being made', async () => {
    const proxy = await startCuttingProxy(databaseUrl);
    databaseUrl = proxy.url;
    const { child, ready, url } = await run({ PILOTHOUSE_ADMIN_PASSWORD: 'given-Secret-1' });
    await ready;
    proxy.cutAfterLogin(true);
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(503);
    await expect.poll(() => proxy.cuts).toBeGreaterThan(5);
    proxy.cutAfterLogin(false);
    await within(10_000, () => expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(200));
    expect(child.exitCode).toBeNull();
    child.kill('SIGKILL');
    await proxy.stop();
  });
});

/** A way to the database that can be cut where no server cuts on demand: right after the login was accepted. */
async function startCuttingProxy(target: string) {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  let cutting = false;
  const state = { cuts: 0 };
  const proxy = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    open.add(client);
    client.on('close', () => (open.delete(client), upstream.destroy()));
    for (const socket of [client, upstream]) socket.on('error', () => client.destroy());
    upstream.on('close', () => client.destroy());
    client.pipe(upstream);
    let answers = 0;
    upstream.on('data', (bytes) => {
      answers += 1;
      // the greeting, then the answer to the login
      const cut = cutting && answers === 2;
      client.write(bytes, () => {
        if (!cut) return;
        state.cuts += 1;
        client.resetAndDestroy();
      });
    });
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const url = new URL(target);
  url.port = String((proxy.address() as AddressInfo).port);
  return {
    url: url.href,
    get cuts() {
      return state.cuts;
    },
    cutAfterLogin(on: boolean) {
      cutting = on;
      if (on) for (const client of open) client.resetAndDestroy();
    },
    async stop() {
      for (const client of open) client.destroy();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}
