import type { Queries } from '../../../db/database.ts';

/** What of Prisma's models writes. */
const writes = new Set(['create', 'createMany', 'update', 'updateMany', 'upsert', 'delete', 'deleteMany']);
const longest = 90;

/** A transaction that says of each write what it is, without its values: `UPDATE operation_items SET step = ?`. */
export function notedWrites(queries: Queries, note: (write: string) => void): Queries {
  return new Proxy(queries, {
    get(target, name: keyof Queries) {
      const found: unknown = target[name];
      if (name === '$executeRaw')
        return (text: TemplateStringsArray | { sql: string }, ...values: never[]) => {
          const sql = 'sql' in text ? text.sql : text.join('?');
          note(sql.replaceAll(/\s+/g, ' ').trim().slice(0, longest));
          return target.$executeRaw(text as TemplateStringsArray, ...values);
        };
      const isModel = typeof found === 'object' && found !== null && !String(name).startsWith('$');
      return isModel ? notedModel(String(name), found, note) : found;
    },
  });
}

function notedModel(model: string, delegate: object, note: (write: string) => void): object {
  return new Proxy(delegate, {
    get(target, name: string) {
      const found: unknown = Reflect.get(target, name);
      if (typeof found !== 'function' || !writes.has(name)) return found;
      return (...all: unknown[]) => {
        note(`${model}.${name}`);
        return Reflect.apply(found, target, all) as unknown;
      };
    },
  });
}
