import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from './config.ts';

const DATABASE_URL = 'mysql://u:secret-password@127.0.0.1:3306/pilothouse';
const key = randomBytes(32).toString('base64');

test('every setting but the database has a default', () => {
  expect(readConfig({ DATABASE_URL })).toMatchObject({
    production: false,
    host: '127.0.0.1',
    port: 8800,
    publicUrl: 'http://127.0.0.1:8800',
    trustedProxies: [],
    dataFolder: path.resolve('.data'),
    kubeconfigsFolder: path.resolve('kubeconfigs'),
    allowLoopbackClusters: false,
    demo: 'auto',
    logLevel: 'info',
    masterKeys: null,
    adminPassword: null,
    metricsToken: null,
  });
});

test('an empty setting is one that was not made; the result cannot be changed', () => {
  const config = readConfig({ DATABASE_URL, PILOTHOUSE_PORT: '', PILOTHOUSE_ADMIN_PASSWORD: '' });
  expect([config.port, config.adminPassword]).toEqual([8800, null]);
  expect(() => Object.assign(config, { port: 1 })).toThrow(TypeError);
});

test('the public URL follows host and port', () => {
  const urlOf = (PILOTHOUSE_HOST: string) =>
    readConfig({ DATABASE_URL, PILOTHOUSE_HOST, PILOTHOUSE_PORT: '1' }).publicUrl;
  expect(urlOf('0.0.0.0')).toBe('http://127.0.0.1:1');
  expect(urlOf('::1')).toBe('http://[::1]:1');
  expect(urlOf('box.example')).toBe('http://box.example:1');
});

test.each([
  ['DATABASE_URL', undefined],
  ['DATABASE_URL', 'postgres://u:secret-password@h/db'],
  ['DATABASE_URL', 'mysql://u:secret-password@h'],
  ['PILOTHOUSE_PORT', '70000'],
  ['PILOTHOUSE_PORT', 'http'],
  ['PILOTHOUSE_PUBLIC_URL', 'pilothouse.example'],
  ['PILOTHOUSE_PUBLIC_URL', 'ftp://pilothouse.example'],
  ['PILOTHOUSE_MASTER_KEY', 'secret-password'],
  ['PILOTHOUSE_MASTER_KEY', `${key},secret-password`],
  ['PILOTHOUSE_ALLOW_LOOPBACK_CLUSTERS', 'perhaps'],
  ['PILOTHOUSE_DEMO', 'yes'],
  ['PILOTHOUSE_LOG_LEVEL', 'loud'],
  ['PILOTHOUSE_METRICS_TOKEN', 'short'],
  ['PILOTHOUSE_TRUSTED_PROXIES', '10.0.0.0/99'],
  ['PILOTHOUSE_TRUSTED_PROXIES', 'proxy.example'],
])('%s=%s is refused with a sentence that names it and repeats no value', (name, value) => {
  const failure = (() => {
    try {
      return readConfig({ DATABASE_URL, [name]: value });
    } catch (error) {
      return (error as Error).message;
    }
  })();
  expect(failure).toMatch(new RegExp(`^The setting ${name} cannot be used: .+\\.$`));
  expect(failure).not.toContain('secret-password');
});

test('production wants a master key of its own and no weak first password', () => {
  const production = { DATABASE_URL, NODE_ENV: 'production' };
  expect(() => readConfig(production)).toThrow(/PILOTHOUSE_MASTER_KEY is required/);
  const withKey = { ...production, PILOTHOUSE_MASTER_KEY: key };
  expect(readConfig(withKey).production).toBe(true);
  expect(() => readConfig({ ...withKey, PILOTHOUSE_ADMIN_PASSWORD: 'admin' })).toThrow(/too weak/);
  expect(() => readConfig({ ...withKey, PILOTHOUSE_ADMIN_PASSWORD: 'Administrator1' })).toThrow(/too weak/);
  expect(
    readConfig({ ...withKey, PILOTHOUSE_ADMIN_PASSWORD: 'long enough a phrase' }).adminPassword,
  ).not.toBeNull();
});

test('proxies are addresses, networks or names of networks', () => {
  const proxies = '10.0.0.0/8, loopback, 2001:db8::/32,192.0.2.1';
  expect(readConfig({ DATABASE_URL, PILOTHOUSE_TRUSTED_PROXIES: proxies }).trustedProxies).toEqual([
    '10.0.0.0/8',
    'loopback',
    '2001:db8::/32',
    '192.0.2.1',
  ]);
});

test('several master keys: the first one seals', () => {
  const other = randomBytes(32).toString('hex');
  const { masterKeys } = readConfig({ DATABASE_URL, PILOTHOUSE_MASTER_KEY: `${key}, ${other}` });
  expect(masterKeys?.map((given) => given.bytes.toString('base64'))[0]).toBe(key);
  expect(masterKeys).toHaveLength(2);
});

test('host names of forwards have a star as their first label, and are not the platform’s', () => {
  const read = (PILOTHOUSE_FORWARD_URL: string, PILOTHOUSE_PUBLIC_URL = 'https://pilothouse.example.org') =>
    readConfig({ DATABASE_URL, PILOTHOUSE_FORWARD_URL, PILOTHOUSE_PUBLIC_URL });
  expect(read('https://*.forward.example.com').forwardUrl).toBe('https://*.forward.example.com');
  for (const wrong of [
    'https://forward.example.com',
    'https://*.example.com/',
    'ftp://*.x',
    '*.example.com',
    'https://a.*.x',
  ])
    expect(() => read(wrong)).toThrow('PILOTHOUSE_FORWARD_URL');
  expect(() => read('https://*.example.org')).toThrow('would be one of its host names');
});
