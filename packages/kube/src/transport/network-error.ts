import { KubeError, type KubeErrorReason } from './kube-error.ts';

const reasons: [pattern: RegExp, reason: KubeErrorReason][] = [
  [/^(ENOTFOUND|EAI_.*|ENODATA|ESERVFAIL|EBADNAME)$/, 'dns'],
  [/^ECONNREFUSED$/, 'refused'],
  [/^(ETIMEDOUT|ERR_SOCKET_CONNECTION_TIMEOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/, 'timeout'],
  [/^CERT_HAS_EXPIRED$/, 'certificateExpired'],
  [/^CERT_NOT_YET_VALID$/, 'certificateNotYetValid'],
  [
    /^(UNABLE_TO_.*|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|CERT_(SIGNATURE_FAILURE|UNTRUSTED|REJECTED)|INVALID_(CA|PURPOSE))$/,
    'certificateUnknownAuthority',
  ],
  [/^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/, 'certificateWrongName'],
  [/^(EPROTO|ERR_SSL_.*|ERR_TLS_.*|ERR_OSSL_.*|CERT_.*|CRL_.*)$/, 'tls'],
  [/^(HPE_.*|UND_ERR_HEADERS_OVERFLOW|UND_ERR_REQ_.*|UND_ERR_RES_.*)$/, 'notAnApiserver'],
];

/** Any error of a socket, of TLS, of DNS or of an HTTP client as a KubeError; a KubeError stays what it is. */
export function networkError(error: unknown): KubeError {
  const known = kubeErrorIn(error);
  if (known) return known;
  const { code, message } = systemError(error);
  const reason = reasons.find(([pattern]) => pattern.test(code))?.[1] ?? 'unreachable';
  return new KubeError(reason, oneLine(message), { cause: error });
}

/** Text of others in one bounded line that is inert in a log or a terminal. */
export function oneLine(text: string, limit = 300): string {
  const inert = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
  return inert.length > limit ? `${inert.slice(0, limit)}…` : inert;
}

function kubeErrorIn(error: unknown): KubeError | undefined {
  for (let depth = 0; depth < 5 && error instanceof Error; depth++) {
    if (error instanceof KubeError) return error;
    error = error.cause;
  }
  return undefined;
}

/** The innermost error that has a code: an attempt of several (`AggregateError`), or the cause of a client's own. */
function systemError(error: unknown): { code: string; message: string } {
  let found = { code: '', message: error instanceof Error ? error.message : String(error) };
  for (let depth = 0; depth < 5 && error instanceof Error; depth++) {
    const { code } = error as NodeJS.ErrnoException;
    // the client's own code says less than what it wraps
    if (typeof code === 'string' && (found.code === '' || found.code === 'UND_ERR_SOCKET')) {
      found = { code, message: error.message || code };
    }
    error = error instanceof AggregateError ? error.errors[0] : error.cause;
  }
  return found;
}
