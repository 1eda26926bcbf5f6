import { fieldOwners, pathText, type Deployment, type KubernetesObject } from '@pilothouse/kinds';
import {
  applyObject,
  getObject,
  KubeError,
  type CallOptions,
  type ClusterConnection,
  type FieldConflict,
  type ObjectRef,
} from '@pilothouse/kube';
import { appsManager } from './unit-status.ts';

/**
 * Before a Deployment is handed to an autoscaler: `replicas` that only the reconciler owns would go with its next apply,
 * and be 1. Another manager of the platform's owns them as well then, until the autoscaler writes them.
 */
export async function keepReplicas(
  connection: ClusterConnection,
  ref: ObjectRef,
  rendered: KubernetesObject,
  uid: string,
  call: CallOptions,
): Promise<void> {
  if (rendered.kind !== 'Deployment' || (rendered as Deployment).spec?.replicas !== undefined) return;
  const found = await getObject<Deployment>(connection, ref, call).catch((error: unknown) => {
    if (error instanceof KubeError && error.is(404)) return null;
    throw error;
  });
  if (found?.metadata?.uid !== uid) return;
  const owning = fieldOwners(found).filter(({ path }) => pathText(path) === 'spec.replicas');
  if (owning.length === 0 || owning.some(({ manager }) => manager !== appsManager)) return;
  const { apiVersion, kind } = rendered;
  const { namespace, name } = ref;
  const replicas = found.spec?.replicas ?? 1;
  const kept = { apiVersion, kind, metadata: { namespace, name, uid }, spec: { replicas } };
  await applyObject(connection, ref, kept, { fieldManager: 'pilothouse', ...call });
}

/** Whether all that is in the way is what an autoscaler wrote that is there no more. */
export function ownReplicasBack(conflicts: FieldConflict[], hasScaler: boolean): boolean {
  return (
    !hasScaler &&
    conflicts.every(
      ({ manager, field }) =>
        field === '.spec.replicas' && (manager === 'kube-controller-manager' || manager === 'pilothouse'),
    )
  );
}
