import { isLoopbackHost } from '../transport/address-policy.ts';
import { judgeCredential, type KubeconfigProblem } from './judge-credential.ts';
import { parseKubeconfig, textOf, type Kubeconfig, type ParsedKubeconfig } from './parse-kubeconfig.ts';
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
}

/** What is in a kubeconfig, for whoever is about to register a cluster with it. */
export interface KubeconfigInspection {
  contexts: KubeconfigContext[];
  /** Keys that were accepted and dropped, by path. */
  dropped: string[];
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
    suggestedName: suggestName(contexts.find(({ current }) => current)?.name ?? names[0] ?? ''),
  };
}

function contextOf(config: ParsedKubeconfig, name: string): KubeconfigContext {
  const content = config.contexts.get(name) ?? {};
  const { credential, problems, caExpiresAt, certificateExpiresAt } = judgeCredential(config, content);
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
