import { readFile } from 'node:fs/promises';
import type { LocalCluster } from '@pilothouse/control-plane';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';
import { startTestApi, type TestApi, type TestApiOptions } from '../../../testing/test-api.ts';

/** A line of the cluster's own audit log. */
export interface ClusterAudit {
  auditID: string;
  verb: string;
  requestURI: string;
  stage: string;
  user: { username: string };
  responseStatus?: { code: number };
}

/** The platform with a real cluster registered as `here`, and a namespace of the test's own. */
export interface ResourceWorld {
  api: TestApi;
  cluster: LocalCluster;
  namespace: string;
  /** Registers a cluster by kubeconfig. */
  register(name: string, kubeconfig: string): Promise<void>;
  /** Makes a pod that runs, as far as kwok can tell, on a node that does not exist. */
  createPod(name: string, options?: { node?: string; labels?: Record<string, string> }): Promise<void>;
  /** Requests that the cluster's audit log has got since, once each. */
  auditedFromNow(): Promise<() => Promise<ClusterAudit[]>>;
  stop(): Promise<void>;
}

function podManifest(
  namespace: string,
  name: string,
  { node = 'kwok-1', labels = {} }: { node?: string; labels?: Record<string, string> } = {},
): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels },
    spec: {
      nodeName: node,
      tolerations: [{ operator: 'Exists' }],
      containers: [{ name: 'main', image: 'none', resources: { requests: { cpu: '100m', memory: '10Mi' } } }],
    },
  });
}

/** A namespace that takes pods: its ServiceAccount is there. */
export async function createNamespace(cluster: LocalCluster, namespace: string): Promise<void> {
  await cluster.kubectl('create', 'namespace', namespace);
  await cluster.kubectl('wait', '--for=create', 'serviceaccount/default', '-n', namespace, '--timeout=30s');
}

/** In the cluster that all files share, unless another is given. */
export async function startResourceWorld(
  namespace: string,
  { cluster: given, ...options }: TestApiOptions & { cluster?: LocalCluster } = {},
): Promise<ResourceWorld> {
  const cluster = given ?? (await sharedTestCluster());
  const config = { allowLoopbackClusters: true, ...options.config };
  const api = await startTestApi({ ...options, config });
  const register = async (name: string, kubeconfig: string) => {
    const answer = await api.admin.post('/clusters', { name, kubeconfig });
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  };
  await register('here', cluster.kubeconfig);
  await createNamespace(cluster, namespace);
  return {
    api,
    cluster,
    namespace,
    register,
    createPod: async (name, options) => void (await cluster.apply(podManifest(namespace, name, options))),
    async auditedFromNow() {
      // a line may be half written just now
      const before = (await readFile(cluster.auditLogPath, 'utf8')).lastIndexOf('\n') + 1;
      return async () => {
        const text = (await readFile(cluster.auditLogPath, 'utf8')).slice(before);
        // the last line may still be on its way
        const lines = text.split('\n').slice(0, -1);
        const events = lines.map((line) => JSON.parse(line) as ClusterAudit);
        return events.filter(({ stage }) => stage === 'ResponseComplete');
      };
    },
    async stop() {
      await api.stop();
      await cluster.kubectl('delete', 'namespace', namespace, '--wait=false');
    },
  };
}
