import type { KubernetesObject } from '../kind.ts';

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
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

const without = (record: object, keys: readonly string[]) =>
  Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));

/**
 * An object as somebody would have written it: no `status`, nothing of `metadata` that the apiserver sets, and not the
 * annotation `kubectl apply` keeps. A copy; the object stays as it is.
 */
export function withoutServerFields(object: KubernetesObject): KubernetesObject {
  const rest: KubernetesObject = without(object, ['status']);
  if (rest.metadata === undefined) return rest;
  const metadata = without(rest.metadata, serverSet);
  const { annotations } = rest.metadata;
  if (annotations?.[lastApplied] === undefined) return { ...rest, metadata };
  const kept = without(annotations, [lastApplied]);
  if (Object.keys(kept).length === 0) return { ...rest, metadata: without(metadata, ['annotations']) };
  return { ...rest, metadata: { ...metadata, annotations: kept as Record<string, string> } };
}
