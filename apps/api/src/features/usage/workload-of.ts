import type { Row } from '@pilothouse/kinds';
import type { Labels } from '@pilothouse/kube';

const workloads: Record<string, string> = {
  Deployment: 'apps/deployments',
  StatefulSet: 'apps/statefulsets',
  DaemonSet: 'apps/daemonsets',
  ReplicaSet: 'apps/replicasets',
  CronJob: 'batch/cronjobs',
  Job: 'batch/jobs',
};

/**
 * The workload whose use a pod's use is, as a target `<group>/<plural>/<namespace>/<name>`: not what made the pod but
 * what outlives it. Null of a pod that nothing made, or something nobody has described. A ReplicaSet is a Deployment's
 * when its name ends in the hash that the Deployment's controller gave the pods (`getReplicaSetName`), a Job is a
 * CronJob's when its name ends in the minute it was due (`getJobName`).
 */
export function workloadOf({ namespace, cells: { owner } }: Row, labels: Labels): string | null {
  if (typeof owner !== 'string' || namespace === undefined) return null;
  const [kind = '', name = ''] = owner.split('/');
  const hash = labels['pod-template-hash'];
  const [top, topName] =
    kind === 'ReplicaSet' && hash !== undefined && name.endsWith(`-${hash}`)
      ? ['Deployment', name.slice(0, -hash.length - 1)]
      : kind === 'Job' && /-\d{8}$/.test(name)
        ? ['CronJob', name.slice(0, -9)]
        : [kind, name];
  const described = workloads[top];
  return described === undefined ? null : `${described}/${namespace}/${topName}`;
}
