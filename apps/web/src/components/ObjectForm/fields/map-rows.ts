import { isRecord, type PlainPath } from '@pilothouse/kinds';
import { computed, ref, watch, type Ref } from 'vue';
import type { Draft } from '../draft.ts';

/** A line of a map's editor. */
export interface MapRow {
  /** Stays while the key is being typed. */
  id: number;
  /** The key in the object; null while there is none that could be. */
  key: string | null;
  /** The key as typed. */
  typed: string;
  /** The value of a row that is not in the object yet. */
  value: string;
  /** Typed to the end: what is wrong with the key may be said. */
  isLeft: boolean;
}

export type KeyProblem = 'empty' | 'taken';

/**
 * The rows of a map of texts. A key goes to the object when its input is left; one that is empty, or taken by another,
 * waits outside of the object until it is mended, and the draft cannot be saved so long.
 */
export function useMapRows(draft: Draft, path: () => PlainPath) {
  const rows = ref<MapRow[]>([]) as Ref<MapRow[]>;
  let nextId = 0;
  const keys = computed(() => {
    const value = draft.get(path());
    return isRecord(value) ? Object.keys(value) : [];
  });
  const newRow = (key: string | null): MapRow => {
    nextId += 1;
    return { id: nextId, key, typed: key ?? '', value: '', isLeft: false };
  };
  watch(
    keys,
    (present) => {
      const known = new Set(rows.value.map(({ key }) => key));
      const kept = rows.value.filter(({ key }) => key === null || present.includes(key));
      const added = present.filter((key) => !known.has(key)).map(newRow);
      if (kept.length < rows.value.length || added.length > 0) rows.value = [...kept, ...added];
    },
    { immediate: true },
  );
  draft.watchUnfinished(() => rows.value.some((row) => row.key !== row.typed && !isBlank(row)));

  const patch = (id: number, change: Partial<MapRow>) => {
    rows.value = rows.value.map((row) => (row.id === id ? { ...row, ...change } : row));
  };

  return {
    rows,
    problemOf: (row: MapRow): KeyProblem | null => {
      if (row.key === row.typed || !row.isLeft || isBlank(row)) return null;
      return row.typed === '' ? 'empty' : 'taken';
    },
    add: () => {
      rows.value = [...rows.value, newRow(null)];
    },
    remove: ({ id, key }: MapRow) => {
      rows.value = rows.value.filter((row) => row.id !== id);
      if (key !== null) draft.remove([...path(), key]);
    },
    typeKey: ({ id }: MapRow, typed: string) => patch(id, { typed, isLeft: false }),
    leaveKey: ({ id, key, typed, value }: MapRow) => {
      const isFree = typed !== '' && typed !== key && !keys.value.includes(typed);
      if (!isFree) return patch(id, { isLeft: true });
      // first the row, so that the key is known when the object changes
      patch(id, { key: typed, isLeft: true });
      if (key === null) draft.set([...path(), typed], value);
      else draft.rename(path(), key, typed);
    },
    setValue: ({ id, key }: MapRow, value: string) => {
      if (key === null) patch(id, { value });
      else draft.set([...path(), key], value);
    },
  };
}

/** A new row in which nothing was typed is no row. */
function isBlank({ key, typed, value }: MapRow): boolean {
  return key === null && typed === '' && value === '';
}
