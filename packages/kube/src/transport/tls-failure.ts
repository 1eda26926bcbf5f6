import { connect, type ConnectionOptions, type PeerCertificate } from 'node:tls';
import { KubeError } from './kube-error.ts';
import { oneLine } from './network-error.ts';

/** The platform's own. */
const ours = 'TLS 1.2 and 1.3';
const longestNames = 200;
/** For one more handshake, by which the server's version is learnt. */
const askMs = 2000;
/** What OpenSSL calls a handshake in which the two find no version, or in which the other does not speak TLS. */
const versionCodes = /^ERR_SSL_(UNSUPPORTED_PROTOCOL|TLSV1_ALERT_PROTOCOL_VERSION|NO_PROTOCOLS_AVAILABLE)$/;

/** `failure` with the dates that were met, where it is about them. */
export function withDates(failure: KubeError, certificate: PeerCertificate | undefined): KubeError {
  const { reason } = failure;
  if (reason !== 'certificateExpired' && reason !== 'certificateNotYetValid') return failure;
  const { valid_from: from, valid_to: to } = certificate ?? {};
  if (from === undefined || to === undefined) return failure;
  const [notBefore, notAfter, now] = [new Date(from), new Date(to), new Date()].map(dayAndTime) as [
    string,
    string,
    string,
  ];
  const said = `The certificate is valid from ${notBefore} to ${notAfter}; it is ${now} here`;
  return new KubeError(reason, said, { params: { notBefore, notAfter, now }, cause: failure });
}

function dayAndTime(date: Date): string {
  return Number.isNaN(date.getTime()) ? '?' : date.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** The error of a certificate for other names. */
export function wrongName(
  wanted: string,
  { subject, subjectaltname }: PeerCertificate,
  cause: Error,
): KubeError {
  const names = oneLine(subjectaltname ?? '', longestNames);
  const commonName = oneLine(String(subject?.CN ?? ''), longestNames);
  const met = names === '' ? `no name (its subject is ${commonName === '' ? 'empty' : commonName})` : names;
  const said = `The certificate is for ${met}; wanted is ${wanted}`;
  return new KubeError('certificateWrongName', said, { params: { met, wanted }, cause });
}

/** Whether a handshake failed because of the versions that the two speak. */
export function isAboutVersions(error: unknown): boolean {
  return versionCodes.test((error as NodeJS.ErrnoException | undefined)?.code ?? '');
}

/**
 * The version that a server speaks which speaks none of ours, by a handshake after which nothing is sent; undefined
 * where that fails too. Never rejects.
 */
export function offeredVersion(address: ConnectionOptions): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({
      ...address,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'ALL:@SECLEVEL=0',
      // nothing is told to whoever it is
      rejectUnauthorized: false,
    });
    const end = (version?: string | null) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(version ?? undefined);
    };
    const timer = setTimeout(end, askMs);
    socket.on('error', () => end());
    socket.once('close', () => end());
    socket.once('secureConnect', () => end(socket.getProtocol()));
  });
}

/** `failure` with both sides' versions, the server's where it is known. */
export function withVersions(failure: KubeError, offered: string | undefined): KubeError {
  const theirs =
    offered === undefined ? 'none of them' : offered.replace(/^TLSv(\d)$/, 'TLSv$1.0').replace('v', ' ');
  return new KubeError('tls', `The TLS handshake failed: the platform speaks ${ours}, the server ${theirs}`, {
    params: { ours, theirs },
    cause: failure,
  });
}
