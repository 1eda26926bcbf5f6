import { readFile } from 'node:fs/promises';
import type { LocalCluster } from '@pilothouse/control-plane';

export const drainLabel = 'pilothouse.test/drained';

export function uidOf(cluster: LocalCluster, kind: string, name: string): Promise<string> {
  return cluster.kubectl('get', kind, name, '-o', 'jsonpath={.metadata.uid}');
}

/** Nodes that kwok plays, full of pods that nothing brings back; `uid` is of the node `kwok-1`, which controls them. */
export function drainedNodes(nodes: number, podsEach: number, uid: string) {
  const labels = { [drainLabel]: 'true' };
  const names = Array.from({ length: nodes }, (_, index) => `drained-${index + 1}`);
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
  return { names, made };
}

/** Evictions of those pods in the cluster's audit log. */
export async function evictionsOf(cluster: LocalCluster): Promise<{ pod: string; code: number }[]> {
  const text = await readFile(cluster.auditLogPath, 'utf8');
  return text.split('\n').flatMap((line) => {
    if (!line.includes('/eviction')) return [];
    const { stage, requestURI, responseStatus } = JSON.parse(line) as {
      stage: string;
      requestURI: string;
      responseStatus?: { code: number };
    };
    const pod = /\/pods\/(drained-[^/]+)\/eviction/.exec(requestURI)?.[1];
    return stage === 'ResponseComplete' && pod !== undefined
      ? [{ pod, code: responseStatus?.code ?? 0 }]
      : [];
  });
}
