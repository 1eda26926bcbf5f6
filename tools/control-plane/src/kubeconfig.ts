import type { KeyPair } from './certificates.ts';

/** Who a kubeconfig logs in as. */
export type Credential = KeyPair | { token: string };

/** A kubeconfig with one context, everything inline, as a user would paste it. */
export function kubeconfigOf(cluster: {
  /** The name of cluster, user and context. */
  name: string;
  /** The apiserver's URL. */
  server: string;
  /** PEM. */
  certificateAuthority: string;
  credential: Credential;
}): string {
  const { name, server, credential } = cluster;
  const user =
    'token' in credential
      ? `token: ${credential.token}`
      : `client-certificate-data: ${base64(credential.certificate)}
      client-key-data: ${base64(credential.key)}`;
  return `apiVersion: v1
kind: Config
clusters:
  - name: ${name}
    cluster:
      server: ${server}
      certificate-authority-data: ${base64(cluster.certificateAuthority)}
users:
  - name: ${name}
    user:
      ${user}
contexts:
  - name: ${name}
    context:
      cluster: ${name}
      user: ${name}
current-context: ${name}
`;
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
