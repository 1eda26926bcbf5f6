import type { ClusterConnection } from '../transport/connection.ts';
import { KubeError } from '../transport/kube-error.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { getObject, type ObjectRef } from './objects.ts';
import { write, type WriteOptions } from './write-options.ts';

/** `autoscaling/v1 Scale`: what every scalable kind has, custom ones included. */
export interface Scale extends KubernetesObject {
  spec?: { replicas?: number };
  status?: { replicas: number; selector?: string };
}

/** How an object is scaled, and only if. */
export interface ScaleOptions extends WriteOptions {
  /** Precondition: the count the user saw. Another one is KubeError `api`, 409, and nothing changes. */
  currentReplicas?: number;
}

/** Scales by the scale subresource. What changed between reading and writing is refused by the cluster (409). */
export async function scaleObject(
  connection: ClusterConnection,
  ref: ObjectRef,
  replicas: number,
  { currentReplicas, ...options }: ScaleOptions = {},
): Promise<Scale> {
  const scalePath = { ...ref, subresource: 'scale' };
  const { signal, timeoutMs } = options;
  const reading = { ...(signal && { signal }), ...(timeoutMs !== undefined && { timeoutMs }) };
  const scale = await getObject<Scale>(connection, scalePath, reading);
  // absent is 0: the wire leaves it out
  const { replicas: found = 0 } = scale.spec ?? {};
  if (currentReplicas !== undefined && found !== currentReplicas) {
    throw new KubeError('api', `There are ${found} replicas, not ${currentReplicas}`, { status: 409 });
  }
  // with the resourceVersion that was read, as kubectl does
  const body = { ...scale, spec: { ...scale.spec, replicas } };
  return write<Scale>(connection, scalePath, { method: 'PUT', body }, options);
}
