import { shallowRef, toValue, watch, type MaybeRefOrGetter, type ShallowRef } from 'vue';

/** A record's place in a table: it stays the same while the record in it changes. */
export interface Place<T> {
  key: string;
  /** What the record is called; read without following the record. */
  label: string;
  record: ShallowRef<T>;
}

/**
 * Records as places for a table, which draws all of itself again when it is given another array: that is a new one only
 * when records came, went or changed places. Otherwise only those cells follow that read a record which changed.
 */
export function useRecords<T>(
  records: MaybeRefOrGetter<readonly T[]>,
  nameOf: (record: T) => { key: string; label: string },
): Readonly<ShallowRef<Place<T>[]>> {
  const places = shallowRef<Place<T>[]>([]);
  watch(
    () => toValue(records),
    (current) => {
      const known = new Map(places.value.map((place) => [place.key, place]));
      const next = current.map((record) => {
        const name = nameOf(record);
        const place = known.get(name.key) ?? { ...name, record: shallowRef(record) as ShallowRef<T> };
        place.record.value = record;
        return place;
      });
      const before = places.value;
      const isSame = next.length === before.length && next.every((place, index) => place === before[index]);
      if (!isSame) places.value = next;
    },
    { immediate: true },
  );
  return places;
}
