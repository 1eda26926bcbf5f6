import type { Integers } from '../transport/parse-json.ts';

/** What of a collection is taken in, and how much of each object. */
export interface Selection {
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  /** Leaves `metadata.managedFields` out, which saves their parsing. */
  withoutManagedFields?: boolean;
  /** What its objects are: others are KubeError `wrongKind`. Absent: whatever comes. */
  kind?: string | undefined;
  /** `exact` keeps integers beyond 2^53 as `ExactInteger`; default `rounded`. */
  integers?: Integers;
}
