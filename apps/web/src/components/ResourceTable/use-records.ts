import { shallowRef, toValue, watch, type MaybeRefOrGetter, type ShallowRef } from 'vue';
import type { Row } from '../../api/live-rows.ts';

/** A row's place in a table: it stays the same while the row in it changes. */
export interface RowRecord {
  uid: string;
  name: string;
  row: ShallowRef<Row>;
}

/**
 * Rows as records for a table, which draws all of itself again when it is given another array: that is a new one only
 * when rows came, went or changed places. Otherwise only those cells follow that read a row which changed.
 */
export function useRecords(rows: MaybeRefOrGetter<readonly Row[]>): Readonly<ShallowRef<RowRecord[]>> {
  const records = shallowRef<RowRecord[]>([]);
  watch(
    () => toValue(rows),
    (current) => {
      const known = new Map(records.value.map((record) => [record.uid, record]));
      const next = current.map((row) => {
        const record = known.get(row.uid) ?? { uid: row.uid, name: row.name, row: shallowRef(row) };
        record.row.value = row;
        return record;
      });
      const before = records.value;
      const isSame = next.length === before.length && next.every((record, index) => record === before[index]);
      if (!isSame) records.value = next;
    },
    { immediate: true },
  );
  return records;
}
