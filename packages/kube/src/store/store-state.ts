import type { KubeError } from '../transport/kube-error.ts';

/**
 * - `syncing`: the first list is under way or has failed (`lastError`), the rows are incomplete.
 * - `live`: a watch runs, and what the server said of it, or of the list before it, was right; of what cannot be watched,
 *   the last list was.
 * - `stale`: the cluster does not answer, or a list is being repeated; the rows are as of `asOf`.
 * - `denied`: the cluster no longer lets the credential list or watch; the rows, if any, are as of `asOf`.
 */
export type StoreState = 'live' | 'syncing' | 'stale' | 'denied';

/** Whether the cluster refuses the credential, or its right to this. */
export function isDenial({ status, reason }: KubeError): boolean {
  return status === 401 || status === 403 || reason === 'unauthorized' || reason === 'forbidden';
}
