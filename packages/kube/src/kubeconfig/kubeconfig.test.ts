import { KubeConfig } from '@kubernetes/client-node';
import { kubeconfigOf, mintAuthority, mintCertificate, type KeyPair } from '@pilothouse/control-plane';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { base64, config, failureOf, only, type Keys } from '../testing/kubeconfig-parts.ts';
import { contextOptions, tlsOptions } from '../transport/open-socket.ts';
import { inspectKubeconfig } from './inspect-kubeconfig.ts';
import { readContext } from './read-context.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'kubeconfig-'));
afterAll(() => rmSync(folder, { recursive: true }));

let ca: KeyPair;
let admin: KeyPair;
const end = new Date('2031-05-06T07:08:09Z');
beforeAll(async () => {
  ca = await mintAuthority('test-ca', { notAfter: new Date('2033-01-01T00:00:00Z') });
  admin = await mintCertificate({ ca, commonName: 'admin', notAfter: end });
});

describe('what is accepted', () => {
  it('a certificate, with its expiry and the authority’s', () => {
    const text = kubeconfigOf({
      name: 'dev',
      server: 'https://10.0.0.1:6443/',
      certificateAuthority: ca.certificate,
      credential: admin,
    });
    expect(only(text)).toMatchObject({
      current: true,
      server: 'https://10.0.0.1:6443',
      authentication: 'certificate',
      caExpiresAt: '2033-01-01T00:00:00.000Z',
      certificateExpiresAt: end.toISOString(),
      loopback: false,
      refusals: [],
      problems: [],
    });
    expect(readContext(text, undefined, { allowInsecure: false })).toEqual({
      server: 'https://10.0.0.1:6443',
      caPem: ca.certificate,
      certPem: admin.certificate,
      keyPem: admin.key,
      insecureSkipTlsVerify: false,
    });
  });

  it('tokens, basic, tls-server-name, paths in the URL', () => {
    const cluster = { server: 'https://proxy.example/k8s/clusters/c-1/', 'tls-server-name': 'api.example' };
    expect(readContext(config(cluster, { token: 't' }), 'dev', { allowInsecure: false })).toEqual({
      server: 'https://proxy.example/k8s/clusters/c-1',
      tlsServerName: 'api.example',
      token: 't',
      insecureSkipTlsVerify: false,
    });
    const basic = readContext(config({}, { username: 'u', password: 'p' }), undefined, {
      allowInsecure: false,
    });
    expect(basic).toMatchObject({ username: 'u', password: 'p' });
  });

  it('preferences and extensions, which are dropped and named', () => {
    const extensions = [{ name: 'x', extension: { exec: 'rm' } }];
    const text = config(
      { extensions },
      { extensions },
      { context: { extensions }, root: { preferences: { colors: true } } },
    );
    expect(inspectKubeconfig(text).dropped.toSorted()).toEqual([
      'clusters[c].extensions',
      'contexts[dev].extensions',
      'preferences',
      'users[admin].extensions',
    ]);
    expect(only(text).refusals).toEqual([]);
  });

  it('empty values of what would be refused, as kubectl writes them', () => {
    const user = { 'client-certificate': '', exec: null, 'as-groups': [], token: 't' };
    expect(only(config({ 'certificate-authority': '', 'proxy-url': '' }, user)).refusals).toEqual([]);
  });
});

