import { readFile } from 'node:fs/promises';
import { runScriptPods, type LocalCluster } from '@pilothouse/control-plane';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';
import { startTestApi, type TestApi } from '../../testing/test-api.ts';
import type { Place } from './stream-client.ts';

/** The platform, with a real cluster registered as `here`, and pods of the test's own in a namespace of their own. */
export interface StreamWorld {
  api: TestApi;
  cluster: LocalCluster;
  namespace: string;
  /** A container of `namespace`. */
  place(pod: string): Place;
  /** Registers the cluster once more, under another name. */
  register(name: string): Promise<void>;
  /** Commands running in a pod. */
  processes(pod: string): Promise<string>;
  /** Lines of the cluster's audit log from now on, by `requestURI`. */
  auditedFromNow(): Promise<() => Promise<{ auditID: string; requestURI: string }[]>>;
  stop(): Promise<void>;
}

/** Undefined where the machine can have no real node. */
export async function startStreamWorld(
  namespace: string,
  pods: Record<string, string>,
): Promise<StreamWorld | undefined> {
  const cluster = await sharedTestCluster();
  if (!cluster.spec.realNode) return undefined;
  const api = await startTestApi({ config: { allowLoopbackClusters: true } });
  const register = async (name: string) => {
    const answer = await api.admin.post('/clusters', { name, kubeconfig: cluster.kubeconfig });
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  };
  await register('here');
  await runScriptPods(cluster, { namespace, scripts: pods });
  return {
    api,
    cluster,
    namespace,
    place: (pod) => ({ cluster: 'here', namespace, pod, container: 'main' }),
    register,
    processes: (pod) => cluster.kubectl('exec', '-n', namespace, pod, '--', 'ps', '-o', 'args'),
    async auditedFromNow() {
      const before = (await readFile(cluster.auditLogPath, 'utf8')).length;
      return async () => {
        const text = (await readFile(cluster.auditLogPath, 'utf8')).slice(before);
        return text
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line));
      };
    },
    async stop() {
      await api.stop();
      await cluster.kubectl('delete', 'namespace', namespace, '--wait=false');
    },
  };
}
