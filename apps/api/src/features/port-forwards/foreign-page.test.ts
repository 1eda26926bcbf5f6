import { expect, test } from 'vitest';
import { isFromForeignPage } from './foreign-page.ts';

const own = 'http://a.localhost:8800';
const link = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

test.each([
  ['its own page', 'POST', { 'sec-fetch-site': 'same-origin', origin: 'null' }, false],
  ['an address that was typed', 'GET', { 'sec-fetch-site': 'none', ...link }, false],
  ['a link of the platform', 'GET', { 'sec-fetch-site': 'cross-site', ...link }, false],
  ['a script that sends no such header', 'GET', {}, false],
  ['an old browser’s own page', 'POST', { origin: own }, false],
  ['another forward’s page', 'GET', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' }, true],
  ['a form of another page', 'POST', { 'sec-fetch-site': 'cross-site', ...link }, true],
  [
    'a frame in another page',
    'GET',
    { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
    true,
  ],
  ['a WebSocket of another page', 'GET', { origin: 'http://b.localhost:8800' }, true],
  ['a page without an origin', 'GET', { origin: 'null' }, true],
])('%s (%s %o)', (_name, method, headers, isForeign) => {
  expect(isFromForeignPage({ method, headers }, own)).toBe(isForeign);
});
