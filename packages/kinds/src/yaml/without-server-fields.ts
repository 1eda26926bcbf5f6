import type { KubernetesObject } from '../kind.ts';
import { withoutKeys } from '../without-keys.ts';

const serverSet = [
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'managedFields',
  'resourceVersion',
  'selfLink',
  'uid',
];
/** Annotations that are kept by `kubectl apply` and by the controller of a Deployment, not by whoever writes the object. */
export const keptAnnotations = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'deployment.kubernetes.io/revision',
] as const;

/**
 * An object as somebody would have written it: no `status`, nothing of `metadata` that the apiserver sets, and none of
 * {@link keptAnnotations}. A copy; the object stays as it is.
 */
export function withoutServerFields(object: KubernetesObject): KubernetesObject {
  const rest: KubernetesObject = withoutKeys(object, ['status']);
  if (rest.metadata === undefined) return rest;
  const metadata = withoutKeys(rest.metadata, serverSet);
  const { annotations } = rest.metadata;
  if (annotations === undefined || !keptAnnotations.some((key) => key in annotations))
    return { ...rest, metadata };
  const kept = withoutKeys(annotations, keptAnnotations);
  if (Object.keys(kept).length === 0) return { ...rest, metadata: withoutKeys(metadata, ['annotations']) };
  return { ...rest, metadata: { ...metadata, annotations: kept } };
}
