import type { PersistentVolume, PersistentVolumeClaim } from '../wire/core.ts';
import { withoutKeys } from '../without-keys.ts';

/** What the binding of a claim to a volume leaves on both. */
const ofBinding = [
  'pv.kubernetes.io/bind-completed',
  'pv.kubernetes.io/bound-by-controller',
  'volume.beta.kubernetes.io/storage-provisioner',
  'volume.kubernetes.io/selected-node',
  'volume.kubernetes.io/storage-provisioner',
];

/** A claim without its volume. */
export function claimAnew(claim: PersistentVolumeClaim): PersistentVolumeClaim {
  return unbound(claim.spec ? { ...claim, spec: withoutKeys(claim.spec, ['volumeName']) } : claim);
}

/** A volume without its claim. */
export function volumeAnew(volume: PersistentVolume): PersistentVolume {
  return unbound(volume.spec ? { ...volume, spec: withoutKeys(volume.spec, ['claimRef']) } : volume);
}

function unbound<T extends PersistentVolume | PersistentVolumeClaim>(object: T): T {
  const annotations = object.metadata?.annotations;
  if (annotations === undefined) return object;
  return { ...object, metadata: { ...object.metadata, annotations: withoutKeys(annotations, ofBinding) } };
}
