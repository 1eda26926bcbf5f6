import type { LocalCluster } from '@pilothouse/control-plane';

const drainLabel = 'pilothouse.test/drained';

export function uidOf(cluster: LocalCluster, kind: string, name: string): Promise<string> {
  return cluster.kubectl('get', kind, name, '-o', 'jsonpath={.metadata.uid}');
}

interface DrainedNodes {
  /** What their names begin with. */
  prefix: string;
  nodes: number;
  podsEach: number;
  /** Of the node `kwok-1`, which controls the pods. */
  uid: string;
}

/** Nodes that kwok plays, full of pods that nothing brings back. */
export function drainedNodes({ prefix, nodes, podsEach, uid }: DrainedNodes) {
  const labels = { [drainLabel]: prefix };
  const names = Array.from({ length: nodes }, (_, index) => `${prefix}-${index + 1}`);
  const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name: 'kwok-1', uid, controller: true }];
  const made = names.flatMap((name) => [
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels, annotations: { 'kwok.x-k8s.io/node': 'fake' } },
      spec: { taints: [{ key: 'kwok.x-k8s.io/node', value: 'fake', effect: 'NoSchedule' }] },
    },
    ...Array.from({ length: podsEach }, (_, index) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `${name}-${index}`, namespace: 'default', labels, ownerReferences },
      spec: {
        nodeName: name,
        tolerations: [{ operator: 'Exists' }],
        automountServiceAccountToken: false,
        containers: [{ name: 'c', image: 'example.com/a:1' }],
      },
    })),
  ]);
  return { names, made, selector: `${drainLabel}=${prefix}` };
}
