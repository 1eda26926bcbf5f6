import { isIPv6 } from 'node:net';

/**
 * Whom an address stands for: one household has a whole /64 of IPv6 addresses, so of those it is the first four
 * groups, also where `::` stands for some of them.
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [before = '', after] = address.split('::');
  const groups = before.split(':').filter((group) => group !== '');
  const behind = (after ?? '').split(':').filter((group) => group !== '').length;
  const zeros = after === undefined ? 0 : 8 - groups.length - behind;
  return [...groups, ...Array<string>(zeros).fill('0'), ...(after ?? '').split(':')].slice(0, 4).join(':');
}
