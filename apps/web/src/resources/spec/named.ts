import { isRecord } from '@pilothouse/kinds';

/** The names of a list's items, as far as they have one. */
export function namesIn(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: unknown) => (isRecord(item) && item['name'] ? [String(item['name'])] : []));
}
