import {
  kubeconfigOf,
  limitedKubeconfig,
  mintAuthority,
  mintCertificate,
  type LocalCluster,
} from '@pilothouse/control-plane';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { databaseContent } from '../../testing/database-content.ts';
import { startTestApi, type TestApi } from '../../testing/test-api.ts';

let api: TestApi;
/** As installed: clusters on loopback are not allowed. */
let strict: TestApi;
let cluster: LocalCluster;
let folder: string;
let logged = '';
const servers: (Server | TcpServer)[] = [];
const metricsToken = 'metrics-token-of-this-test';

beforeAll(async () => {
  cluster = await sharedTestCluster();
  const stream = new Writable({
    write(chunk, _encoding, done) {
      logged += String(chunk);
      done();
    },
  });
  const log = pino({ level: 'trace' }, stream);
  api = await startTestApi({ config: { allowLoopbackClusters: true, metricsToken }, log });
  strict = await startTestApi();
  folder = mkdtempSync(path.join(tmpdir(), 'pilothouse-canary-'));
});
afterAll(async () => {
  for (const server of servers) server.close();
  await api.stop();
  await strict.stop();
  rmSync(folder, { recursive: true, force: true });
});

const names = async (of = api) =>
  (await of.admin.get('/clusters')).body.items.map(({ name }: { name: string }) => name);

/** Every way to hand a kubeconfig over, tried with this one. */
async function everyDoor(kubeconfig: string, more: object = {}) {
  return [
    await api.admin.post('/kubeconfigs/inspect', { kubeconfig, probe: true, ...more }),
    await api.admin.post('/clusters', { name: 'canary', kubeconfig, ...more }),
    await api.admin.put('/clusters/victim/kubeconfig', { kubeconfig, ...more }),
  ];
}

function withUser(user: string): string {
  return `apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "${cluster.server}", insecure-skip-tls-verify: true}}]
users: [{name: u, user: {${user}}}]
contexts: [{name: c, context: {cluster: c, user: u}}]
`;
}

test('what runs a command or reads a file is refused by name at every door; nothing runs, leaves or is stored', async () => {
  await api.admin.post('/clusters', { name: 'victim', kubeconfig: cluster.kubeconfig });
  const before = await api.admin.get('/clusters/victim');
  const ran = path.join(folder, 'ran');
  const secret = path.join(folder, 'secret');
  writeFileSync(secret, 'canary-content-5c1e');
  const exec = `apiVersion: client.authentication.k8s.io/v1, command: /usr/bin/touch, args: ["${ran}"], interactiveMode: Never`;
  const users: [what: string, user: string][] = [
    ['exec', `exec: {${exec}}`],
    ['auth-provider', `auth-provider: {name: gcp, config: {cmd-path: /usr/bin/touch, cmd-args: "${ran}"}}`],
    ['tokenFile', `tokenFile: "${secret}"`],
    ['client-certificate', `client-certificate: "${secret}", client-key: "${secret}"`],
    ['as', 'token: t, as: system:admin'],
    ['surprise', 'token: t, surprise: 1'],
  ];
  for (const [what, user] of users) {
    for (const answer of await everyDoor(withUser(user), { allowInsecure: true })) {
      expect(answer.status, `${what}: ${JSON.stringify(answer.body)}`).toBe(400);
      expect(answer.body.error.code).toBe('kubeconfigRefused');
      expect(answer.body.error.params.what).toContain(what);
      expect(answer.body.error.params.way).not.toBe('');
      expect(JSON.stringify(answer.body)).not.toContain('canary-content');
    }
  }
  expect(existsSync(ran)).toBe(false);
  expect(await names()).toEqual(['victim']);
  const after = await api.admin.get('/clusters/victim');
  expect(after.body.server).toBe(before.body.server);
  expect(after.body.health.state).toBe('healthy');
  await api.admin.delete('/clusters/victim');
});

test('a context that cannot be used is refused as its field’s problem, probed or registered', async () => {
  for (const [user, problem] of [
    ['token: "a b"', 'tokenInvalid'],
    ['token: t, username: u', 'tokenAndBasic'],
  ] as const) {
    const [probed, registered] = await everyDoor(withUser(user), { allowInsecure: true });
    for (const answer of [probed, registered]) {
      expect(answer?.status).toBe(400);
      expect(answer?.body.error).toMatchObject({ code: 'kubeconfigContextBroken', params: { problem } });
      expect(answer?.body.error.message).not.toContain(problem);
    }
  }
});

