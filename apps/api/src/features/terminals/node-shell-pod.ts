/** Pods made for node shells have it, with the terminal's id; nobody enters them otherwise. */
export const nodeShellLabel = 'pilothouse.io/node-shell';
export const nodeShellContainer = 'shell';

/** Leads from its container to where a process of the machine is, and stays the same process. */
export function enterNode(process: number): string[] {
  return ['nsenter', '--target', String(process), '--mount', '--uts', '--ipc', '--net', '--'];
}

/** The last resort where neither this nor another process of the platform ever comes to remove it. */
const mostSeconds = 12 * 3600;

export interface NodeShellPod {
  terminal: string;
  node: string;
  username: string;
  namespace: string;
  image: string;
}

export function nodeShellPodName(terminal: string): string {
  return `node-shell-${terminal}`;
}

/** A pod that may do anything on its node and nothing in the cluster: it has no token of an account. */
export function nodeShellPod({ terminal, node, username, namespace, image }: NodeShellPod): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: nodeShellPodName(terminal),
      namespace,
      labels: { 'app.kubernetes.io/managed-by': 'pilothouse', [nodeShellLabel]: terminal },
      annotations: { 'pilothouse.io/user': username, 'pilothouse.io/node': node },
    },
    spec: {
      // past the scheduler: it is that node, cordoned or full
      nodeName: node,
      tolerations: [{ operator: 'Exists' }],
      hostPID: true,
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      activeDeadlineSeconds: mostSeconds,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      containers: [
        {
          name: nodeShellContainer,
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['sleep', String(mostSeconds)],
          securityContext: { privileged: true, runAsUser: 0 },
          resources: { requests: { cpu: '1m', memory: '8Mi' } },
        },
      ],
    },
  };
}
