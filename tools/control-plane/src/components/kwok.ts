import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterSpec } from '../state.ts';
import { flags, type ClusterContext, type Component } from './component.ts';

/** Marks the nodes that kwok plays. */
export const fakeNodeAnnotation = { 'kwok.x-k8s.io/node': 'fake' };

/** Keeps pods that say nothing off the fake nodes where there is a real one. */
export const fakeNodeTaint = { key: 'kwok.x-k8s.io/node', value: 'fake', effect: 'NoSchedule' };

export const fakeNodeLabels = { type: 'kwok' };

const logLines = 200;

/** How long a fake node is alive without a word: many of them write rarely, and outlive their kwok for a long test. */
export const leaseSeconds = ({ kwokNodes }: ClusterSpec): number => (kwokNodes < 100 ? 200 : 1600);

/** kwok plays kubelets: its nodes and pods get their states, but nothing runs. */
export async function kwok({ layout, tools, ports, spec }: ClusterContext): Promise<Component> {
  const config = join(layout.configs, 'kwok.yaml');
  const log = join(layout.configs, 'kwok-pod.log');
  await mkdir(layout.configs, { recursive: true });
  const stages = await readFile(tools['kwok-stages.yaml'], 'utf8');
  await writeFile(config, `${stages}\n---\n${clusterLogs(log)}`);
  await writeFile(log, fakeLog());
  return {
    name: 'kwok',
    command: tools.kwok,
    arguments: flags({
      kubeconfig: join(layout.kubeconfigs, 'kwok'),
      config,
      'manage-all-nodes': false,
      'manage-nodes-with-annotation-selector': 'kwok.x-k8s.io/node=fake',
      'node-ip': '127.0.0.1',
      'node-name': 'localhost',
      'node-port': ports.kwok,
      'server-address': `127.0.0.1:${ports.kwok}`,
      'node-lease-duration-seconds': leaseSeconds(spec),
      'tls-cert-file': join(layout.pki, 'kwok-server.crt'),
      'tls-private-key-file': join(layout.pki, 'kwok-server.key'),
    }),
  };
}

/** The Node objects that make kwok play `count` nodes. */
export function fakeNodes(count: number, options: { tainted: boolean }): object[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `kwok-${index + 1}`;
    const capacity = { cpu: '32', memory: '256Gi', pods: '110', 'ephemeral-storage': '200Gi' };
    return {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        annotations: {
          ...fakeNodeAnnotation,
          'metrics.k8s.io/resource-metrics-path': `/metrics/nodes/${name}/metrics/resource`,
        },
        labels: {
          ...fakeNodeLabels,
          'kubernetes.io/hostname': name,
          'kubernetes.io/os': 'linux',
          'kubernetes.io/arch': 'amd64',
          'node-role.kubernetes.io/agent': '',
          'topology.kubernetes.io/zone': `zone-${(index % 3) + 1}`,
        },
      },
      spec: { taints: options.tainted ? [fakeNodeTaint] : [] },
      status: { allocatable: capacity, capacity },
    };
  });
}

const clusterLogs = (path: string) => `apiVersion: kwok.x-k8s.io/v1alpha1
kind: ClusterLogs
metadata:
  name: cluster-logs
spec:
  logs:
    - logsFile: ${path}
`;

/** What every container on a fake node has logged, in the CRI's format. */
function fakeLog(): string {
  const start = Date.now() - logLines * 1000;
  const lines = Array.from({ length: logLines }, (_, index) => {
    const time = new Date(start + index * 1000).toISOString().replace('Z', '000000Z');
    return `${time} stdout F line ${index + 1} of a container that kwok plays`;
  });
  return `${lines.join('\n')}\n`;
}
