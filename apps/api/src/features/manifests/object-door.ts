import type { InputOf, OutputOf, resourceEndpoints, writeEndpoints } from '@pilothouse/contract';

type Created = InputOf<typeof writeEndpoints.createResource>;
type Patched = InputOf<typeof writeEndpoints.patchResource>;
type Read = InputOf<typeof resourceEndpoints.getResource>;

export type WholeObject = OutputOf<typeof resourceEndpoints.getResource>['object'];
export type Written = OutputOf<typeof writeEndpoints.patchResource> & {
  /** It is what it was, but for who owns which field. */
  isUnchanged: boolean;
};

/** Who writes, and the call's `Audit-ID`. */
export interface Writing {
  subject: { userId: string; username: string };
  auditId: string;
  /**
   * Told what is there before it is written or tried out, null where nothing is; false: `changedMeanwhile`. What is
   * written then is that version, or nothing.
   */
  agrees?: (before: WholeObject | null) => boolean;
}

/** The one way to single objects, with all its checks: version, escalation rule, dry run, history, masked Secrets. */
export interface ObjectDoor {
  create(call: Created, writing: Writing): Promise<Written>;
  patch(call: Patched, writing: Writing): Promise<Written>;
  /** Null where there is none. */
  read(params: Read['params'], signal: AbortSignal): Promise<WholeObject | null>;
}
