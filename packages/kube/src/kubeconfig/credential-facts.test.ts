import { mintAuthority, mintCertificate } from '@pilothouse/control-plane';
import { expect, test } from 'vitest';
import { credentialFacts, tokenExpiresAt } from './credential-facts.ts';

const jwt = (payload: unknown) =>
  ['{}', JSON.stringify(payload), 'x'].map((part) => Buffer.from(part).toString('base64url')).join('.');

test('tells of certificates and of the token’s end, and nothing secret', async () => {
  const ca = await mintAuthority('facts-ca');
  const pair = await mintCertificate({ ca, commonName: 'facts', names: ['127.0.0.1', 'example.test'] });
  const facts = credentialFacts({
    server: 'https://127.0.0.1',
    caPem: `${ca.certificate}\n${ca.certificate}`,
    certPem: pair.certificate,
    keyPem: pair.key,
    token: jwt({ exp: 1_800_000_000, sub: 'system:serviceaccount:a:b' }),
    insecureSkipTlsVerify: false,
  });
  expect(facts.client).toMatchObject({ subject: expect.stringContaining('facts'), issuer: 'CN=facts-ca' });
  expect(facts.client?.names).toEqual(expect.arrayContaining(['127.0.0.1', 'example.test']));
  expect(facts.client?.validTo.getTime()).toBeGreaterThan(Date.now());
  expect(facts.authorities.map(({ subject }) => subject)).toEqual(['CN=facts-ca', 'CN=facts-ca']);
  expect(facts.tokenExpiresAt).toEqual(new Date('2027-01-15T08:00:00Z'));
  expect(JSON.stringify(facts)).not.toContain(pair.key.slice(60, 100));
});

test.each([
  ['opaque'],
  [jwt({})],
  [jwt({ exp: 'soon' })],
  [jwt({ exp: 1e300 })],
  [jwt({ exp: 1e12 })],
  [`x.${Buffer.from('not json').toString('base64url')}.y`],
])('%s says no end', (token) => {
  expect(tokenExpiresAt(token)).toBeNull();
});
