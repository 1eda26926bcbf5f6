import type { KubernetesObject, Level } from '../kind.ts';

const shortModes = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
] as const;

/** ACCESS MODES of a volume or claim: `RWO,ROX` (`GetAccessModesAsString`). */
export function accessModesText(modes: string[] | undefined): string {
  return shortModes.flatMap(([mode, short]) => (modes?.includes(mode) ? short : [])).join(',');
}

/** STATUS of a volume or claim: its phase, or that it is being deleted. */
export function volumeStatus({
  metadata,
  status,
}: KubernetesObject & { status?: { phase?: string } }): string {
  return metadata?.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating';
}

const levels: Record<string, Level> = {
  Bound: 'ok',
  Available: 'neutral',
  Pending: 'progress',
  Terminating: 'progress',
  Released: 'warning',
  Lost: 'error',
  Failed: 'error',
};

/** How worried one should be about that status. */
export function volumeLevel(status: unknown): Level {
  return levels[String(status)] ?? 'neutral';
}

/** STORAGECLASS of a volume or claim; the annotation is older than the field and goes first. */
export function storageClassOf({
  metadata,
  spec,
}: KubernetesObject & { spec?: { storageClassName?: string } }): string {
  return metadata?.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec?.storageClassName ?? '';
}
