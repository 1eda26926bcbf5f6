import type { ClusterCredential } from '../transport/credential.ts';
import { judgeCredential } from './judge-credential.ts';
import { broken, KubeconfigError } from './kubeconfig-error.ts';
import { parseKubeconfig, type Kubeconfig } from './parse-kubeconfig.ts';
import { judgeContext } from './refusals.ts';

/**
 * The credential of one context; without `context` the only one there is. What other contexts hold does not matter.
 * Throws KubeconfigError: `kubeconfigUnreadable`, `kubeconfigContextRequired`, `kubeconfigContextUnknown`,
 * `kubeconfigContextBroken`, `kubeconfigRefused`, `kubeconfigInsecure` (unless `allowInsecure`).
 */
export function readContext(
  kubeconfig: Kubeconfig,
  context: string | undefined,
  { allowInsecure }: { allowInsecure: boolean },
): ClusterCredential {
  const config = parseKubeconfig(kubeconfig);
  const [only] = config.contexts.keys();
  if (context === undefined && config.contexts.size > 1) {
    throw new KubeconfigError('kubeconfigContextRequired', {});
  }
  const name = context ?? only ?? '';
  const content = config.contexts.get(name);
  if (!content) throw new KubeconfigError('kubeconfigContextUnknown', { context: name });
  const [refusal] = judgeContext(config, name).refusals;
  if (refusal) {
    const way = refusal.commands.length > 0 ? refusal.commands.join('\n') : `remove ${refusal.path}`;
    throw new KubeconfigError('kubeconfigRefused', { what: refusal.path, way });
  }
  const { credential, problems } = judgeCredential(config, name);
  const [problem, ...others] = problems;
  if (problem !== undefined) throw broken([problem, ...others]);
  if (credential.insecureSkipTlsVerify && !allowInsecure) throw new KubeconfigError('kubeconfigInsecure', {});
  return credential;
}
