import { apiPath } from '../transport/api-path.ts';
import type { CallOptions, ClusterConnection } from '../transport/connection.ts';
import { KubeError } from '../transport/kube-error.ts';
import { fieldManager } from './field-manager.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import type { ObjectRef } from './objects.ts';

/** How a server-side apply goes about it. */
export interface ApplyOptions extends CallOptions {
  /** The cluster does all but keep it: defaults, admission and conflicts are real. */
  dryRun?: boolean;
  /** Takes fields over from their owners; a choice of the user. */
  force?: boolean;
}

/** A field that somebody else has set to another value. */
export interface FieldConflict {
  /** Its manager; null where the cluster does not say it in the words we know. */
  owner: string | null;
  /** As the cluster writes it: `.spec.replicas`, `.spec.containers[name="web"].image`. */
  field: string;
}

/** What an apply came to. Nothing was changed where there are conflicts. */
export type ApplyResult<T> = { object: T } | { conflicts: FieldConflict[] };

/**
 * Applies an object server-side, with strict field validation, and returns it as the cluster left it. Fields that
 * others own are data; any other no is a KubeError (`api`: 422 with causes, 409 for a resourceVersion that is old).
 */
export async function applyObject<T = KubernetesObject>(
  connection: ClusterConnection,
  ref: ObjectRef,
  object: unknown,
  { dryRun = false, force = false, ...call }: ApplyOptions = {},
): Promise<ApplyResult<T>> {
  const query = {
    fieldManager,
    fieldValidation: 'Strict',
    force,
    dryRun: dryRun ? 'All' : undefined,
  };
  try {
    const applied = await connection.json<T>(
      {
        method: 'PATCH',
        path: apiPath(ref),
        query,
        body: object,
        contentType: 'application/apply-patch+yaml',
      },
      call,
    );
    return { object: applied };
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
    .map(({ message, field }) => ({
      owner: conflictWith.exec(message ?? '')?.[1] ?? null,
      field: field ?? '',
    }));
}
