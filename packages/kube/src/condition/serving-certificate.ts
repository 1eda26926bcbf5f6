import type { X509Certificate } from 'node:crypto';
import type { ClusterConnection } from '../transport/connection.ts';
import { oneLine } from '../transport/network-error.ts';

/** A certificate as people read it. */
export interface CertificateFacts {
  subject: string;
  issuer: string;
  validFrom: Date;
  validTo: Date;
  /** The names and addresses it is for. */
  names: string[];
}

const mostNames = 100;

/** What of a certificate is shown. */
export function certificateFacts(certificate: X509Certificate): CertificateFacts {
  const { subject, issuer, validFromDate, validToDate, subjectAltName } = certificate;
  return {
    subject: oneLine((subject ?? '').replaceAll('\n', ', ')),
    issuer: oneLine((issuer ?? '').replaceAll('\n', ', ')),
    validFrom: validFromDate,
    validTo: validToDate,
    names: (subjectAltName ?? '')
      .split(', ')
      .filter((name) => name !== '')
      .slice(0, mostNames)
      .map((name) => oneLine(name.replace(/^(DNS|IP Address):/, ''), 253)),
  };
}

/**
 * The certificate that the apiserver shows, over a connection of its own; null where it shows none. Rejects with
 * KubeError.
 */
export async function readServingCertificate(
  connection: ClusterConnection,
): Promise<CertificateFacts | null> {
  const socket = await connection.openStreamSocket();
  try {
    const certificate = socket.getPeerX509Certificate();
    return certificate === undefined ? null : certificateFacts(certificate);
  } finally {
    socket.destroy();
  }
}
