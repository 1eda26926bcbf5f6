import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { downstreamHeaders, upstreamHeaders } from './passed-headers.ts';

/** As node's parser reads it. */
function message(headers: Record<string, string | string[]>): IncomingMessage {
  const all = Object.entries(headers);
  const joined = (name: string, value: string | string[]) =>
    name === 'set-cookie' ? [value].flat() : [value].flat().join(name === 'cookie' ? '; ' : ', ');
  return {
    headersDistinct: Object.fromEntries(all.map(([name, value]) => [name, [value].flat()])),
    headers: Object.fromEntries(all.map(([name, value]) => [name, joined(name, value)])),
  } as unknown as IncomingMessage;
}

test('what is the platform’s never goes to the Pod, whatever it is called', () => {
  const passed = upstreamHeaders(
    message({
      host: 'f.localhost:8800',
      authorization: 'Bearer canary',
      'proxy-authorization': 'Basic canary',
      cookie: [
        'theme=dark',
        'pilothouse_refresh_8800=canary; __Secure-pilothouse_refresh=canary',
        '__Host-pilothouse-forward=canary; pilothouse-forward=canary; lang=de=x',
      ],
      'x-forwarded-for': '10.0.0.1',
      accept: 'text/html',
    }),
  );
  expect(passed).toEqual({
    host: 'f.localhost:8800',
    accept: 'text/html',
    cookie: 'theme=dark; lang=de=x',
  });
});

test('what is of one connection stays there, also what Connection names', () => {
  const passed = upstreamHeaders(
    message({
      connection: 'keep-alive, X-Secret',
      'x-secret': 'canary',
      te: 'trailers',
      upgrade: 'h2c',
      a: 'b',
    }),
  );
  expect(passed).toEqual({ a: 'b' });
});

test('an upgrade keeps what makes it one', () => {
  const asked = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-key': 'k', authorization: 'x' };
  expect(upstreamHeaders(message(asked), true)).toEqual({
    'sec-websocket-key': 'k',
    connection: 'Upgrade',
    upgrade: 'websocket',
  });
});

test('cookies of the Pod are the forward’s own host’s; it sets none of the platform’s', () => {
  const passed = downstreamHeaders(
    message({
      'set-cookie': [
        'a=1; Domain=localhost; Path=/',
        'b=2;domain = .example.com',
        'c=domain=x; Secure; DOMAIN=localhost; HttpOnly',
        'pilothouse_refresh_8800=stolen; Path=/api/v1/auth',
        'pilothouse-forward=other',
      ],
    }),
  );
  expect(passed).toEqual({ 'set-cookie': ['a=1; Path=/', 'b=2', 'c=domain=x; Secure; HttpOnly'] });
});

test('what would hold for other hosts is left out', () => {
  const passed = downstreamHeaders(
    message({
      'clear-site-data': '"cookies"',
      'strict-transport-security': 'max-age=1; includeSubDomains',
      'alt-svc': 'h3=":443"',
      'content-type': 'text/html',
      vary: ['a', 'b'],
    }),
  );
  expect(passed).toEqual({ 'content-type': 'text/html', vary: ['a', 'b'] });
});
