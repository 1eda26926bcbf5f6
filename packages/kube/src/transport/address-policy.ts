import { BlockList, isIP } from 'node:net';

/** Which addresses a cluster may have. Private networks always may; the ones in `never` may not. */
export interface AddressPolicy {
  /** Whether this machine itself may be a cluster (the local demo). */
  allowLoopback: boolean;
}

const never: [reason: string, subnets: [network: string, prefix: number][]][] = [
  [
    'metadata',
    [
      ['169.254.169.254', 32],
      // AWS keeps its instance services here, Google its metadata server
      ['fd00:ec2::', 32],
      ['fd20:ce::254', 128],
      ['100.100.100.200', 32],
      ['168.63.129.16', 32],
      ['192.0.0.192', 32],
    ],
  ],
  [
    'linkLocal',
    [
      ['169.254.0.0', 16],
      ['fe80::', 10],
    ],
  ],
  [
    'unspecified',
    [
      ['0.0.0.0', 8],
      ['::', 128],
    ],
  ],
  [
    'multicast',
    [
      ['224.0.0.0', 4],
      ['255.255.255.255', 32],
      ['ff00::', 8],
    ],
  ],
  [
    // forms that hide an IPv4 address: mapped, compatible, NAT64, 6to4, Teredo
    'embedded',
    [
      ['::ffff:0:0', 96],
      ['::ffff:0:0:0', 96],
      ['64:ff9b::', 96],
      ['64:ff9b:1::', 48],
      ['2002::', 16],
      ['2001::', 32],
    ],
  ],
];

// one list per family: a BlockList of both matches IPv4 rules against mapped addresses
const forbidden = never.map(([reason, subnets]) => ({ reason, list: blockList(subnets) }));
const loopback = blockList([
  ['127.0.0.0', 8],
  ['::1', 128],
]);
const compatible = blockList([['::', 96]]);

/**
 * Why `address` (an IP address in text, of a socket or from DNS) may not be a cluster's, or undefined when it may:
 * `metadata`, `linkLocal`, `unspecified`, `multicast`, `embedded` (an IPv6 form of an IPv4 address) or `loopback`.
 */
export function forbiddenAddress(address: string, policy: AddressPolicy): string | undefined {
  const bare = address.replace(/%.*$/, '');
  const family = isIP(bare);
  if (family === 0) return 'embedded';
  const listed = forbidden.find(({ list }) => contains(list, bare, family));
  if (listed) return listed.reason;
  if (contains(loopback, bare, family)) return policy.allowLoopback ? undefined : 'loopback';
  return family === 6 && contains(compatible, bare, family) ? 'embedded' : undefined;
}

/** Whether a host in a URL names this machine, as far as that can be told without asking DNS. */
export function isLoopbackHost(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const family = isIP(bare);
  if (family === 0) return bare === 'localhost' || bare.endsWith('.localhost');
  return contains(loopback, bare, family);
}

interface Lists {
  4: BlockList;
  6: BlockList;
}

function blockList(subnets: [network: string, prefix: number][]): Lists {
  const lists = { 4: new BlockList(), 6: new BlockList() };
  for (const [network, prefix] of subnets) {
    const family = isIP(network) as 4 | 6;
    lists[family].addSubnet(network, prefix, family === 4 ? 'ipv4' : 'ipv6');
  }
  return lists;
}

function contains(lists: Lists, address: string, family: number): boolean {
  return lists[family as 4 | 6].check(address, family === 4 ? 'ipv4' : 'ipv6');
}