describe('what is refused', () => {
  const canary = path.join(folder, 'canary');
  const secretFile = path.join(folder, 'secret');
  writeFileSync(secretFile, 'secret-canary');

  it.each<[code: string, where: 'cluster' | 'user' | 'context' | 'root', key: string, value: unknown]>([
    [
      'exec',
      'user',
      'exec',
      { apiVersion: 'client.authentication.k8s.io/v1', command: 'touch', args: [canary] },
    ],
    ['auth-provider', 'user', 'auth-provider', { name: 'gcp', config: { 'cmd-path': `touch ${canary}` } }],
    ['file-path', 'user', 'tokenFile', secretFile],
    ['file-path', 'user', 'client-certificate', secretFile],
    ['file-path', 'user', 'client-key', secretFile],
    ['file-path', 'cluster', 'certificate-authority', secretFile],
    ['proxy-url', 'cluster', 'proxy-url', 'socks5://127.0.0.1:1'],
    ['impersonation', 'user', 'as', 'system:admin'],
    ['impersonation', 'user', 'as-groups', ['system:masters']],
    ['impersonation', 'user', 'as-uid', '0'],
    ['impersonation', 'user', 'as-user-extra', { a: ['b'] }],
    ['unknown-key', 'user', 'execute', ''],
    ['unknown-key', 'user', '__proto__', 'x'],
    ['unknown-key', 'user', 'constructor', 'x'],
    ['unknown-key', 'cluster', 'Server', 'x'],
    ['unknown-key', 'context', 'as', 'x'],
    ['unknown-key', 'root', 'execs', 'x'],
  ])('%s: %s %s', (code, where, key, value) => {
    const part = JSON.parse(`{${JSON.stringify(key)}: ${JSON.stringify(value)}}`) as Keys;
    const text = config(
      where === 'cluster' ? part : {},
      where === 'user' ? part : {},
      where === 'context' ? { context: part } : where === 'root' ? { root: part } : {},
    );
    const prefix = { cluster: 'clusters[c].', user: 'users[admin].', context: 'contexts[dev].', root: '' }[
      where
    ];
    expect(only(text).refusals).toMatchObject([{ code, path: prefix + key }]);
    expect(failureOf(text)).toMatchObject({ code: 'kubeconfigRefused', params: { what: prefix + key } });
    expect(existsSync(canary)).toBe(false);
    expect(JSON.stringify(inspectKubeconfig(text))).not.toContain('secret-canary');
  });

  it('only in the context that uses it', () => {
    const root = {
      users: [
        { name: 'admin', user: { token: 't' } },
        { name: 'bad', user: { exec: { command: 'x' } } },
      ],
      contexts: [
        { name: 'dev', context: { cluster: 'c', user: 'admin' } },
        { name: 'bad', context: { cluster: 'c', user: 'bad' } },
      ],
    };
    const text = config({}, {}, { root });
    expect(readContext(text, 'dev', { allowInsecure: false }).token).toBe('t');
    expect(failureOf(text, 'bad').code).toBe('kubeconfigRefused');
    expect(failureOf(text).code).toBe('kubeconfigContextRequired');
    expect(failureOf(text, 'none')).toMatchObject({
      code: 'kubeconfigContextUnknown',
      params: { context: 'none' },
    });
  });

  it('certificate checks turned off, unless somebody confirmed that', () => {
    const text = config({ 'insecure-skip-tls-verify': true }, { token: 't' });
    expect(failureOf(text).code).toBe('kubeconfigInsecure');
    expect(readContext(text, undefined, { allowInsecure: true }).insecureSkipTlsVerify).toBe(true);
  });

  it('shows a way out that is safe to paste, whatever the names are', () => {
    const name = `a'; touch ${canary}; echo '\u001b[31m$(touch ${canary})`;
    const root = {
      users: [{ name, user: { exec: { command: 'x' } } }],
      contexts: [{ name, context: { cluster: 'c', user: name } }],
    };
    const [refusal] = only(config({}, {}, { root })).refusals;
    const kubectl = 'kubectl() { :; }; kubectl';
    const script = (refusal?.commands ?? [])
      .join('\n')
      .replace(/^kubectl/, kubectl)
      .replaceAll('> pilothouse.kubeconfig', '');
    expect(spawnSync('sh', ['-c', script]).status).toBe(0);
    expect(existsSync(canary)).toBe(false);
    expect(script).not.toContain('\u001b');
  });
});

describe('suggestedName', () => {
  it.each([
    ['dev', 'dev'],
    ['admin@My_Cluster.example', 'my-cluster-example'],
    ['arn:aws:eks:eu-1:123:cluster/prod', 'prod'],
    ['漢字', 'cluster'],
    ['-'.repeat(10), 'cluster'],
    ['x'.repeat(100), 'x'.repeat(63)],
  ])('%s gives %s', (name, suggested) => {
    const root = { contexts: [{ name, context: { cluster: 'c', user: 'admin' } }], 'current-context': name };
    expect(inspectKubeconfig(config({}, {}, { root })).suggestedName).toBe(suggested);
  });
});

describe('second opinion: client-node reads the same', () => {
  it.each<[string, (parts: { ca: KeyPair; admin: KeyPair }) => [cluster: Keys, user: Keys]]>([
    [
      'certificate',
      ({ ca, admin }) => [
        { 'certificate-authority-data': base64(ca.certificate) },
        { 'client-certificate-data': base64(admin.certificate), 'client-key-data': base64(admin.key) },
      ],
    ],
    ['token, system authorities', () => [{}, { token: 't' }]],
    ['tls-server-name', () => [{ 'tls-server-name': 'api.example' }, { token: 't' }]],
    ['insecure', () => [{ 'insecure-skip-tls-verify': true }, { token: 't' }]],
  ])('%s', async (_what, parts) => {
    const text = config(...parts({ ca, admin }));
    const theirs = new KubeConfig();
    theirs.loadFromString(text);
    const options: { agent?: unknown; headers?: Record<string, string> } = {};
    await theirs.applyToHTTPSOptions(options as never);
    const agent = (options.agent as Agent).options;
    const pem = (value: unknown) => (Buffer.isBuffer(value) ? value.toString() : value);
    const credential = readContext(text, undefined, { allowInsecure: true });
    const ours = { ...tlsOptions(credential, '10.0.0.1'), ...contextOptions(credential) };
    expect({
      ca: pem(agent.ca),
      cert: pem(agent.cert),
      key: pem(agent.key),
      verify: agent.rejectUnauthorized ?? true,
      name: agent.servername ?? '',
    }).toEqual({
      ca: ours.ca,
      cert: ours.cert,
      key: ours.key,
      verify: ours.rejectUnauthorized,
      name: ours.servername,
    });
  });
});
