import { v7 } from 'uuid';

/** A new row's id: UUIDv7, so that rows lie in the order they were made. */
export function newId(): string {
  return v7();
}
