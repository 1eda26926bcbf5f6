import type { Node } from '../wire/core.ts';

/** Annotations of a node that was cordoned for a reason; uncordoning takes them away. */
export const cordonAnnotations = {
  reason: 'pilothouse.io/cordon-reason',
  by: 'pilothouse.io/cordoned-by',
  at: 'pilothouse.io/cordoned-at',
} as const;

/** Why, by whom and when (RFC 3339) a node was cordoned. */
export type CordonNote = Record<keyof typeof cordonAnnotations, string>;

/** Clocks of platform and cluster may differ by so much. */
const toleranceMs = 60_000;

/**
 * Why a node is cordoned; null where it is not, nobody said why, or it was cordoned anew by somebody who did not: the
 * cluster notes with its own taint since when it is.
 */
export function cordonNote({ metadata, spec }: Node): CordonNote | null {
  const kept = metadata?.annotations ?? {};
  const reason = kept[cordonAnnotations.reason];
  if (spec?.unschedulable !== true || reason === undefined) return null;
  const note = { reason, by: kept[cordonAnnotations.by] ?? '', at: kept[cordonAnnotations.at] ?? '' };
  const taint = spec.taints?.find(({ key }) => key === 'node.kubernetes.io/unschedulable');
  const since = Date.parse(taint?.timeAdded ?? '');
  return since > Date.parse(note.at) + toleranceMs ? null : note;
}
