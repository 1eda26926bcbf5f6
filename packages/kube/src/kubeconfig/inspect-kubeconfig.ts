import { isLoopbackHost } from '../transport/address-policy.ts';
import { judgeCredential } from './judge-credential.ts';
import type { KubeconfigProblem, KubeconfigWarning } from './kubeconfig-error.ts';
import { parseKubeconfig, textOf, type Kubeconfig, type ParsedKubeconfig } from './parse-kubeconfig.ts';
import { oneLine } from '../transport/network-error.ts';
import { judgeContext, type KubeconfigRefusal } from './refusals.ts';

/** One context as the registration page shows it; nothing secret is in it. Times are RFC 3339. */
export interface KubeconfigContext {
  name: string;
  current: boolean;
  server: string | null;
  user: string | null;
  namespace: string | null;
  /** What the user proves itself with; a certificate comes first where there are several. */
  authentication: 'certificate' | 'token' | 'basic' | 'none';
  insecureSkipTlsVerify: boolean;
  tlsServerName: string | null;
  caExpiresAt: string | null;
  certificateExpiresAt: string | null;
  /** Whether the server is this machine, as far as the URL says. */
  loopback: boolean;
  refusals: KubeconfigRefusal[];
  problems: KubeconfigProblem[];
  /** What works and may not be what was meant. */
  warnings: KubeconfigWarning[];
}

/** What is in a kubeconfig, for whoever is about to register a cluster with it. */
export interface KubeconfigInspection {
  contexts: KubeconfigContext[];
  /** Keys that were accepted and dropped, by path. */
  dropped: string[];
  /** What is odd about the file as a whole. */
  warnings: KubeconfigWarning[];
  /** A DNS label to register the cluster under. */
  suggestedName: string;
}

/**
 * Says what is in a kubeconfig, without reading a file, running a command or asking anybody.
 * Throws KubeconfigError `kubeconfigUnreadable` where it is none.
 */
export function inspectKubeconfig(kubeconfig: Kubeconfig): KubeconfigInspection {
  const config = parseKubeconfig(kubeconfig);
  const names = [...config.contexts.keys()];
  const contexts = names.map((name) => contextOf(config, name));
  const dropped = names.flatMap((name) => judgeContext(config, name).dropped);
  return {
    contexts,
    dropped: [...new Set(dropped)],
    warnings: warningsOf(config),
    suggestedName: suggestName(contexts.find(({ current }) => current)?.name ?? names[0] ?? ''),
  };
}

function warningsOf({ currentContext, contexts }: ParsedKubeconfig): KubeconfigWarning[] {
  if (currentContext === undefined) return [{ code: 'currentContextUnset', params: {} }];
  if (contexts.has(currentContext)) return [];
  return [{ code: 'currentContextMissing', params: { context: oneLine(currentContext, 80) } }];
}

function contextOf(config: ParsedKubeconfig, name: string): KubeconfigContext {
  const content = config.contexts.get(name) ?? {};
  const judged = judgeCredential(config, name);
  const { credential, problems, warnings, caExpiresAt, certificateExpiresAt } = judged;
  const { server } = credential;
  return {
    name,
    current: name === config.currentContext,
    server: server === '' ? null : server,
    user: textOf(content['user']) ?? null,
    namespace: textOf(content['namespace']) ?? null,
    authentication: authenticationOf(credential),
    insecureSkipTlsVerify: credential.insecureSkipTlsVerify,
    tlsServerName: credential.tlsServerName ?? null,
    caExpiresAt: caExpiresAt?.toISOString() ?? null,
    certificateExpiresAt: certificateExpiresAt?.toISOString() ?? null,
    loopback: server !== '' && isLoopbackHost(new URL(server).hostname),
    refusals: judgeContext(config, name).refusals,
    problems,
    warnings,
  };
}

function authenticationOf(credential: { certPem?: string; token?: string; username?: string }) {
  if (credential.certPem !== undefined) return 'certificate';
  if (credential.token !== undefined) return 'token';
  return credential.username === undefined ? 'none' : 'basic';
}

/** `admin@My_Cluster.example` → `my-cluster-example`. */
function suggestName(context: string): string {
  const cluster = context.slice(context.lastIndexOf('@') + 1).replace(/^.*\//, '');
  const name = cluster.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return name.slice(0, 63).replace(/^-+|-+$/g, '') || 'cluster';
}
