/**
 * What can be wrong with a kubeconfig or a context of it, in English, for scripts; the SPA has a sentence for each.
 * Nothing that may be secret goes into a parameter.
 */
const kubeconfigProblems = {
  // the text
  empty: 'it is empty',
  encoding: 'it is in {encoding}; save it as UTF-8',
  tooLarge:
    'it is larger than {bytes} bytes; keep the context you need, with kubectl config view --raw --flatten --minify',
  tooManyValues:
    'it has more than {most} values; keep the context you need, with kubectl config view --raw --flatten --minify',
  aliases: 'its aliases (line {line}) stand for more than {most} values; write out what you need of them',
  unknownAlias: 'line {line}, column {column}: this alias has no anchor before it',
  tooDeep: 'line {line}, column {column}: it is nested too deeply',
  notYaml: 'line {line}, column {column}: {detail}',
  severalDocuments: 'it has several documents',
  fileUnreadable: 'the file cannot be read',
  fileOutside: 'the link leads out of the folder',
  // the frame
  notMapping: 'it is not a mapping',
  wrongKind: 'its kind is {kind}, not Config',
  wrongVersion: 'its apiVersion is {version}, not v1',
  noContexts: 'it has no contexts',
  notList: '{list} is not a list',
  tooManyEntries: '{list} has more than {most} entries',
  entryUnnamed: 'an entry of {list} has no name',
  nameTwice: '{list} has the name {name} twice',
  unknownKey: 'an entry of {list} has the unknown key {key}',
  entryNotMapping: '{path} is not a mapping',
  // a context
  contextNameTooLong: 'the name of the context is longer than {most} characters',
  clusterUnnamed: 'the context names no cluster',
  clusterMissing: 'the cluster {cluster}, which the context names, is not in the file',
  userMissing: 'the user {user}, which the context names, is not in the file',
  serverMissing: 'the cluster {cluster} has no server',
  serverTooLong: 'the server address is longer than {most} characters',
  serverInvalid: 'the server address is not a URL',
  serverNoScheme: 'the server address has no scheme; write https:// before it',
  serverNotHttps: 'the server address begins with http, not https',
  serverScheme: 'the server address begins with {scheme}, not https',
  serverHasQuery: 'the server address has a query (from the question mark on); take it out',
  serverHasFragment: 'the server address has a fragment (from the # on); take it out',
  serverHasCredentials: 'the server address holds a user name or password; they belong to the user',
  tlsServerNameInvalid: 'tls-server-name is not a host name',
  notBoolean: '{key} is text or a number; write true or false, without quotes',
  insecureWithAuthority: 'it names a CA and turns certificate checks off at once',
  notText: '{key} is not text',
  notBase64: '{key} is not base64',
  pemNotEncoded: '{key} is PEM itself; it has to be that PEM in base64',
  holdsKey: '{key} holds a private key; a certificate belongs there',
  holdsCertificate: '{key} holds a certificate; a private key belongs there',
  authorityInvalid: 'certificate-authority-data is not a certificate',
  certificateInvalid: 'client-certificate-data is not a certificate',
  certificateWithoutKey: 'there is a client certificate without its key',
  keyWithoutCertificate: 'there is a client key without its certificate',
  keyEncrypted: 'the client key is encrypted with a passphrase; decrypt it first, with openssl pkey',
  keyInvalid: 'client-key-data is not a private key',
  keyMismatch: 'the client key does not belong to the client certificate',
  tokenInvalid: 'the token holds characters that no token has',
  basicInvalid: 'user name and password have to come together',
  tokenAndBasic: 'there is a token and a password; only one can be used',
} as const;

export type KubeconfigProblemCode = keyof typeof kubeconfigProblems;

/** What is wrong, and the names that its sentence needs. */
export interface KubeconfigProblem {
  code: KubeconfigProblemCode;
  params: Record<string, string>;
}

/** Something that works and may not be what was meant. */
export interface KubeconfigWarning {
  code:
    | 'currentContextUnset'
    | 'currentContextMissing'
    | 'authorityNotYetValid'
    | 'certificateNotYetValid'
    | 'keyUnused';
  params: Record<string, string>;
}

/** Codes of the API's contract, with their parameters. */
export interface KubeconfigErrors {
  /** Not a kubeconfig at all; `problem` is a {@link KubeconfigProblemCode}, its own parameters beside it. */
  kubeconfigUnreadable: { reason: string; problem: string };
  /** The chosen context is broken. */
  kubeconfigContextBroken: { reason: string; problem: string };
  /** It uses what the platform does not run or follow; `way` leads out. */
  kubeconfigRefused: { what: string; way: string };
  kubeconfigContextRequired: Record<string, never>;
  kubeconfigContextUnknown: { context: string };
  /** Certificate checks are off and nobody confirmed that. */
  kubeconfigInsecure: Record<string, never>;
}

/** What `inspectKubeconfig` and `readContext` throw. */
export class KubeconfigError<C extends keyof KubeconfigErrors = keyof KubeconfigErrors> extends Error {
  override readonly name = 'KubeconfigError';
  readonly code: C;
  readonly params: KubeconfigErrors[C];

  constructor(code: C, params: KubeconfigErrors[C]) {
    super(`${code} ${JSON.stringify(params)}`);
    this.code = code;
    this.params = params;
  }
}

/** The error of a text that is no kubeconfig. */
export function unreadable(
  code: KubeconfigProblemCode,
  params: Record<string, string> = {},
): KubeconfigError<'kubeconfigUnreadable'> {
  return new KubeconfigError('kubeconfigUnreadable', described({ code, params }));
}

/** The error of a context that is broken; the first of its problems is said. */
export function broken([first]: readonly [KubeconfigProblem, ...KubeconfigProblem[]]): KubeconfigError {
  return new KubeconfigError('kubeconfigContextBroken', described(first));
}

function described({ code, params }: KubeconfigProblem): { reason: string; problem: string } {
  const reason = kubeconfigProblems[code].replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');
  return { ...params, problem: code, reason };
}
