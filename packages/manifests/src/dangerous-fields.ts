import type { ApplicationSpec } from '@pilothouse/contract';

/** What reaches beyond the Pod's own namespace and rights; each needs a right of its own. */
export type DangerousField =
  | 'hostPath'
  | 'hostNamespaces'
  | 'privileged'
  | 'capabilities'
  | 'serviceAccount'
  | 'foreignSecret'
  | 'foreignClaim'
  | 'controlPlane';

/** Which of them an effective spec uses, with the path at which it does. */
export function dangerousFields(_spec: ApplicationSpec): { field: DangerousField; path: string }[] {
  throw new Error('not written yet');
}
