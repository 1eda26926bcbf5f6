import type { Row } from '../kind.ts';

const workloads: Record<string, string> = {
  Deployment: 'apps/deployments',
  StatefulSet: 'apps/statefulsets',
  DaemonSet: 'apps/daemonsets',
  ReplicaSet: 'apps/replicasets',
  CronJob: 'batch/cronjobs',
  Job: 'batch/jobs',
};

/** An object, as what is used is kept of it: `<group>/<plural>/<namespace|_>/<name>`. */
export function usageTarget(
  kind: string,
  { namespace = '_', name }: { namespace?: string; name: string },
): string {
  return `${kind}/${namespace}/${name}`;
}

/** What a pod's use is a part of, by its row and labels: its namespace, and its workload where it has one. */
export function usageTargets(pod: Row, labels: Readonly<Record<string, string>>): string[] {
  const { namespace } = pod;
  if (namespace === undefined) return [];
  const workload = workloadOf(pod, labels);
  return [
    usageTarget('core/namespaces', { name: namespace }),
    ...(workload === null ? [] : [usageTarget(workload.kind, { namespace, name: workload.name })]),
  ];
}

/**
 * The workload whose use a pod's use is: not what made the pod but what outlives it. Null of a pod that nothing made, or
 * something nobody has described. A ReplicaSet is a Deployment's when its name ends in the hash that the Deployment's
 * controller gave the pods (`getReplicaSetName`), a Job is a CronJob's when its name ends in the minute it was due
 * (`getJobName`).
 */
function workloadOf(
  { cells: { owner } }: Row,
  labels: Readonly<Record<string, string>>,
): { kind: string; name: string } | null {
  if (typeof owner !== 'string') return null;
  const [madeBy = '', madeByName = ''] = owner.split('/');
  const hash = labels['pod-template-hash'];
  const [top, name] =
    madeBy === 'ReplicaSet' && hash !== undefined && madeByName.endsWith(`-${hash}`)
      ? ['Deployment', madeByName.slice(0, -hash.length - 1)]
      : madeBy === 'Job' && /-\d{8}$/.test(madeByName)
        ? ['CronJob', madeByName.slice(0, -9)]
        : [madeBy, madeByName];
  const kind = workloads[top];
  return kind === undefined ? null : { kind, name };
}
