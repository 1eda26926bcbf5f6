import { createPrivateKey, X509Certificate } from 'node:crypto';

const certificateBlock = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;
/** What Go's `encoding/base64.StdEncoding` accepts: padded, line breaks ignored. */
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** A certificate's or a bundle's text, and what is in it. */
export interface CertificateData {
  pem: string | undefined;
  /** Leaf first; undefined where there is none or one is broken. */
  certificates: X509Certificate[] | undefined;
}

/** Reads each text once, however many contexts share it: aliases cost a kubeconfig nothing. */
export class CertificateReader {
  readonly #read = new Map<string, CertificateData>();

  read(encoded: string): CertificateData {
    const known = this.#read.get(encoded);
    if (known !== undefined) return known;
    const pem = decodeBase64(encoded);
    const data = { pem, certificates: readCertificates(pem ?? '') };
    this.#read.set(encoded, data);
    return data;
  }
}

/** The text behind base64 as Go reads it; undefined where it is none. */
export function decodeBase64(encoded: string): string | undefined {
  const bare = encoded.replace(/[\r\n]/g, '');
  return bare !== '' && base64.test(bare) ? Buffer.from(bare, 'base64').toString('utf8') : undefined;
}

function readCertificates(pem: string): X509Certificate[] | undefined {
  const blocks = pem.match(certificateBlock);
  if (!blocks) return undefined;
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return undefined;
  }
}

/**
 * When the authorities of a bundle run out: the first of those that are still good, since an old one left in a
 * bundle says nothing; the last one when none is.
 */
export function authoritiesExpireAt(certificates: X509Certificate[], now: Date): Date | undefined {
  const ends = certificates.map(({ validToDate }) => validToDate).sort((a, b) => a.getTime() - b.getTime());
  return ends.find((end) => end > now) ?? ends.at(-1);
}

/**
 * When the authorities of a bundle begin to be good: now, where one of them is; else the first that will be.
 */
export function authoritiesBeginAt(certificates: X509Certificate[], now: Date): Date | undefined {
  const starts = certificates
    .map(({ validFromDate }) => validFromDate)
    .sort((a, b) => a.getTime() - b.getTime());
  return starts[0] !== undefined && starts[0] > now ? starts[0] : undefined;
}

/** Whether a PEM text holds a private key that is usable without a passphrase, and the one of `certificate`. */
export function judgeKey(
  pem: string,
  certificate: X509Certificate | undefined,
): 'ok' | 'invalid' | 'encrypted' | 'mismatch' {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(pem)) return 'encrypted';
  try {
    const key = createPrivateKey(pem);
    return certificate && !certificate.checkPrivateKey(key) ? 'mismatch' : 'ok';
  } catch {
    return 'invalid';
  }
}
