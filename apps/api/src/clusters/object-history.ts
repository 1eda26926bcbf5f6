/** A write of an object that is about to be sent. */
export interface ObjectChange {
  /** `create`, `replace`, `patch`, `apply`, or the id of an action. */
  verb: string;
  /** Joins it with the audit row. */
  auditId: string;
  user: { userId: string | null; username: string };
  cluster: { id: string };
  group: string;
  plural: string;
  namespace: string | undefined;
  /** Absent while the cluster is to name it. */
  name: string | undefined;
  /** As it is; null where it is not there. */
  before: object | null;
}

/** One that is being sent. Neither way of ending rejects: what was done is done. */
export interface OpenChange {
  /** It was written; null where the object is gone now. What stayed as it was is forgotten. */
  written(after: object | null): Promise<void>;
  /** It was not; forgotten where the cluster said so. */
  failed(error: unknown): Promise<void>;
}

/** Keeps objects as they were before and after each write. */
export interface ObjectHistory {
  /** Stores what is there before anything is sent. Throws `historyUnavailable`: then nothing may be sent. */
  begin(change: ObjectChange): Promise<OpenChange>;
}
