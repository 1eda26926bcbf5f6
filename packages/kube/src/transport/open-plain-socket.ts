import { connect, type Socket } from 'node:net';
import type { AddressPolicy } from './address-policy.ts';
import { forbiddenHost, forbiddenPeer, guardedLookup } from './guarded-address.ts';
import { KubeError } from './kube-error.ts';
import { networkError } from './network-error.ts';
import { connectTimeoutMs } from './open-socket.ts';

/**
 * Opens a TCP connection to where an http URL points. Every address its name has, and the one connected to, must be
 * allowed. Rejects with KubeError: `dns`, `refused`, `timeout`, `unreachable`, `addressForbidden`.
 */
export function openPlainSocket(url: URL, policy: AddressPolicy): Promise<Socket> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const forbidden = forbiddenHost(host, policy);
    if (forbidden !== undefined) return reject(forbidden);
    const socket = connect({
      host,
      port: url.port === '' ? 80 : Number(url.port),
      lookup: guardedLookup(policy),
      noDelay: true,
    });
    const fail = (error: unknown) => {
      clearTimeout(timer);
      socket.destroy();
      reject(networkError(error));
    };
    const timer = setTimeout(
      () =>
        fail(new KubeError('timeout', `No connection to ${url.host} within ${connectTimeoutMs / 1000} s`)),
      connectTimeoutMs,
    );
    // stays: a socket that breaks between two owners must not end the process
    socket.on('error', fail);
    socket.once('connect', () => {
      const wrong = forbiddenPeer(socket, url.host, policy);
      if (wrong !== undefined) return fail(wrong);
      clearTimeout(timer);
      resolve(socket);
    });
  });
}
