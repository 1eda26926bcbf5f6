/**
 * The order of two lists' items, without repetition: that of the side which changed it (mine, where both did), the
 * other side's additions after what stands before them there, and after additions of the first side.
 */
export function mergedOrder<T>(base: readonly T[], theirs: readonly T[], mine: readonly T[]): T[] {
  const leading = isReordered(base, mine) ? mine : theirs;
  const other = leading === mine ? theirs : mine;
  const shared = new Set([...base, ...other]);
  const order = [...leading];
  const placed = new Set(order);
  let before: T | undefined;
  for (const item of other) {
    if (!placed.has(item)) {
      let index = before === undefined ? 0 : order.indexOf(before) + 1;
      while (index < order.length && !shared.has(order[index] as T)) index += 1;
      order.splice(index, 0, item);
      placed.add(item);
    }
    before = item;
  }
  return order;
}

function isReordered<T>(base: readonly T[], side: readonly T[]): boolean {
  const shared = new Set(side);
  const before = base.filter((item) => shared.has(item));
  const known = new Set(base);
  const after = side.filter((item) => known.has(item));
  return before.some((item, index) => item !== after[index]);
}
