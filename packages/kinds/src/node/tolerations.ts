import type { Pod, Taint } from '../wire/core.ts';

type Toleration = NonNullable<NonNullable<Pod['spec']>['tolerations']>[number];

/** `component-helpers/scheduling/corev1.ToleratesTaint`. */
function tolerates({ key, operator, value = '', effect }: Toleration, taint: Taint): boolean {
  if (effect && effect !== taint.effect) return false;
  if (key && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  return (
    (operator === undefined || operator === '' || operator === 'Equal') &&
    Boolean(key) &&
    value === (taint.value ?? '')
  );
}

/** Whether some toleration of a pod is for a taint. */
export function isTolerated({ spec }: Pod, taint: Taint): boolean {
  return (spec?.tolerations ?? []).some((toleration) => tolerates(toleration, taint));
}

/**
 * How long a pod stays on a node with these taints, in seconds: 0 is not at all, null for ever. Only NoExecute counts,
 * and of several tolerations of a taint the first (`pkg/controller/tainteviction`, processPodOnNode).
 */
export function secondsToStay({ spec }: Pod, taints: readonly Taint[]): number | null {
  let least: number | null = null;
  for (const taint of taints.filter(({ effect }) => effect === 'NoExecute')) {
    const toleration = (spec?.tolerations ?? []).find((each) => tolerates(each, taint));
    if (toleration === undefined) return 0;
    const seconds = toleration.tolerationSeconds;
    if (seconds !== undefined && seconds !== null) least = Math.min(least ?? Infinity, Math.max(0, seconds));
  }
  return least;
}
