import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mintAuthority, mintCertificate, mintTokenKeys, type KeyPair } from './certificates.ts';
import { kubeconfigOf } from './kubeconfig.ts';
import type { ClusterLayout } from './layout.ts';

/** Everyone with a certificate, each in `<pki>/<name>.crt` and `.key`. */
const identities = {
  'etcd-server': { names: ['127.0.0.1'] },
  'etcd-client': {},
  'kube-apiserver': {
    names: ['127.0.0.1', 'localhost', '10.0.0.1', 'kubernetes.default.svc'],
  },
  // the apiserver shows it to kubelets
  'kubelet-client': { organizations: ['system:masters'] },
  'kubelet-server': { names: ['127.0.0.1'] },
  'kwok-server': { names: ['127.0.0.1'] },
} satisfies Record<string, { names?: string[]; organizations?: string[] }>;

/** Everyone who talks to the apiserver with a kubeconfig of their own. */
const users = {
  admin: { commonName: 'admin', organizations: ['system:masters'] },
  'kube-controller-manager': { commonName: 'system:kube-controller-manager' },
  'kube-scheduler': { commonName: 'system:kube-scheduler' },
  // it plays kubelets and the garbage collector of pods
  kwok: { commonName: 'kwok', organizations: ['system:masters'] },
  'metrics-server': { commonName: 'metrics-server', organizations: ['system:masters'] },
} satisfies Record<string, { commonName: string; organizations?: string[] }>;

/** Makes all keys, certificates and kubeconfigs of a cluster but the node's. */
export async function createPki(
  layout: ClusterLayout,
  cluster: { name: string; server: string },
): Promise<void> {
  for (const folder of [layout.pki, layout.kubeconfigs]) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  }
  const ca = await mintAuthority(`${cluster.name}-ca`);
  await writePair(layout, 'ca', ca);
  // an authority of its own, or every client could name itself by request headers
  const frontProxyCa = await mintAuthority(`${cluster.name}-front-proxy-ca`);
  await writePair(layout, 'front-proxy-ca', frontProxyCa);
  const frontProxy = await mintCertificate({ ca: frontProxyCa, commonName: 'front-proxy-client' });
  await writePair(layout, 'front-proxy-client', frontProxy);
  for (const [name, request] of Object.entries(identities)) {
    await writePair(layout, name, await mintCertificate({ ca, commonName: name, ...request }));
  }
  for (const [name, request] of Object.entries(users)) {
    await writeKubeconfig(layout, cluster, ca, name, request);
  }
  const tokenKeys = mintTokenKeys();
  await writeSecret(join(layout.pki, 'service-account.pub'), tokenKeys.publicKey);
  await writeSecret(join(layout.pki, 'service-account.key'), tokenKeys.privateKey);
}

/** Makes a kubeconfig for a user of its own; returns its path. */
export async function writeKubeconfig(
  layout: ClusterLayout,
  cluster: { name: string; server: string },
  ca: KeyPair,
  file: string,
  user: { commonName: string; organizations?: readonly string[] },
): Promise<string> {
  const path = file === 'admin' ? layout.kubeconfig : join(layout.kubeconfigs, file);
  const credential = await mintCertificate({ ca, ...user });
  const certificateAuthority = ca.certificate;
  await writeSecret(path, kubeconfigOf({ ...cluster, certificateAuthority, credential }));
  return path;
}

async function writePair(layout: ClusterLayout, name: string, pair: KeyPair): Promise<void> {
  await writeSecret(join(layout.pki, `${name}.crt`), pair.certificate);
  await writeSecret(join(layout.pki, `${name}.key`), pair.key);
}

const writeSecret = (path: string, content: string) => writeFile(path, content, { mode: 0o600 });
