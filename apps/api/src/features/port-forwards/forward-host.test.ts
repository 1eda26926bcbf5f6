import { expect, test } from 'vitest';
import { forwardHosts } from './forward-host.ts';

test('on loopback host names lie below localhost; elsewhere there are none unless set', () => {
  const hosts = forwardHosts(null, 'http://127.0.0.1:8800');
  expect(hosts?.originOf('f')).toBe('http://f.localhost:8800');
  expect(forwardHosts(null, 'http://[::1]:8800')?.originOf('f')).toBe('http://f.localhost:8800');
  expect(forwardHosts(null, 'http://10.0.0.1:8800')).toBeNull();
  expect(forwardHosts(null, 'https://pilothouse.example.com')).toBeNull();
});

test('the platform’s own names are never a forward’s', () => {
  const hosts = forwardHosts(null, 'http://localhost:8800');
  for (const host of ['localhost:8800', '127.0.0.1:8800', 'f.localhost', 'xlocalhost:8800', '', undefined])
    expect([host, hosts?.owns(host)]).toEqual([host, false]);
  expect(hosts?.idOf('F.LOCALHOST:8800')).toBe('f');
});

test('the setting gives them a domain of their own', () => {
  const hosts = forwardHosts('https://*.forward.example.com', 'https://pilothouse.example.org');
  expect(hosts?.originOf('f')).toBe('https://f.forward.example.com');
  expect([hosts?.isSecure, hosts?.idOf('f.forward.example.com')]).toEqual([true, 'f']);
  expect(hosts?.owns('f.forward.example.com.evil.org')).toBe(false);
});
