import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { webhookSender } from '@pilothouse/contract';
import type { z } from 'zod';

export type Sender = z.output<typeof webhookSender>;

/** What was sent, as it came. */
export interface SignedBody {
  headers: IncomingHttpHeaders;
  body: Uint8Array;
}

const secretBytes = 32;
/** Of GitLab's signing tokens, which are Standard Webhooks': base64 of the key is behind it. */
const signingPrefix = 'whsec_';
/** A signature that says when it was made is good so long, before and after. */
const signedForMs = 5 * 60_000;

/** A new secret in the form that the sender takes. */
export function drawSecret(sender: Sender): string {
  const bytes = randomBytes(secretBytes);
  return sender === 'gitlab' ? signingPrefix + bytes.toString('base64') : bytes.toString('base64url');
}

/** Whether the sender knows the secret, in whichever way it shows that. Takes as long whatever is wrong with it. */
export function isSigned(sender: Sender, secret: string, { headers, body }: SignedBody): boolean {
  switch (sender) {
    // https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries; never the older SHA-1
    case 'github':
      return isSame(textOf(headers['x-hub-signature-256']), `sha256=${hmac(secret, body).toString('hex')}`);
    // https://docs.gitea.com/usage/webhooks
    case 'gitea':
      return isSame(textOf(headers['x-gitea-signature']), hmac(secret, body).toString('hex'));
    case 'gitlab':
      return isSignedByGitlab(secret, { headers, body });
    case 'generic':
      return isSame(
        textOf(headers['x-pilothouse-signature']),
        `sha256=${hmac(secret, body).toString('hex')}`,
      );
  }
}

/**
 * Its signature where there is one (https://www.standardwebhooks.com), else its token. A bad signature is not made up for
 * by a good token: it says that the body is another one.
 */
function isSignedByGitlab(secret: string, { headers, body }: SignedBody): boolean {
  const signatures = headers['webhook-signature'];
  if (signatures === undefined) return isSame(textOf(headers['x-gitlab-token']), secret);
  const [id, at] = [textOf(headers['webhook-id']), textOf(headers['webhook-timestamp'])];
  const key = Buffer.from(secret.slice(signingPrefix.length), 'base64');
  const signed = hmac(key, Buffer.concat([Buffer.from(`${id}.${at}.`), body])).toString('base64');
  const isNow = Math.abs(Date.now() - Number(at) * 1000) <= signedForMs;
  const each = textOf(signatures).split(' ');
  return each.filter((signature) => isSame(signature, `v1,${signed}`)).length > 0 && isNow;
}

function hmac(key: string | Uint8Array, body: Uint8Array): Buffer {
  return createHmac('sha256', key).update(body).digest();
}

/** Digests are of one length, so nothing is learnt from how long it takes. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

function textOf(header: string | string[] | undefined): string {
  return typeof header === 'string' ? header : '';
}
