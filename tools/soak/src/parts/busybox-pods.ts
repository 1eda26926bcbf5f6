import type { LocalCluster } from '@pilothouse/control-plane';

/** A pod of the real node with one container, `main`, that runs a shell script. */
export interface BusyboxPod {
  name: string;
  script: string;
}

/** The namespace that the soak's own pods live in. */
export const namespace = 'soak';

/** Makes the pods and waits until all are Ready. */
export async function runPods(cluster: LocalCluster, pods: readonly BusyboxPod[]): Promise<void> {
  const space = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  const items = [space, ...pods.map(podOf)];
  await cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  // kubectl's own helper gives up after two minutes; 100 pods may take longer to start
  for (let round = 0; ; round += 1) {
    const wait = ['wait', '--namespace', namespace, '--for=condition=Ready', 'pod', '--all'];
    try {
      await cluster.kubectl(...wait, '--timeout=100s');
      return;
    } catch (error) {
      if (round === 3) throw error;
    }
  }
}

const podOf = ({ name, script }: BusyboxPod) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, labels: { app: 'soak' } },
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
});
