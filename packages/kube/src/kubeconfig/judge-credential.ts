import type { X509Certificate } from 'node:crypto';
import type { ClusterCredential } from '../transport/credential.ts';
import { authoritiesExpireAt, CertificateReader, decodeBase64, judgeKey } from './certificates.ts';
import { isSet, textOf, type Mapping, type ParsedKubeconfig } from './parse-kubeconfig.ts';

/** What is wrong with a context itself; the SPA has a sentence for each. */
export type KubeconfigProblem =
  | 'clusterMissing'
  | 'userMissing'
  | 'serverMissing'
  | 'serverInvalid'
  | 'serverNotHttps'
  | 'serverHasCredentials'
  | 'tlsServerNameInvalid'
  | 'insecureWithAuthority'
  | 'authorityInvalid'
  | 'certificateInvalid'
  | 'certificateWithoutKey'
  | 'keyWithoutCertificate'
  | 'keyInvalid'
  | 'keyMismatch'
  | 'tokenInvalid'
  | 'basicInvalid'
  | 'tokenAndBasic';

/** One context's parts, read. `credential` is only to be used where there are no problems. */
export interface JudgedCredential {
  credential: ClusterCredential;
  problems: KubeconfigProblem[];
  caExpiresAt: Date | undefined;
  certificateExpiresAt: Date | undefined;
}

const readers = new WeakMap<ParsedKubeconfig, CertificateReader>();

/** Reads the cluster and user of a context; what does not fit becomes a problem, never an exception. */
export function judgeCredential(config: ParsedKubeconfig, context: Mapping): JudgedCredential {
  const cluster = config.clusters.get(textOf(context['cluster']) ?? '');
  const userName = textOf(context['user']);
  const user = config.users.get(userName ?? '');
  const problems: KubeconfigProblem[] = [];
  const reader = readers.get(config) ?? new CertificateReader();
  readers.set(config, reader);
  if (!cluster) problems.push('clusterMissing');
  if (userName !== undefined && !user) problems.push('userMissing');
  const tls = judgeAuthority(cluster ?? {}, reader, problems);
  const identity = judgeUser(user ?? {}, reader, problems);
  const certificate = identity.certificates?.[0];
  return {
    credential: {
      server: cluster ? judgeServer(cluster['server'], problems) : '',
      ...tls.options,
      ...identity.options,
      insecureSkipTlsVerify: tls.insecure,
    },
    problems,
    caExpiresAt: tls.certificates && authoritiesExpireAt(tls.certificates, new Date()),
    certificateExpiresAt: certificate?.validToDate,
  };
}

function judgeServer(server: unknown, problems: KubeconfigProblem[]): string {
  const text = textOf(server);
  if (text === undefined) {
    problems.push('serverMissing');
    return '';
  }
  const url = URL.parse(text);
  if (!url || url.hostname === '' || url.search !== '' || url.hash !== '') problems.push('serverInvalid');
  else if (url.username !== '' || url.password !== '') problems.push('serverHasCredentials');
  else if (url.protocol === 'http:') problems.push('serverNotHttps');
  else if (url.protocol !== 'https:') problems.push('serverInvalid');
  else return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  return '';
}

function judgeAuthority(cluster: Mapping, reader: CertificateReader, problems: KubeconfigProblem[]) {
  const insecure = cluster['insecure-skip-tls-verify'] === true;
  const tlsServerName = cluster['tls-server-name'];
  if (
    isSet(tlsServerName) &&
    !(typeof tlsServerName === 'string' && /^[A-Za-z0-9.:_-]{1,253}$/.test(tlsServerName))
  ) {
    problems.push('tlsServerNameInvalid');
  }
  let caPem: string | undefined;
  let certificates: X509Certificate[] | undefined;
  if (isSet(cluster['certificate-authority-data'])) {
    const authority = reader.read(textOf(cluster['certificate-authority-data']) ?? '');
    caPem = authority.pem;
    certificates = authority.certificates;
    if (!certificates) problems.push('authorityInvalid');
    // as client-go: two contradicting wishes
    if (insecure) problems.push('insecureWithAuthority');
  }
  return {
    insecure,
    certificates,
    options: {
      ...(caPem === undefined ? {} : { caPem }),
      ...(textOf(tlsServerName) === undefined ? {} : { tlsServerName: String(tlsServerName) }),
    },
  };
}

function judgeUser(user: Mapping, reader: CertificateReader, problems: KubeconfigProblem[]) {
  const hasCertificate = isSet(user['client-certificate-data']);
  const hasKey = isSet(user['client-key-data']);
  const keyPem = decodeBase64(textOf(user['client-key-data']) ?? '');
  const { pem: certPem, certificates } = reader.read(textOf(user['client-certificate-data']) ?? '');
  if (hasCertificate && !certificates) problems.push('certificateInvalid');
  if (hasCertificate && !hasKey) problems.push('certificateWithoutKey');
  if (hasKey && !hasCertificate) problems.push('keyWithoutCertificate');
  if (hasKey) {
    const judgement = judgeKey(keyPem ?? '', certificates?.[0]);
    if (judgement !== 'ok') problems.push(judgement === 'invalid' ? 'keyInvalid' : 'keyMismatch');
  }
  const { token, username, password } = user;
  if (isSet(token) && !headerSafe(token)) problems.push('tokenInvalid');
  const usesBasic = isSet(username) || isSet(password);
  const basicIsText = typeof username === 'string' && typeof (password ?? '') === 'string';
  if (usesBasic && (!basicIsText || username === '' || username.includes(':'))) problems.push('basicInvalid');
  if (isSet(token) && usesBasic) problems.push('tokenAndBasic');
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

/** What a header can carry; anything else would be refused by the HTTP client, or smuggle a header. */
function headerSafe(value: unknown): boolean {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value);
}
