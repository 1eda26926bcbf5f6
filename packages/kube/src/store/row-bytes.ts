import type { Labels } from './selectors.ts';
import type { StoreRow } from './store-row.ts';

/** What a row costs beside its texts, in the orders that people ask for as well; measured. */
const ownBytes = 480;

/** What a row and its labels cost in memory, about; texts that rows share count for each. */
export function bytesOf({ name, uid, cells }: StoreRow, labels: Labels): number {
  let bytes = ownBytes + name.length + uid.length;
  for (const field in cells) {
    const value = cells[field];
    if (typeof value === 'string') bytes += value.length;
  }
  for (const key in labels) bytes += key.length + (labels[key] as string).length;
  return bytes;
}
