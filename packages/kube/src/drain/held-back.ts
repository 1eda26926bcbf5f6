import type { KubeError } from '../transport/kube-error.ts';

/** What a refused eviction says of its budget, as far as it says something. */
export interface HeldBack {
  /** Null where the cluster names none: it asks to slow down, or has not counted the pods yet. */
  budget: string | null;
  needs: number | null;
  has: number | null;
  /** In the cluster's words. */
  message: string;
}

/** `eviction.go`, checkAndDecrement. */
const counted = /^The disruption budget (\S+) needs (\d+) healthy pods and has (\d+) currently/;
const uncounted = /^The disruption budget (\S+) /;

/** Reads the budget out of `details.causes` of a 429 (reason `DisruptionBudget`), which kubectl does not show. */
export function heldBackBy({ statusObject, message }: KubeError): HeldBack {
  const cause = statusObject?.details?.causes?.find(({ reason }) => reason === 'DisruptionBudget')?.message;
  const [, budget, needs, has] = counted.exec(cause ?? '') ?? [];
  return {
    budget: budget ?? uncounted.exec(cause ?? '')?.[1] ?? null,
    needs: needs === undefined ? null : Number(needs),
    has: has === undefined ? null : Number(has),
    message: cause ?? statusObject?.message ?? message,
  };
}
