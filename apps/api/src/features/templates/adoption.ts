import { isRecord } from '@pilothouse/kinds';
import type { WholeObject } from './task-doors.ts';

/** In whose name this platform writes. */
const own = new Set(['pilothouse-apply', 'pilothouse']);
/** They write into whatever there is; that is no use of it. */
const controllers =
  /^(kube-controller-manager|kube-scheduler|kube-apiserver|kubelet|cloud-controller-manager|kwok.*)$/;

interface OwnerEntry {
  manager: string;
  time: Date | null;
}

/** Who set fields, but for status and other subresources. */
function owners(object: WholeObject): OwnerEntry[] {
  const { managedFields } = object.metadata as { managedFields?: unknown };
  if (!Array.isArray(managedFields)) return [];
  return managedFields
    .filter((entry) => isRecord(entry) && !entry['subresource'])
    .map(({ manager, time }: { manager?: unknown; time?: unknown }) => ({
      manager: String(manager),
      time: typeof time === 'string' ? new Date(time) : null,
    }));
}

/** When the cluster last took over fields from this platform, by its own clock. */
export function appliedAt(object: WholeObject): Date | null {
  const times = owners(object).flatMap(({ manager, time }) =>
    own.has(manager) && time ? [time.getTime()] : [],
  );
  return times.length === 0 ? null : new Date(Math.max(...times));
}

/** Whether this platform made it no earlier than that: clocks may differ by a minute. */
export function isMadeSince(object: WholeObject, since: Date): boolean {
  const { creationTimestamp } = object.metadata as { creationTimestamp?: string };
  const made = creationTimestamp === undefined ? 0 : Date.parse(creationTimestamp);
  return made >= since.getTime() - 60_000 && owners(object).some(({ manager }) => own.has(manager));
}

/** Who has taken an object into use since it was applied; null where nobody did. */
export function adopter(object: WholeObject, applied: Date | null): string | null {
  const stranger = owners(object).find(({ manager }) => !own.has(manager) && !controllers.test(manager));
  if (stranger !== undefined) return stranger.manager;
  const later = owners(object).find(
    ({ manager, time }) =>
      own.has(manager) && applied !== null && time !== null && time.getTime() > applied.getTime(),
  );
  if (later !== undefined) return later.manager;
  const { ownerReferences } = object.metadata as { ownerReferences?: { kind?: string; name?: string }[] };
  const [owner] = ownerReferences ?? [];
  return owner === undefined ? null : `${owner.kind}/${owner.name}`;
}
