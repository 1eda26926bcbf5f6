import type { Deployment } from '../wire/apps.ts';

/**
 * How far a Deployment's rollout is. `Pending`: the controller has not yet seen the latest change; `ReplicaFailure`:
 * pods cannot be made (quota, admission); `ProgressDeadlineExceeded`: nothing has moved for too long.
 */
export type DeploymentRollout =
  | 'Pending'
  | 'Paused'
  | 'Progressing'
  | 'ReplicaFailure'
  | 'ProgressDeadlineExceeded'
  | 'Complete';

/** As `kubectl rollout status` judges it (`kubectl/pkg/polymorphichelpers/rollout_status.go`), and what keeps it. */
export function deploymentRollout({ metadata, spec, status = {} }: Deployment): DeploymentRollout {
  if ((metadata?.generation ?? 0) > (status.observedGeneration ?? 0)) return 'Pending';
  const condition = (type: string) => status.conditions?.find((each) => each.type === type);
  if (condition('Progressing')?.reason === 'ProgressDeadlineExceeded') return 'ProgressDeadlineExceeded';
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  const isComplete =
    updatedReplicas >= (spec?.replicas ?? 1) &&
    replicas <= updatedReplicas &&
    availableReplicas >= updatedReplicas;
  if (isComplete) return 'Complete';
  if (condition('ReplicaFailure')?.status === 'True') return 'ReplicaFailure';
  return spec?.paused === true ? 'Paused' : 'Progressing';
}
