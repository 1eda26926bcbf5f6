import { mintAuthority, mintCertificate, type KeyPair } from '@pilothouse/control-plane';
import { createPrivateKey } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { base64, config, failureOf, only } from '../testing/kubeconfig-parts.ts';
import { inspectKubeconfig } from './inspect-kubeconfig.ts';
import type { KubeconfigError, KubeconfigProblemCode } from './kubeconfig-error.ts';
import { readContext } from './read-context.ts';

let ca: KeyPair;
let admin: KeyPair;
let other: KeyPair;
beforeAll(async () => {
  ca = await mintAuthority('test-ca');
  admin = await mintCertificate({ ca, commonName: 'admin' });
  other = await mintCertificate({ ca, commonName: 'other' });
});

describe('problems of a context', () => {
  const trust = () => ({ 'certificate-authority-data': base64(ca.certificate) });
  const certified = (key: string, certificate = base64(admin.certificate)) =>
    config({}, { 'client-certificate-data': certificate, 'client-key-data': key });
  const authority = (data: unknown) => config({ 'certificate-authority-data': data });
  const key = 'client-key-data';
  const encrypted = () =>
    createPrivateKey(admin.key).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'x',
    });

  it.each<[problem: KubeconfigProblemCode, text: () => string, params?: Record<string, string>]>([
    ['clusterMissing', () => config({}, {}, { context: { cluster: 'x' } }), { cluster: 'x' }],
    ['clusterUnnamed', () => config({}, {}, { context: { cluster: '' } })],
    ['userMissing', () => config({}, {}, { context: { user: 'x' } }), { user: 'x' }],
    ['contextNameTooLong', () => longName('n'.repeat(254)), { most: '253' }],
    ['serverMissing', () => config({ server: '' }), { cluster: 'c' }],
    ['serverInvalid', () => config({ server: 'not a url' })],
    ['serverInvalid', () => config({ server: 'https://' })],
    ['serverNoScheme', () => config({ server: '10.0.0.1:6443' })],
    ['serverNoScheme', () => config({ server: 'api.example:6443/path' })],
    ['serverNoScheme', () => config({ server: '[fd00::1]:6443' })],
    ['serverNoScheme', () => config({ server: '//api.example' })],
    ['serverHasQuery', () => config({ server: 'https://x/?a=b' })],
    ['serverHasFragment', () => config({ server: 'https://x/#a' })],
    ['serverScheme', () => config({ server: 'file:///etc/passwd' }), { scheme: 'file' }],
    ['serverScheme', () => config({ server: 'WSS://x' }), { scheme: 'wss' }],
    ['serverNotHttps', () => config({ server: 'http://10.0.0.1' })],
    ['serverTooLong', () => config({ server: `https://x/${'p'.repeat(2048)}` }), { most: '2048' }],
    ['serverHasCredentials', () => config({ server: 'https://u:p@10.0.0.1' })],
    ['tlsServerNameInvalid', () => config({ 'tls-server-name': 'a b' })],
    ['notBoolean', () => config({ 'insecure-skip-tls-verify': 'true' }), { key: 'insecure-skip-tls-verify' }],
    ['notBoolean', () => config({ 'insecure-skip-tls-verify': 1 }), { key: 'insecure-skip-tls-verify' }],
    ['insecureWithAuthority', () => config({ ...trust(), 'insecure-skip-tls-verify': true })],
    ['notBase64', () => authority('%%%'), { key: 'certificate-authority-data' }],
    ['pemNotEncoded', () => authority(ca.certificate), { key: 'certificate-authority-data' }],
    ['holdsKey', () => authority(base64(ca.key)), { key: 'certificate-authority-data' }],
    ['notText', () => authority(12), { key: 'certificate-authority-data' }],
    ['authorityInvalid', () => authority(base64('no pem'))],
    ['certificateInvalid', () => certified(base64(admin.key), 'eA==')],
    ['holdsKey', () => certified(base64(admin.key), base64(admin.key)), { key: 'client-certificate-data' }],
    ['pemNotEncoded', () => certified(admin.key), { key }],
    ['notBase64', () => certified('x'), { key }],
    ['holdsCertificate', () => certified(base64(admin.certificate)), { key }],
    ['keyEncrypted', () => certified(base64(String(encrypted())))],
    ['certificateWithoutKey', () => config({}, { 'client-certificate-data': base64(admin.certificate) })],
    ['keyWithoutCertificate', () => config({}, { 'client-key-data': base64(admin.key) })],
    ['keyInvalid', () => certified(base64('x'))],
    ['keyMismatch', () => certified(base64(other.key))],
    ['tokenInvalid', () => config({}, { token: 'a\r\nX-Evil: 1' })],
    ['tokenInvalid', () => config({}, { token: 12 })],
    ['basicInvalid', () => config({}, { username: 'a:b', password: 'x' })],
    ['basicInvalid', () => config({}, { password: 'x' })],
    ['tokenAndBasic', () => config({}, { token: 't', username: 'u' })],
  ])('%s', (problem, text, params = {}) => {
    expect(only(text()).problems).toEqual([{ code: problem, params }]);
    const failure = failureOf(text(), undefined, true) as KubeconfigError<'kubeconfigContextBroken'>;
    expect(failure).toMatchObject({ code: 'kubeconfigContextBroken', params: { problem, ...params } });
    expect(failure.params.reason).not.toMatch(/[{}]/);
  });

  it('never say what may be secret', () => {
    const text = config({ server: 'secret-canary' }, { [key]: 'secret-canary', token: 'secret-canary\n' });
    expect(JSON.stringify([only(text).problems, failureOf(text).params])).not.toContain('canary');
  });
});

