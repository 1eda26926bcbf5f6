import type { Made, Owner } from './drain-objects.ts';

/** How a pod of a real node ends, and with what it is told to. */
export interface Stopping {
  /** What its TERM trap does; without an `exit` it goes on until it is killed. */
  onTerm: string;
  /** Shell script of its preStop hook. */
  preStop?: string;
  gracePeriodSeconds: number;
}

/** Appends a word to what is known of the pod, which outlives it. */
const marking = (pod: string) => `mark() { echo "$1" >> /marks/${pod}; }`;

/** A pod of a real node that writes into `marksFolder` what it comes to. */
export function stoppingPod(
  {
    node,
    namespace,
    owner,
    marksFolder,
  }: { node: string; namespace: string; owner: Owner; marksFolder: string },
  name: string,
  labels: Record<string, string>,
  { onTerm, preStop, gracePeriodSeconds }: Stopping,
): Made {
  const script = `${marking(name)}; trap 'mark TERM; ${onTerm}' TERM; mark started; while :; do sleep 3600 & wait $!; done`;
  const hook = { exec: { command: ['sh', '-c', `${marking(name)}; ${preStop}`] } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels, ownerReferences: [owner] },
    spec: {
      nodeName: node,
      dnsPolicy: 'Default',
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: gracePeriodSeconds,
      containers: [
        {
          name: 'main',
          image: 'localhost/busybox:1',
          command: ['sh', '-c', script],
          volumeMounts: [{ name: 'marks', mountPath: '/marks' }],
          ...(preStop !== undefined && { lifecycle: { preStop: hook } }),
        },
      ],
      volumes: [{ name: 'marks', hostPath: { path: marksFolder, type: 'Directory' } }],
    },
  };
}
