import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { forbiddenAddress, type AddressPolicy } from './address-policy.ts';
import { KubeError } from './kube-error.ts';

/** Why a host may not be connected to, where it is an address itself. */
export function forbiddenHost(host: string, policy: AddressPolicy): KubeError | undefined {
  return isIP(host) === 0 ? undefined : forbidden(host, policy);
}

/** Why a socket may not be used: where it leads is known once it is connected. */
export function forbiddenPeer(socket: Socket, host: string, policy: AddressPolicy): KubeError | undefined {
  const address = socket.remoteAddress;
  if (address === undefined) return new KubeError('unreachable', `${host} closed the connection`);
  return forbidden(address, policy);
}

/** A look-up of names that fails where any of the addresses is forbidden. */
export function guardedLookup(policy: AddressPolicy): LookupFunction {
  return (hostname, options, callback) => {
    dnsLookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error) return callback(error, []);
      for (const { address } of addresses) {
        const wrong = forbidden(address, policy);
        if (wrong !== undefined) return callback(wrong, []);
      }
      const [first] = addresses;
      if (options.all) callback(null, addresses);
      else callback(null, first?.address ?? '', first?.family ?? 0);
    });
  };
}

function forbidden(address: string, policy: AddressPolicy): KubeError | undefined {
  const reason = forbiddenAddress(address, policy);
  return reason === undefined
    ? undefined
    : new KubeError('addressForbidden', `The address ${address} is not allowed: ${reason}`);
}
