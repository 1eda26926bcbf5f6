import 'reflect-metadata';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
  type Extension,
  type JsonGeneralNames,
} from '@peculiar/x509';
import { generateKeyPairSync, randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  certificate: string;
  key: string;
}

export interface CertificateRequest {
  /** Who signs; a certificate without one signs itself. */
  ca?: KeyPair;
  /** Kubernetes reads it as the user's name. */
  commonName: string;
  /** Kubernetes reads them as the user's groups. */
  organizations?: readonly string[];
  /** DNS names and IP addresses for which a server may show it. */
  names?: readonly string[];
  /** Default: an hour ago. */
  notBefore?: Date;
  /** Default: in ten years. */
  notAfter?: Date;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const hour = 3_600_000;
const tenYears = 10 * 365 * 24 * hour;

/** Makes a certificate authority: expired or not valid yet by its dates, an intermediate one by a `ca`. */
export function mintAuthority(
  commonName: string,
  options: Pick<CertificateRequest, 'ca' | 'notBefore' | 'notAfter'> = {},
): Promise<KeyPair> {
  return mint({ commonName, ...options }, [
    new BasicConstraintsExtension(true, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
  ]);
}

/**
 * Makes a certificate for a client, a server or both, odd ones for tests included: expired or not valid yet (`notBefore`, `notAfter`),
 * of a wrong authority (`ca`), for a wrong name (`names`), signed by itself (no `ca`).
 */
export function mintCertificate(request: CertificateRequest): Promise<KeyPair> {
  const extensions: Extension[] = [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth, ExtendedKeyUsage.serverAuth]),
  ];
  if (request.names?.length) {
    const names = request.names.map((value) => ({ type: isIP(value) ? 'ip' : 'dns', value }));
    extensions.push(new SubjectAlternativeNameExtension(names as JsonGeneralNames));
  }
  return mint(request, extensions);
}

/** A key pair to sign ServiceAccount tokens with, both PEM. */
export function mintTokenKeys(): { publicKey: string; privateKey: string } {
  return generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
  });
}

async function mint(request: CertificateRequest, extensions: Extension[]): Promise<KeyPair> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const subject = [
    ...(request.organizations ?? []).map((organization) => ({ O: [organization] })),
    { CN: [request.commonName] },
  ];
  const issuer = request.ca && new X509Certificate(request.ca.certificate);
  const certificate = await X509CertificateGenerator.create({
    // the first bit is zero: a serial number is positive
    serialNumber: `00${randomBytes(15).toString('hex')}`,
    subject,
    issuer: issuer ? issuer.subject : subject,
    notBefore: request.notBefore ?? new Date(Date.now() - hour),
    notAfter: request.notAfter ?? new Date(Date.now() + tenYears),
    publicKey: keys.publicKey,
    signingKey: request.ca ? await importKey(request.ca.key) : keys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      ...extensions,
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer ? issuer.publicKey : keys.publicKey),
    ],
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    certificate: `${certificate.toString('pem')}\n`,
    key: `${PemConverter.encode(key, 'PRIVATE KEY')}\n`,
  };
}

async function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const [der] = PemConverter.decode(pem);
  if (!der) throw new Error('the authority has no private key');
  return webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
}
