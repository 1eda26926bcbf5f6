import { mergedOrder } from './merged-order.ts';
import { pathText, type Path, type PathStep } from './path.ts';
import { isRecord, ownValue, sameValue, setOwn } from './values.ts';

/**
 * How a list is merged: item by item, known by its key fields (with the values that the apiserver fills in where one is
 * left out), as a set of scalars, or (`atomic`) only as a whole.
 */
export type ListKeys = (path: Path) => 'atomic' | 'set' | { keys: readonly KeyField[] };
export interface KeyField {
  name: string;
  default?: unknown;
}

/** Both sides changed the same place, each in another way. What is undefined is not there on that side. */
export interface MergeConflict {
  path: Path;
  base: unknown;
  theirs: unknown;
  mine: unknown;
}

/** What a conflicting place becomes: one side's, or something else (`value` undefined removes it). */
export type MergeChoice = 'base' | 'theirs' | 'mine' | { value: unknown };

export interface MergeResult {
  /** At a conflict without a choice: mine. */
  merged: unknown;
  /** All of them, those with a choice too. */
  conflicts: MergeConflict[];
}

/** A list whose items are not all known by their key is merged as a whole. */
export const atomicLists: ListKeys = () => 'atomic';

/**
 * Joins what two sides made of one object: what only one changed is taken from that side, what both changed alike is
 * no conflict. Objects are merged by field and keyed lists by item; order and additions of both sides are kept.
 * @param listKeys how the list at a path is merged (`listKeysOf`).
 * @param choices by the conflict's `pathText`.
 */
export function threeWayMerge(
  base: unknown,
  theirs: unknown,
  mine: unknown,
  listKeys: ListKeys,
  choices: ReadonlyMap<string, MergeChoice> = new Map(),
): MergeResult {
  const conflicts: MergeConflict[] = [];
  const merge = (sides: Sides, path: Path): unknown => {
    const { base: before, theirs: one, mine: other } = sides;
    if (sameValue(one, other) || sameValue(before, one)) return other;
    if (sameValue(before, other)) return one;
    if (isRecord(one) && isRecord(other)) {
      const from = isRecord(before) ? before : before === undefined ? {} : null;
      if (from !== null) return mergeFields({ base: from, theirs: one, mine: other }, path, merge);
    }
    if (Array.isArray(one) && Array.isArray(other)) {
      const from: unknown = before ?? [];
      const how = listKeys(path);
      const lists = Array.isArray(from) ? { base: from as unknown[], theirs: one, mine: other } : null;
      const merged =
        lists === null || how === 'atomic'
          ? null
          : how === 'set'
            ? mergeSets(lists)
            : mergeItems(lists, how.keys, path, merge);
      if (merged !== null) return merged;
    }
    conflicts.push({ path, ...sides });
    const choice = choices.get(pathText(path)) ?? 'mine';
    return typeof choice === 'object' ? choice.value : sides[choice];
  };
  return { merged: merge({ base, theirs, mine }, []), conflicts };
}

interface Sides<T = unknown> {
  base: T;
  theirs: T;
  mine: T;
}
type Merge = (sides: Sides, path: Path) => unknown;

function mergeFields(
  sides: Sides<Record<string, unknown>>,
  path: Path,
  merge: Merge,
): Record<string, unknown> {
  const merged: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(sides.theirs), ...Object.keys(sides.mine)])) {
    const value = merge(
      {
        base: ownValue(sides.base, key),
        theirs: ownValue(sides.theirs, key),
        mine: ownValue(sides.mine, key),
      },
      [...path, key],
    );
    if (value !== undefined) setOwn(merged, key, value);
  }
  return merged;
}

function mergeItems(
  sides: Sides<unknown[]>,
  keys: readonly KeyField[],
  path: Path,
  merge: Merge,
): unknown[] | null {
  const base = itemsByKey(sides.base, keys);
  const theirs = itemsByKey(sides.theirs, keys);
  const mine = itemsByKey(sides.mine, keys);
  if (base === null || theirs === null || mine === null) return null;
  const merged = new Map<string, unknown>();
  for (const id of new Set([...theirs.keys(), ...mine.keys()])) {
    const step = (theirs.get(id) ?? mine.get(id))?.step ?? {};
    const value = merge(
      { base: base.get(id)?.item, theirs: theirs.get(id)?.item, mine: mine.get(id)?.item },
      [...path, step],
    );
    if (value !== undefined) merged.set(id, value);
  }
  const order = mergedOrder([...base.keys()], [...theirs.keys()], [...mine.keys()]);
  return order.filter((id) => merged.has(id)).map((id) => merged.get(id));
}

/** The items of a list by key; null where one has none, or two have the same. */
function itemsByKey(
  list: readonly unknown[],
  keys: readonly KeyField[],
): Map<string, { step: PathStep; item: unknown }> | null {
  const items = new Map<string, { step: PathStep; item: unknown }>();
  for (const item of list) {
    if (!isRecord(item) || !keys.some(({ name }) => Object.hasOwn(item, name))) return null;
    const values = keys.map((key) => ownValue(item, key.name) ?? key.default ?? null);
    const id = JSON.stringify(values);
    if (items.has(id)) return null;
    // by what the item really has, so that the path can be followed in the object
    const step = Object.fromEntries(
      keys.filter(({ name }) => Object.hasOwn(item, name)).map(({ name }) => [name, item[name]]),
    );
    items.set(id, { step, item });
  }
  return items;
}

function mergeSets({ base, theirs, mine }: Sides<unknown[]>): unknown[] | null {
  const all = [base, theirs, mine];
  if (all.some((list) => list.some((item) => typeof item === 'object'))) return null;
  const [before, one, other] = all.map((list) => new Set(list));
  if (before === undefined || one === undefined || other === undefined) return null;
  const isKept = (item: unknown) => (before.has(item) ? one.has(item) && other.has(item) : true);
  return mergedOrder([...before], [...one], [...other]).filter(isKept);
}
