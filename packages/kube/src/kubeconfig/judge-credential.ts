import type { X509Certificate } from 'node:crypto';
import { oneLine } from '../transport/network-error.ts';
import type { ClusterCredential } from '../transport/credential.ts';
import {
  authoritiesBeginAt,
  authoritiesExpireAt,
  CertificateReader,
  decodeBase64,
  judgeKey,
} from './certificates.ts';
import { judgeServer } from './judge-server.ts';
import type { KubeconfigProblem, KubeconfigProblemCode, KubeconfigWarning } from './kubeconfig-error.ts';
import { isSet, textOf, type Mapping, type ParsedKubeconfig } from './parse-kubeconfig.ts';

/** One context's parts, read. `credential` is only to be used where there are no problems. */
export interface JudgedCredential {
  credential: ClusterCredential;
  problems: KubeconfigProblem[];
  warnings: KubeconfigWarning[];
  caExpiresAt: Date | undefined;
  certificateExpiresAt: Date | undefined;
}

/** As long as a context's name may be; what is stored is bounded. */
const longestContextName = 253;
const readers = new WeakMap<ParsedKubeconfig, CertificateReader>();

/** Reads the cluster and user of a context; what does not fit becomes a problem, never an exception. */
export function judgeCredential(config: ParsedKubeconfig, contextName: string): JudgedCredential {
  const reader = readers.get(config) ?? new CertificateReader();
  readers.set(config, reader);
  return new Judge(reader).judge(config, contextName);
}

class Judge {
  readonly #reader: CertificateReader;
  readonly #problems: KubeconfigProblem[] = [];
  readonly #warnings: KubeconfigWarning[] = [];
  readonly #now = new Date();

  constructor(reader: CertificateReader) {
    this.#reader = reader;
  }

  judge(config: ParsedKubeconfig, contextName: string): JudgedCredential {
    const context = config.contexts.get(contextName) ?? {};
    const clusterName = textOf(context['cluster']);
    const cluster = config.clusters.get(clusterName ?? '');
    const userName = textOf(context['user']);
    const user = config.users.get(userName ?? '');
    if (contextName.length > longestContextName) {
      this.#problem('contextNameTooLong', { most: String(longestContextName) });
    }
    if (clusterName === undefined) this.#problem('clusterUnnamed');
    else if (!cluster) this.#problem('clusterMissing', { cluster: oneLine(clusterName, 80) });
    if (userName !== undefined && !user) this.#problem('userMissing', { user: oneLine(userName, 80) });
    const tls = this.#authority(cluster ?? {});
    const identity = this.#user(user ?? {});
    const [certificate] = identity.certificates ?? [];
    return {
      credential: {
        server: cluster ? this.#server(cluster['server'], clusterName ?? '') : '',
        ...tls.options,
        ...identity.options,
        insecureSkipTlsVerify: tls.insecure,
      },
      problems: this.#problems,
      warnings: this.#warnings,
      caExpiresAt: tls.certificates && authoritiesExpireAt(tls.certificates, this.#now),
      certificateExpiresAt: certificate?.validToDate,
    };
  }

  #server(value: unknown, cluster: string): string {
    const judged = judgeServer(value, oneLine(cluster, 80));
    if (typeof judged === 'string') return judged;
    this.#problems.push(judged);
    return '';
  }

