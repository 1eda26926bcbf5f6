/** What of a collection is taken in, and how much of each object. */
export interface Selection {
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  /** Leaves `metadata.managedFields` out, which saves their parsing. */
  withoutManagedFields?: boolean;
}
