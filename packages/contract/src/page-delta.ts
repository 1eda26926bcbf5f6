interface Item {
  id: string;
}
interface Page {
  items: Item[];
}

/** What has changed from one answer with `items` to the next. */
export interface PageDelta {
  /** Items that are new or otherwise than before. */
  changed: { [field: string]: unknown; id: string }[];
  /** The ids of all items in order, where it is another than before. */
  order?: string[] | undefined;
  /** The answer's other fields that are otherwise than before. */
  fields: Record<string, unknown>;
}

/** Whether an answer is a page of things that are known by their `id`. */
export function isPage(answer: unknown): answer is Page & Record<string, unknown> {
  const items = (answer as Partial<Page> | null | undefined)?.items;
  if (!Array.isArray(items)) return false;
  const ids = new Set(items.map((item: Partial<Item> | null) => item?.id));
  return ids.size === items.length && [...ids].every((id) => typeof id === 'string');
}

/**
 * What makes `after` of `before`; undefined where they differ in nothing but the time of their reading.
 * @param isSame compares by content
 */
export function pageDelta(
  before: Page & Record<string, unknown>,
  after: Page & Record<string, unknown>,
  isSame: (a: unknown, b: unknown) => boolean,
): PageDelta | undefined {
  const known = new Map(before.items.map((item) => [item.id, item]));
  const changed = after.items.filter((item) => !isSame(known.get(item.id), item)) as PageDelta['changed'];
  const order = after.items.map(({ id }) => id);
  const isOrdered = isSame(
    before.items.map(({ id }) => id),
    order,
  );
  const fields = Object.fromEntries(
    Object.entries(after).filter(([name, value]) => name !== 'items' && !isSame(before[name], value)),
  );
  const isOther = Object.keys(fields).some((name) => name !== 'asOf');
  if (changed.length === 0 && isOrdered && !isOther) return undefined;
  return { changed, ...(!isOrdered && { order }), fields };
}

/** The answer after a delta; items that did not change are the very same objects. */
export function applyPageDelta<P extends Page>(before: P, { changed, order, fields }: PageDelta): P {
  const known = new Map([...before.items, ...changed].map((item) => [item.id, item]));
  const ids = order ?? before.items.map(({ id }) => id);
  const items = ids.flatMap((id) => known.get(id) ?? []);
  return { ...before, ...fields, items };
}
