/** The items whose key another one before them has. */
export function repeated<T>(items: readonly T[], keyOf: (item: T) => unknown): T[] {
  const seen = new Set<unknown>();
  return items.filter((item) => {
    const key = keyOf(item);
    const isThere = seen.has(key);
    seen.add(key);
    return isThere;
  });
}
