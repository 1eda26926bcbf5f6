import type { TableAction } from './record-column.ts';

/** What destroys stands last, away from what one reaches for; all else keeps its order. */
export function dangerLast<T>(actions: readonly TableAction<T>[]): TableAction<T>[] {
  return actions.toSorted((a, b) => Number(a.danger ?? false) - Number(b.danger ?? false));
}
