import { runScriptPods, type LocalCluster } from '@pilothouse/control-plane';
import type { Place } from '../../../apps/api/src/ws/testing/stream-client.ts';

const namespace = 'bench-real';

/** Runs a shell script in a real container, made anew; returns where it is in a platform that calls the cluster `side`. */
export async function runRealPod(cluster: LocalCluster, name: string, script: string): Promise<Place> {
  await cluster.kubectl('delete', 'pod', '--namespace', namespace, name, '--ignore-not-found');
  await runScriptPods(cluster, { namespace, scripts: { [name]: script } });
  return { cluster: 'side', namespace, pod: name, container: 'main' };
}

/** Ends a pod of `runRealPod`. */
export async function endRealPod(cluster: LocalCluster, { pod }: Place): Promise<void> {
  await cluster.kubectl('delete', 'pod', '--namespace', namespace, pod, '--wait=false');
}
