import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { drawSecret, isSigned, type Sender } from './signature.ts';

const body = Buffer.from('{"ref":"refs/heads/main"}');
const hex = (secret: string, of: Uint8Array = body, algorithm = 'sha256') =>
  createHmac(algorithm, secret).update(of).digest('hex');

/** Headers as the sender makes them. */
const headersOf: Record<Sender, (secret: string) => Record<string, string>> = {
  github: (secret) => ({ 'x-hub-signature-256': `sha256=${hex(secret)}` }),
  gitea: (secret) => ({ 'x-gitea-signature': hex(secret) }),
  gitlab: (secret) => ({ 'x-gitlab-token': secret }),
  generic: (secret) => ({ 'x-pilothouse-signature': `sha256=${hex(secret)}` }),
};
const senders = Object.keys(headersOf) as Sender[];

/** As GitLab signs: Standard Webhooks. */
function standard(secret: string, { at = Math.floor(Date.now() / 1000), of = body, id = 'msg_1' } = {}) {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${at}.`).update(of).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${signature}` };
}

// https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries, "Testing the webhook payload validation"
test('GitHub’s own example', () => {
  const headers = {
    'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
  };
  const signed = { headers, body: Buffer.from('Hello, World!') };
  expect(isSigned('github', "It's a Secret to Everybody", signed)).toBe(true);
});

describe.each(senders)('%s', (sender) => {
  const secret = drawSecret(sender);
  const headers = headersOf[sender](secret);

  test('knows the secret', () => {
    expect(isSigned(sender, secret, { headers, body })).toBe(true);
    expect(drawSecret(sender)).not.toBe(secret);
  });

  test('does not with another one, in another’s way, or not at all', () => {
    expect(isSigned(sender, drawSecret(sender), { headers, body })).toBe(false);
    expect(isSigned(sender, secret, { headers: {}, body })).toBe(false);
    for (const other of senders.filter((each) => each !== sender))
      expect(isSigned(sender, secret, { headers: headersOf[other](secret), body })).toBe(false);
    for (const name of Object.keys(headers))
      for (const value of ['', 'sha256=', 'sha256', hex(secret).toUpperCase(), 'é'])
        expect(isSigned(sender, secret, { headers: { [name]: value }, body })).toBe(false);
  });
});

describe.each(senders.filter((sender) => sender !== 'gitlab'))('%s', (sender) => {
  const secret = drawSecret(sender);
  const headers = headersOf[sender](secret);

  test('does not with another body, or SHA-1', () => {
    expect(isSigned(sender, secret, { headers, body: Buffer.from('{"ref":"refs/heads/evil"}') })).toBe(false);
    const [[name = ''] = []] = Object.entries(headers);
    for (const value of [`sha1=${hex(secret, body, 'sha1')}`, hex(secret, body, 'sha1')])
      expect(isSigned(sender, secret, { headers: { [name]: value }, body })).toBe(false);
    const old = { 'x-hub-signature': `sha1=${hex(secret, body, 'sha1')}` };
    expect(isSigned(sender, secret, { headers: old, body })).toBe(false);
  });
});

describe('GitLab’s signing token', () => {
  const secret = drawSecret('gitlab');
  const signs = (headers: Record<string, string>, of = body) =>
    isSigned('gitlab', secret, { headers, body: of });

  test('signs id, time and body', () => {
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(signs(standard(secret))).toBe(true);
    const good = standard(secret)['webhook-signature'];
    const several = { ...standard(secret), 'webhook-signature': `v1,bad ${good} v2,x` };
    expect(signs(several)).toBe(true);
  });

  test.each([
    ['another body', standard(secret), Buffer.from('{}')],
    ['another id', { ...standard(secret), 'webhook-id': 'msg_2' }, body],
    ['another time', { ...standard(secret), 'webhook-timestamp': '1' }, body],
    ['a time long ago', standard(secret, { at: Math.floor(Date.now() / 1000) - 3600 }), body],
    ['no time', { ...standard(secret), 'webhook-timestamp': '' }, body],
    ['another key', standard(drawSecret('gitlab')), body],
    [
      'another algorithm’s name',
      {
        ...standard(secret),
        'webhook-signature': standard(secret)['webhook-signature'].replace('v1', 'v1a'),
      },
      body,
    ],
    [
      'a bad signature beside the right token',
      { ...standard(drawSecret('gitlab')), 'x-gitlab-token': secret },
      body,
    ],
  ])('%s is refused', (_what, headers, of) => {
    expect(signs(headers, of)).toBe(false);
  });
});
