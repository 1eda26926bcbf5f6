import { writeKubectlYaml } from '@pilothouse/kinds';
import type { ClusterCredential } from '../transport/credential.ts';

/** How a cluster is reached, without who does. */
export type ClusterTrust = Pick<
  ClusterCredential,
  'server' | 'caPem' | 'tlsServerName' | 'insecureSkipTlsVerify'
>;

/** A kubeconfig with one context, as kubectl writes one. */
export function writeKubeconfig(
  trust: ClusterTrust,
  { cluster, user, namespace, token }: { cluster: string; user: string; namespace?: string; token: string },
): string {
  const { server, caPem, tlsServerName, insecureSkipTlsVerify } = trust;
  const context = `${user}@${cluster}`;
  return writeKubectlYaml({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: cluster,
        cluster: {
          server,
          ...(caPem !== undefined && {
            'certificate-authority-data': Buffer.from(caPem).toString('base64'),
          }),
          ...(tlsServerName !== undefined && { 'tls-server-name': tlsServerName }),
          ...(insecureSkipTlsVerify && { 'insecure-skip-tls-verify': true }),
        },
      },
    ],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: context, context: { cluster, user, ...(namespace !== undefined && { namespace }) } }],
    'current-context': context,
  } as never);
}