test('certificate checks are off only with the explicit tick, which is shown for ever after', async () => {
  const token = (await limitedKubeconfig(cluster, { namespace: 'fleet', rules: [] })).match(
    /token: "?([\w.-]+)/,
  )?.[1];
  const kubeconfig = withUser(`token: "${token}"`);
  const refused = await api.admin.post('/clusters', { name: 'lax', kubeconfig });
  expect(refused.body.error.code).toBe('kubeconfigInsecure');
  const taken = await api.admin.post('/clusters', { name: 'lax', kubeconfig, allowInsecure: true });
  expect(taken.body).toMatchObject({ insecureSkipTlsVerify: true, health: { state: 'healthy' } });
  await api.admin.delete('/clusters/lax');
});

test.each([
  'https://127.0.0.1:6443',
  'https://127.1:6443',
  'https://2130706433:6443',
  'https://0x7f.1:6443',
  'https://0177.0.0.1:6443',
  'https://[::1]:6443',
  'https://[::ffff:127.0.0.1]:6443',
  'https://localhost:6443',
  'https://anything.localhost:6443',
  'https://0.0.0.0:6443',
  'https://169.254.169.254',
  'https://[fe80::1]:6443',
  'https://[fd00:ec2::254]',
  'https://100.100.100.200',
])('%s is no address for a cluster as installed', async (server) => {
  const kubeconfig = withUser('token: t').replace(cluster.server, server);
  const body = { kubeconfig, allowInsecure: true };
  for (const answer of [
    await strict.admin.post('/clusters', { ...body, name: 'inside' }),
    await strict.admin.post('/kubeconfigs/inspect', { ...body, probe: true }),
  ]) {
    expect(answer.status).toBe(400);
    expect(answer.body.error.code).toBe('addressForbidden');
  }
  expect(await names(strict)).toEqual([]);
});

test('a name that resolves to where no cluster may be is refused when it is connected to', async () => {
  // Debian's own name for the machine itself; on others the look-up fails, which is no way in either
  const kubeconfig = withUser('token: t').replace(cluster.server, 'https://ip6-loopback:6443');
  const { body } = await strict.admin.post('/kubeconfigs/inspect', {
    kubeconfig,
    allowInsecure: true,
    probe: true,
  });
  expect(['addressForbidden', 'dns']).toContain(body.probe.reason);
});