function longName(name: string): string {
  return config({}, {}, { root: { contexts: [{ name, context: { cluster: 'c', user: 'admin' } }] } });
}

describe('what is taken and mentioned', () => {
  it('a key beside a token or a password, without a certificate', () => {
    for (const identity of [{ token: 't' }, { username: 'u', password: 'p' }]) {
      const text = config({}, { 'client-key-data': base64(admin.key), ...identity });
      expect(only(text)).toMatchObject({ problems: [], warnings: [{ code: 'keyUnused', params: {} }] });
      expect(readContext(text, undefined, { allowInsecure: false })).toEqual({
        server: 'https://10.0.0.1:6443',
        ...identity,
        insecureSkipTlsVerify: false,
      });
    }
  });

  it('certificates that are not valid yet', async () => {
    const at = new Date('2090-01-01T00:00:00Z');
    const later = { notBefore: at, notAfter: new Date('2091-01-01T00:00:00Z') };
    const authority = await mintAuthority('later', later);
    const client = await mintCertificate({ ca, commonName: 'later', ...later });
    const text = (bundle: string) =>
      config(
        { 'certificate-authority-data': base64(bundle) },
        { 'client-certificate-data': base64(client.certificate), 'client-key-data': base64(client.key) },
      );
    const params = { at: at.toISOString() };
    const ofClient = { code: 'certificateNotYetValid', params };
    expect(only(text(authority.certificate))).toMatchObject({
      problems: [],
      warnings: [{ code: 'authorityNotYetValid', params }, ofClient],
    });
    expect(only(text(authority.certificate + ca.certificate)).warnings).toEqual([ofClient]);
  });

  it('a current-context that is not set, or not there', () => {
    expect(inspectKubeconfig(config()).warnings).toEqual([]);
    const unset = config({}, {}, { root: { 'current-context': '' } });
    expect(inspectKubeconfig(unset).warnings).toEqual([{ code: 'currentContextUnset', params: {} }]);
    const missing = config({}, {}, { root: { 'current-context': 'gone' } });
    expect(inspectKubeconfig(missing).warnings).toEqual([
      { code: 'currentContextMissing', params: { context: 'gone' } },
    ]);
  });

  it('a context’s name of 253 characters', () => {
    expect(only(longName('n'.repeat(253))).problems).toEqual([]);
  });
});
