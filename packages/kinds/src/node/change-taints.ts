import type { Taint } from '../wire/core.ts';

/** What is to become of a node's taints; a removal without an effect takes every effect of its key. */
export interface TaintChanges {
  set: readonly { key: string; value: string; effect: string }[];
  remove: readonly { key: string; effect?: string | undefined }[];
}

/** What becomes of one taint; a value is null where there is no such taint. */
export interface TaintChange {
  key: string;
  effect: string;
  from: string | null;
  to: string | null;
}

/** A taint is the same one by key and effect, whatever its value. */
export function isSameTaint(
  one: { key: string; effect: string },
  other: { key: string; effect: string },
): boolean {
  return one.key === other.key && one.effect === other.effect;
}

/** As kubectl writes it: `key=value:effect`, without a value `key:effect`. */
export function taintText({
  key,
  value = '',
  effect,
}: {
  key: string;
  value?: string | undefined;
  effect: string;
}): string {
  return `${key}${value === '' ? '' : `=${value}`}:${effect}`;
}

/**
 * A node's taints after a change, and what that changes. New ones first, as kubectl has them
 * (`cmd/taint/utils.go`, reorganizeTaints); what is kept is kept whole.
 */
export function changeTaints(
  current: readonly Taint[],
  { set, remove }: TaintChanges,
): { taints: Taint[]; changes: TaintChange[]; /** What the change is about, as it is. */ touched: Taint[] } {
  const isRemoved = (taint: Taint) =>
    remove.some(({ key, effect }) => key === taint.key && (effect === undefined || effect === taint.effect));
  const added = set.map(({ key, value, effect }) => {
    const present = current.find((taint) => isSameTaint(taint, { key, effect }));
    if (present !== undefined && (present.value ?? '') === value) return present;
    return { key, ...(value !== '' && { value }), effect };
  });
  const kept = current.filter((taint) => !isRemoved(taint) && !set.some((each) => isSameTaint(each, taint)));
  const removed = current.filter(isRemoved);
  const changes: TaintChange[] = [
    ...set.flatMap(({ key, value, effect }) => {
      const present = current.find((taint) => isSameTaint(taint, { key, effect }));
      const from = present === undefined ? null : (present.value ?? '');
      return from === value ? [] : [{ key, effect, from, to: value }];
    }),
    ...removed.map(({ key, value = '', effect }) => ({ key, effect, from: value, to: null })),
  ];
  const touched = current.filter((taint) => isRemoved(taint) || set.some((each) => isSameTaint(each, taint)));
  return { taints: [...added, ...kept], changes, touched };
}
