import type { LocalCluster } from '@pilothouse/control-plane';
import type { Place } from '../../../apps/api/src/ws/testing/stream-client.ts';

const namespace = 'bench-real';

/** Runs a shell script in a real container, made anew; returns where it is in a platform that calls the cluster `side`. */
export async function runRealPod(cluster: LocalCluster, name: string, script: string): Promise<Place> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace },
    spec: {
      nodeName: 'node-1',
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'main',
          image: 'localhost/busybox:1',
          imagePullPolicy: 'IfNotPresent',
          command: ['sh', '-c', script],
        },
      ],
    },
  };
  await cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }));
  await cluster.kubectl('delete', 'pod', '--namespace', namespace, name, '--ignore-not-found');
  await cluster.apply(JSON.stringify(pod));
  await cluster.kubectl(
    'wait',
    '--namespace',
    namespace,
    `pod/${name}`,
    '--for=condition=Ready',
    '--timeout=60s',
  );
  return { cluster: 'side', namespace, pod: name, container: 'main' };
}

/** Ends a pod of `runRealPod`. */
export async function endRealPod(cluster: LocalCluster, { pod }: Place): Promise<void> {
  await cluster.kubectl('delete', 'pod', '--namespace', namespace, pod, '--wait=false');
}