/** A server that is no apiserver, with the certificate asked for; returns its kubeconfig. */
async function oddServer(
  certificate: { notBefore?: Date; notAfter?: Date; names?: string[] },
  trusts?: string,
): Promise<string> {
  const ca = await mintAuthority('odd');
  const pair = await mintCertificate({ ca, commonName: 'odd', names: ['127.0.0.1'], ...certificate });
  const server = createServer({ cert: pair.certificate, key: pair.key }, (_request, response) => {
    response.setHeader('content-type', 'application/json').end('{"hello":"canary-body-77aa"}');
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return kubeconfigOf({
    name: 'odd',
    server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    certificateAuthority: trusts ?? ca.certificate,
    credential: { token: 'odd-token' },
  });
}

const day = 86_400_000;
const withServer = async (server: string) => {
  const { certificate } = await mintAuthority('any');
  const credential = { token: 'odd-token' };
  return kubeconfigOf({ name: 'odd', server, certificateAuthority: certificate, credential });
};
const odd: [reason: string, kubeconfig: () => Promise<string>][] = [
  [
    'certificateExpired',
    () => oddServer({ notBefore: new Date(Date.now() - 2 * day), notAfter: new Date(Date.now() - day) }),
  ],
  ['certificateNotYetValid', () => oddServer({ notBefore: new Date(Date.now() + day) })],
  ['certificateWrongName', () => oddServer({ names: ['other.example'] })],
  ['certificateUnknownAuthority', async () => oddServer({}, (await mintAuthority('other')).certificate)],
  ['notAnApiserver', () => oddServer({})],
  ['dns', () => withServer('https://nowhere.invalid:6443')],
  [
    'refused',
    async () => {
      const closed = createTcpServer();
      await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
      const { port } = closed.address() as AddressInfo;
      await new Promise((resolve) => closed.close(resolve));
      return withServer(`https://127.0.0.1:${port}`);
    },
  ],
  [
    'timeout',
    async () => {
      const silent = createTcpServer((socket) => socket.on('error', () => undefined));
      servers.push(silent);
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      return withServer(`https://127.0.0.1:${(silent.address() as AddressInfo).port}`);
    },
  ],
  [
    'unauthorized',
    async () =>
      cluster.kubeconfig
        .replace(/^(\s+)client-(certificate|key)-data:.*\n/gm, '')
        .replace(/^( +)user: *\{?\}?$/m, '$1user:\n$1  token: nonsense'),
  ],
];

test.each(odd)('an unhealthy cluster says why: %s', async (reason, make) => {
  const kubeconfig = await make();
  const { status, body } = await api.admin.post('/clusters', { name: 'odd', kubeconfig });
  expect(status).toBe(201);
  expect(body.health).toMatchObject({ state: 'unhealthy', lastProbe: { ok: false, reason } });
  expect(body.health.since).toBe(body.health.lastProbe.at);
  expect(JSON.stringify(body)).not.toContain('canary-body');
  await api.admin.delete('/clusters/odd');
});

test('nothing secret of a kubeconfig is in any answer, log, audit row, table or metric', async () => {
  const limited = await limitedKubeconfig(cluster, { namespace: 'fleet', rules: [] });
  const token = limited.match(/token: "?([\w.-]+)/)?.[1] ?? '';
  const keyData = cluster.kubeconfig.match(/client-key-data: "?([\w+/=]+)/)?.[1] ?? '';
  const keyLine = Buffer.from(keyData, 'base64').toString().split('\n')[1] ?? '';
  const canaries = [token, token.slice(-40), keyData, keyLine, 'basic-canary-91f3'];
  for (const canary of canaries) expect(canary.length).toBeGreaterThan(10);

  const answers = [];
  for (const kubeconfig of [
    cluster.kubeconfig,
    limited,
    withUser('username: u, password: basic-canary-91f3'),
  ]) {
    const choice = { kubeconfig, allowInsecure: true };
    answers.push(
      await api.admin.post('/kubeconfigs/inspect', { ...choice, probe: true }),
      await api.admin.post('/clusters', { ...choice, name: 'leaky' }),
      // errors that could quote what they got
      await api.admin.post('/clusters', { ...choice, name: 'leaky' }),
      await api.admin.post('/clusters', { ...choice, name: 'Not A Name' }),
      await api.admin.post('/clusters', { ...choice, name: 'x', surprise: kubeconfig }),
      await api.admin.post('/clusters', { ...choice, name: 'x', context: 'none' }),
      await api.admin.post('/clusters', { ...choice, name: 'x', kubeconfig: `${kubeconfig}\n  - : bad` }),
      await api.admin.put('/clusters/leaky/kubeconfig', choice),
      await api.admin.post('/clusters/leaky/probe'),
      await api.admin.get('/clusters/leaky'),
      await api.admin.get('/clusters'),
      await api.admin.get('/clusters/leaky/k8s/core/nodes'),
      await api.admin.get('/audit?pageSize=500'),
      await api.admin.get('/operations'),
      await api.admin.get('/openapi.json'),
    );
    const metrics = await fetch(`${api.url}/metrics`, {
      headers: { authorization: `Bearer ${metricsToken}` },
    });
    expect(metrics.status).toBe(200);
    const places = {
      answers: JSON.stringify(answers.map(({ body }) => body)),
      headers: JSON.stringify(answers.map(({ headers }) => [...headers])),
      metrics: await metrics.text(),
      log: logged,
      database: await databaseContent(api.database.url),
    };
    expect(places.database).toContain('leaky');
    expect(places.log).toContain('leaky');
    expect(places.metrics).toContain('cluster="leaky"');
    for (const [place, content] of Object.entries(places)) {
      for (const canary of canaries) expect(content.includes(canary), `${canary} in ${place}`).toBe(false);
    }
    await api.admin.delete('/clusters/leaky');
  }
});
