import { X509Certificate } from 'node:crypto';
import type { ClusterCredential } from '../transport/credential.ts';
import { certificateFacts, type CertificateFacts } from '../condition/serving-certificate.ts';

/** What may be told of a credential: nothing secret. */
export interface CredentialFacts {
  client: CertificateFacts | null;
  /** The authorities it trusts, where it names them. */
  authorities: CertificateFacts[];
  /** When its token ends, where it is one that says so (a JWT). */
  tokenExpiresAt: Date | null;
}

const mostAuthorities = 20;
const block = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Reads a credential's certificates and token; what cannot be read is left out. */
export function credentialFacts({ certPem, caPem, token }: ClusterCredential): CredentialFacts {
  const [client = null] = certificatesIn(certPem);
  return {
    client,
    authorities: certificatesIn(caPem).slice(0, mostAuthorities),
    tokenExpiresAt: token === undefined ? null : tokenExpiresAt(token),
  };
}

/** When a JWT ends by its `exp`; null where it is none, or does not say. Nothing is checked. */
export function tokenExpiresAt(token: string): Date | null {
  const [, payload] = token.split('.');
  if (payload === undefined) return null;
  try {
    const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { exp?: unknown };
    const at = typeof exp === 'number' ? new Date(exp * 1000) : null;
    return at === null || Number.isNaN(at.getTime()) || at.getUTCFullYear() > 9999 ? null : at;
  } catch {
    return null;
  }
}

function certificatesIn(pem: string | undefined): CertificateFacts[] {
  return (pem?.match(block) ?? []).flatMap((text) => {
    try {
      return [certificateFacts(new X509Certificate(text))];
    } catch {
      return [];
    }
  });
}
