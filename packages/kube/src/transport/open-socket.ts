import { isIP } from 'node:net';
import {
  checkServerIdentity,
  connect,
  createSecureContext,
  type ConnectionOptions,
  type PeerCertificate,
  type SecureContext,
  type SecureContextOptions,
  type TLSSocket,
} from 'node:tls';
import type { AddressPolicy } from './address-policy.ts';
import type { ClusterCredential } from './credential.ts';
import { forbiddenHost, forbiddenPeer, guardedLookup } from './guarded-address.ts';
import { KubeError } from './kube-error.ts';
import { networkError } from './network-error.ts';
import { readByRecords } from './small-chunks.ts';
import { isAboutVersions, offeredVersion, withDates, withVersions, wrongName } from './tls-failure.ts';

/** From the first look-up to the end of the TLS handshake, in milliseconds. */
export const connectTimeoutMs = 3000;
/** How long a silent connection goes on before the kernel asks whether the other side is still there. */
const keepAliveMs = 10_000;

/**
 * Opens a TLS connection to a cluster. Every address its name has, and the one connected to, must be allowed.
 * Rejects with KubeError: `dns`, `refused`, `timeout`, `unreachable`, `addressForbidden`, `certificate…`, `tls`.
 */
export function openSocket(credential: ClusterCredential, policy: AddressPolicy): Promise<TLSSocket> {
  const url = new URL(credential.server);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const forbidden = forbiddenHost(host, policy);
    if (forbidden !== undefined) return reject(forbidden);
    const port = url.port === '' ? 443 : Number(url.port);
    const socket = connect({
      ...tlsOptions(credential, host),
      host,
      port,
      lookup: guardedLookup(policy),
      ALPNProtocols: ['http/1.1'],
    });
    let met: PeerCertificate | undefined;
    // with the verdict on it the certificate is gone
    socket.prependOnceListener('secure', () => (met = socket.getPeerCertificate()));
    let isOver = false;
    const fail = (error: unknown) => {
      // the first word is the one that tells; others may come while the other side's version is asked for
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      socket.destroy();
      const failure = withDates(networkError(error), met);
      if (!isAboutVersions(error)) return reject(failure);
      const address = { host, port, lookup: guardedLookup(policy), servername: isIP(host) === 0 ? host : '' };
      offeredVersion(address).then((offered) => reject(withVersions(failure, offered)), reject);
    };
    const timer = setTimeout(
      () =>
        fail(new KubeError('timeout', `No connection to ${url.host} within ${connectTimeoutMs / 1000} s`)),
      connectTimeoutMs,
    );
    readByRecords(socket);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, keepAliveMs);
    // stays: a socket that breaks between two owners must not end the process
    socket.on('error', fail);
    const judgePeer = () => {
      const wrong = forbiddenPeer(socket, url.host, policy);
      if (wrong !== undefined) fail(wrong);
    };
    socket.once('connect', judgePeer);
    socket.once('secureConnect', () => {
      judgePeer();
      clearTimeout(timer);
      resolve(socket);
    });
    socket.once('close', () => fail(new KubeError('unreachable', `${url.host} closed the connection`)));
  });
}

/** What `node:tls` needs to know of a credential; the same as client-node's for the same kubeconfig. */
export function tlsOptions(credential: ClusterCredential, host: string): ConnectionOptions {
  const name = credential.tlsServerName ?? host;
  return {
    secureContext: contextOf(credential),
    // an address is no server name in TLS; the certificate is checked against it all the same
    servername: isIP(name) === 0 ? name : '',
    checkServerIdentity: (_host, certificate) => {
      const wrong = checkServerIdentity(name, certificate);
      return wrong && wrongName(name, certificate, wrong);
    },
    rejectUnauthorized: !credential.insecureSkipTlsVerify,
  };
}

/** Certificates are read once for all connections with them. */
const contexts = new WeakMap<ClusterCredential, SecureContext>();

function contextOf(credential: ClusterCredential): SecureContext {
  const context = contexts.get(credential) ?? createSecureContext(contextOptions(credential));
  contexts.set(credential, context);
  return context;
}

/** The certificates and the key of a credential; the same as client-node's for the same kubeconfig. */
export function contextOptions({ caPem, certPem, keyPem }: ClusterCredential): SecureContextOptions {
  return {
    ...(caPem === undefined ? {} : { ca: caPem }),
    // as Go: what is given is trusted, an intermediate authority without its root too
    allowPartialTrustChain: caPem !== undefined,
    ...(certPem === undefined ? {} : { cert: certPem }),
    ...(keyPem === undefined ? {} : { key: keyPem }),
    minVersion: 'TLSv1.2',
  };
}
