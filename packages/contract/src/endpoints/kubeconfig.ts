import { z } from 'zod';
import { timestamp } from '../common.ts';

/** Something in a kubeconfig the platform will not run or follow, and the way out. */
export const kubeconfigRefusal = z.object({
  /** `exec`, `auth-provider`, `file-path`, `proxy-url`, `impersonation`, `unknown-key`. */
  code: z.enum(['exec', 'auth-provider', 'file-path', 'proxy-url', 'impersonation', 'unknown-key']),
  /** `users[admin].exec` */
  path: z.string(),
  /** Commands that lead out, one a line; empty when the key just has to go. */
  commands: z.array(z.string()),
});

/** What is wrong with a kubeconfig or a context of it; the SPA has a sentence for each. */
export const kubeconfigProblemCode = z.enum([
  'empty',
  'encoding',
  'tooLarge',
  'tooManyValues',
  'aliases',
  'unknownAlias',
  'tooDeep',
  'notYaml',
  'severalDocuments',
  'fileUnreadable',
  'fileOutside',
  'notMapping',
  'wrongKind',
  'wrongVersion',
  'noContexts',
  'notList',
  'tooManyEntries',
  'entryUnnamed',
  'nameTwice',
  'unknownKey',
  'entryNotMapping',
  'contextNameTooLong',
  'clusterUnnamed',
  'clusterMissing',
  'userMissing',
  'serverMissing',
  'serverTooLong',
  'serverInvalid',
  'serverNoScheme',
  'serverNotHttps',
  'serverScheme',
  'serverHasQuery',
  'serverHasFragment',
  'serverHasCredentials',
  'tlsServerNameInvalid',
  'notBoolean',
  'insecureWithAuthority',
  'notText',
  'notBase64',
  'pemNotEncoded',
  'holdsKey',
  'holdsCertificate',
  'authorityInvalid',
  'certificateInvalid',
  'certificateWithoutKey',
  'keyWithoutCertificate',
  'keyEncrypted',
  'keyInvalid',
  'keyMismatch',
  'tokenInvalid',
  'basicInvalid',
  'tokenAndBasic',
]);
const coded = <T extends z.ZodType>(code: T) => z.object({ code, params: z.record(z.string(), z.string()) });
const kubeconfigProblem = coded(kubeconfigProblemCode);

/** What works and may not be what was meant. */
export const kubeconfigWarningCode = z.enum([
  'currentContextUnset',
  'currentContextMissing',
  'authorityNotYetValid',
  'certificateNotYetValid',
  'keyUnused',
]);
export const kubeconfigWarning = coded(kubeconfigWarningCode);

export const kubeconfigContext = z.object({
  name: z.string(),
  current: z.boolean(),
  server: z.string().nullable(),
  user: z.string().nullable(),
  namespace: z.string().nullable(),
  authentication: z.enum(['certificate', 'token', 'basic', 'none']),
  insecureSkipTlsVerify: z.boolean(),
  tlsServerName: z.string().nullable(),
  caExpiresAt: timestamp.nullable(),
  certificateExpiresAt: timestamp.nullable(),
  loopback: z.boolean(),
  refusals: z.array(kubeconfigRefusal),
  /** A context that is itself broken: it names a cluster or user that is not there, a bad URL, a bad certificate. */
  problems: z.array(kubeconfigProblem),
  warnings: z.array(kubeconfigWarning),
});

const kubeconfigText = z.string().min(1).max(1_048_576);
/** A kubeconfig and which of its contexts. */
export const kubeconfigChoice = {
  kubeconfig: kubeconfigText,
  context: z.string().max(253).optional(),
  /** The explicit tick that certificate checks may be off. */
  allowInsecure: z.boolean().default(false),
};
