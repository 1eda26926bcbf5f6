/** A named item that takes away the inherited one of that name. */
type Unset = { unset: true };

/**
 * Merges items by the value of `key`: an own one takes the place of the inherited one, `unset` takes it away, new ones
 * follow in their order.
 */
export function mergeItems<T extends object>(
  key: string,
  inherited: readonly T[],
  own: readonly (T | Unset)[],
): T[] {
  const nameOf = (item: object) => (item as Record<string, unknown>)[key];
  const ownByName = new Map(own.map((item) => [nameOf(item), item]));
  const names = new Set(inherited.map(nameOf));
  return [
    ...inherited.map((item) => ownByName.get(nameOf(item)) ?? item),
    ...own.filter((item) => !names.has(nameOf(item))),
  ].filter((item): item is T => !isUnset(item));
}

export function isUnset(item: object): item is Unset {
  return 'unset' in item && item.unset === true;
}

/** By key, the nearest layer first: the first that names it decides, null that it is not there. */
export function mergeMaps<L extends string>(
  layers: readonly (readonly [L, Readonly<Record<string, string | null | undefined>> | undefined])[],
): Map<string, { value: string | null; from: L }> {
  const merged = new Map<string, { value: string | null; from: L }>();
  for (const [from, map] of layers)
    for (const [key, value] of Object.entries(map ?? {}))
      if (value !== undefined && !merged.has(key)) merged.set(key, { value, from });
  return merged;
}
