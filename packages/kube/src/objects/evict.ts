import { apiPath } from '../transport/api-path.ts';
import type { CallOptions, ClusterConnection } from '../transport/connection.ts';
import type { ObjectRef } from './objects.ts';

/** How a pod is evicted, and only if. */
export interface EvictOptions extends CallOptions {
  /** What discovery says of pods/eviction; `v1beta1` is all there is before Kubernetes 1.22. Default `v1`. */
  version?: 'v1' | 'v1beta1';
  /** 0 ends it at once; absent: the pod's own. */
  gracePeriodSeconds?: number;
  /** Precondition: a pod of the same name that is another one is left alone (409). */
  uid?: string;
  dryRun?: boolean;
}

/**
 * Asks for a pod's eviction, which PodDisruptionBudgets may refuse (KubeError `api`, 429). Accepted is not gone: the
 * pod is when it is not found, or has another uid.
 */
export async function evictPod(
  connection: ClusterConnection,
  pod: { namespace: string; name: string },
  { version = 'v1', gracePeriodSeconds, uid, dryRun = false, ...call }: EvictOptions = {},
): Promise<void> {
  const ref: ObjectRef = { group: '', version: 'v1', plural: 'pods', ...pod, subresource: 'eviction' };
  const deleteOptions = {
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(uid === undefined ? {} : { preconditions: { uid } }),
    ...(dryRun ? { dryRun: ['All'] } : {}),
  };
  const body = {
    apiVersion: `policy/${version}`,
    kind: 'Eviction',
    metadata: { name: pod.name, namespace: pod.namespace },
    deleteOptions,
  };
  await connection.request({ method: 'POST', path: apiPath(ref), body }, call);
}
