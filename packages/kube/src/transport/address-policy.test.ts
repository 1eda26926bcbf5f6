import { describe, expect, it } from 'vitest';
import { forbiddenAddress, isLoopbackHost } from './address-policy.ts';

describe('forbiddenAddress', () => {
  it.each(['10.0.0.1', '172.16.0.1', '192.168.1.1', '100.64.0.1', '8.8.8.8', 'fd00::1', '2001:db8::1'])(
    'allows %s',
    (address) => {
      expect(forbiddenAddress(address, { allowLoopback: false })).toBeUndefined();
    },
  );

  it.each([
    ['169.254.169.254', 'metadata'],
    ['fd00:ec2::254', 'metadata'],
    ['fd00:0ec2:0:0:0:0:0:254', 'metadata'],
    ['fd00:ec2::23', 'metadata'],
    ['fd20:ce::254', 'metadata'],
    ['2001:0:53aa:64c::5601:5601', 'embedded'],
    ['100.100.100.200', 'metadata'],
    ['169.254.0.1', 'linkLocal'],
    ['fe80::1', 'linkLocal'],
    ['fe80::1%eth0', 'linkLocal'],
    ['febf::1', 'linkLocal'],
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['::', 'unspecified'],
    ['224.0.0.1', 'multicast'],
    ['255.255.255.255', 'multicast'],
    ['ff02::1', 'multicast'],
    ['::ffff:169.254.169.254', 'embedded'],
    ['::ffff:10.0.0.1', 'embedded'],
    ['::ffff:a9fe:a9fe', 'embedded'],
    ['::10.0.0.1', 'embedded'],
    ['64:ff9b::a9fe:a9fe', 'embedded'],
    ['2002:a9fe:a9fe::', 'embedded'],
    ['not an address', 'embedded'],
    ['', 'embedded'],
  ])('never allows %s: %s', (address, reason) => {
    expect(forbiddenAddress(address, { allowLoopback: true })).toBe(reason);
  });

  it.each(['127.0.0.1', '127.1.2.3', '::1'])('allows %s only where the operator opted in', (address) => {
    expect(forbiddenAddress(address, { allowLoopback: false })).toBe('loopback');
    expect(forbiddenAddress(address, { allowLoopback: true })).toBeUndefined();
  });
});

describe('isLoopbackHost', () => {
  it.each(['localhost', 'localhost.', 'x.localhost', '127.0.0.1', '127.8.8.8', '[::1]', '::1'])(
    '%s is',
    (host) => {
      expect(isLoopbackHost(host)).toBe(true);
    },
  );
  it.each(['example.com', '10.0.0.1', '[fd00::1]', 'localhost.example.com'])('%s is not', (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });
});
