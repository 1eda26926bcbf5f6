import type { ClusterConnection } from '../transport/connection.ts';
import { KubeError } from '../transport/kube-error.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import type { ObjectRef } from './objects.ts';
import { write, type WriteOptions } from './write-options.ts';

/** How a server-side apply goes about it. */
export interface ApplyOptions extends WriteOptions {
  /** Takes fields over from their owners; a choice of the user. */
  force?: boolean;
}

/** A field that somebody else has set to another value. */
export interface FieldConflict {
  /** Its manager; null where the cluster does not say it in the words we know. */
  manager: string | null;
  /** As the cluster writes it: `.spec.replicas`, `.spec.containers[name="web"].image`. */
  field: string;
  /** The cluster's own words. */
  message: string;
}

/** What an apply came to. Nothing was changed where there are conflicts. */
export type ApplyResult<T> = { object: T } | { conflicts: FieldConflict[] };

/**
 * Applies a declared object server-side, as `pilothouse-apply` unless told otherwise, and returns it as the cluster left
 * it. Fields that others own are data; any other no is a KubeError (`api`: 422 with causes, 409 for an old
 * resourceVersion).
 */
export async function applyObject<T = KubernetesObject>(
  connection: ClusterConnection,
  ref: ObjectRef,
  object: unknown,
  { force = false, ...options }: ApplyOptions = {},
): Promise<ApplyResult<T>> {
  const request = {
    method: 'PATCH',
    query: { force },
    body: object,
    contentType: 'application/apply-patch+yaml',
  } as const;
  try {
    return {
      object: await write<T>(connection, ref, request, { fieldManager: 'pilothouse-apply', ...options }),
    };
  } catch (error) {
    const conflicts = error instanceof KubeError && error.is(409) ? conflictsOf(error) : [];
    if (conflicts.length === 0) throw error;
    return { conflicts };
  }
}

/** The words of apimachinery's `NewConflictError`: `conflict with "kubectl-edit" using apps/v1 at 2026-…`. */
const conflictWith = /^conflict with "((?:[^"\\]|\\.)*)"/;

function conflictsOf({ statusObject }: KubeError): FieldConflict[] {
  return (statusObject?.details?.causes ?? [])
    .filter(({ reason }) => reason === 'FieldManagerConflict')
    .map(({ message = '', field = '' }) => ({
      manager: conflictWith.exec(message)?.[1]?.replaceAll(/\\(.)/g, '$1') ?? null,
      field,
      message,
    }));
}