  #authority(cluster: Mapping) {
    const insecure = cluster['insecure-skip-tls-verify'];
    if (isSet(insecure) && insecure !== true)
      this.#problem('notBoolean', { key: 'insecure-skip-tls-verify' });
    const tlsServerName = cluster['tls-server-name'];
    if (
      isSet(tlsServerName) &&
      !(typeof tlsServerName === 'string' && /^[A-Za-z0-9.:_-]{1,253}$/.test(tlsServerName))
    ) {
      this.#problem('tlsServerNameInvalid');
    }
    const { pem, certificates } = this.#certificates(
      cluster,
      'certificate-authority-data',
      'authorityInvalid',
    );
    // as client-go: two contradicting wishes
    if (isSet(cluster['certificate-authority-data']) && insecure === true)
      this.#problem('insecureWithAuthority');
    const begins = certificates && authoritiesBeginAt(certificates, this.#now);
    if (begins) this.#warnings.push({ code: 'authorityNotYetValid', params: { at: begins.toISOString() } });
    return {
      insecure: insecure === true,
      certificates,
      options: {
        ...(pem === undefined ? {} : { caPem: pem }),
        ...(textOf(tlsServerName) === undefined ? {} : { tlsServerName: String(tlsServerName) }),
      },
    };
  }

  #user(user: Mapping) {
    const { token, username, password } = user;
    const hasCertificate = isSet(user['client-certificate-data']);
    const hasKey = isSet(user['client-key-data']);
    const usesBasic = isSet(username) || isSet(password);
    const { pem: certPem, certificates } = this.#certificates(
      user,
      'client-certificate-data',
      'certificateInvalid',
    );
    const begins = certificates?.[0]?.validFromDate;
    if (begins && begins > this.#now) {
      this.#warnings.push({ code: 'certificateNotYetValid', params: { at: begins.toISOString() } });
    }
    let keyPem: string | undefined;
    if (hasCertificate && !hasKey) this.#problem('certificateWithoutKey');
    else if (hasKey && !hasCertificate) {
      // as client-go, which looks at a key only where there is a certificate
      if (isSet(token) || usesBasic) this.#warnings.push({ code: 'keyUnused', params: {} });
      else this.#problem('keyWithoutCertificate');
    } else if (hasKey) keyPem = this.#key(user['client-key-data'], certificates?.[0]);
    if (isSet(token) && !headerSafe(token)) this.#problem('tokenInvalid');
    const basicIsText = typeof username === 'string' && typeof (password ?? '') === 'string';
    if (usesBasic && (!basicIsText || username === '' || username.includes(':')))
      this.#problem('basicInvalid');
    if (isSet(token) && usesBasic) this.#problem('tokenAndBasic');
    return {
      certificates,
      options: {
        ...(certPem === undefined ? {} : { certPem }),
        ...(keyPem === undefined ? {} : { keyPem }),
        ...(isSet(token) ? { token: String(token) } : {}),
        ...(usesBasic ? { username: String(username), password: String(password ?? '') } : {}),
      },
    };
  }

  #certificates(mapping: Mapping, key: string, otherwise: KubeconfigProblemCode) {
    if (!isSet(mapping[key])) return { pem: undefined, certificates: undefined };
    const text = this.#text(mapping[key], key);
    if (text === undefined) return { pem: undefined, certificates: undefined };
    const { pem, certificates } = this.#reader.read(text);
    if (pem === undefined) this.#problem(encodingProblem(text), { key });
    else if (isPrivateKey(pem) && !certificates) this.#problem('holdsKey', { key });
    else if (!certificates) this.#problem(otherwise);
    return { pem, certificates };
  }

  #key(value: unknown, certificate: X509Certificate | undefined): string | undefined {
    const key = 'client-key-data';
    const text = this.#text(value, key);
    if (text === undefined) return undefined;
    const pem = decodeBase64(text);
    if (pem === undefined) this.#problem(encodingProblem(text), { key });
    else if (pem.includes('-----BEGIN CERTIFICATE-----') && !isPrivateKey(pem)) {
      this.#problem('holdsCertificate', { key });
    } else {
      const judgement = judgeKey(pem, certificate);
      if (judgement === 'encrypted') this.#problem('keyEncrypted');
      else if (judgement === 'mismatch') this.#problem('keyMismatch');
      else if (judgement === 'invalid') this.#problem('keyInvalid');
    }
    return pem;
  }

  #text(value: unknown, key: string): string | undefined {
    if (typeof value !== 'string') this.#problem('notText', { key });
    return textOf(value);
  }

  #problem(code: KubeconfigProblemCode, params: Record<string, string> = {}): void {
    this.#problems.push({ code, params });
  }
}

function encodingProblem(text: string): KubeconfigProblemCode {
  return text.includes('-----BEGIN ') ? 'pemNotEncoded' : 'notBase64';
}

function isPrivateKey(pem: string): boolean {
  return /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/.test(pem);
}

/** What a header can carry; anything else would be refused by the HTTP client, or smuggle a header. */
function headerSafe(value: unknown): boolean {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value);
}
