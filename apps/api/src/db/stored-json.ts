import type { Prisma } from './database.ts';

/** A value that is JSON, which its type does not say, for a column of JSON. */
export function storedJson(value: object): Prisma.InputJsonObject {
  return value as Prisma.InputJsonObject;
}
