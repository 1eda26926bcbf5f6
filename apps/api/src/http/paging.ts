import { AppError } from './app-error.ts';

type Direction = 'asc' | 'desc';

/** What every list of the platform's own is asked for, as the contract's `listQuery` has it. */
export interface PageQuery {
  page: number;
  pageSize: number;
  sort?: string | undefined;
}

/** What a list may be sorted by: by key of `sort`, the column, or an order of its own. */
export interface PageOrder<O> {
  sortable: Record<string, (keyof O & string) | ((direction: Direction) => O)>;
  /** As `sort`, where nothing is asked for. */
  fallback: string;
}

/** What Prisma's `findMany` takes of it. */
export interface PageArguments<O> {
  orderBy: O[];
  skip: number;
  take: number;
}

/**
 * Reads one page of a table of ours. Rows that are equal by what was asked for lie in the order of their ids, so that
 * none is on two pages, or on none. Throws `invalidField` for a sort key that is not known.
 */
export async function readPage<Item, O extends { id?: unknown }>(
  query: PageQuery,
  order: PageOrder<O>,
  table: { items: (page: PageArguments<O>) => Promise<Item[]>; total: () => Promise<number> },
) {
  const { page, pageSize } = query;
  const [items, total] = await Promise.all([
    table.items({ orderBy: orderBy(query.sort, order), skip: (page - 1) * pageSize, take: pageSize }),
    table.total(),
  ]);
  return { items, total, page, pageSize, asOf: new Date().toISOString(), state: 'live' as const };
}

/** Reads `sort=-field,field`; ends with the id, in the direction of what stands before it. */
function orderBy<O>(sort: string | undefined, { sortable, fallback }: PageOrder<O>): O[] {
  let direction: Direction = 'asc';
  const orders = (sort ?? fallback).split(',').map((key) => {
    direction = key.startsWith('-') ? 'desc' : 'asc';
    const field = key.replace(/^-/, '');
    const column = Object.hasOwn(sortable, field) ? sortable[field] : undefined;
    if (column === undefined) {
      const known = Object.keys(sortable).join(', ');
      throw new AppError('invalidField', { field: 'query.sort', reason: `sort by ${known}` }, 'query.sort');
    }
    return typeof column === 'function' ? column(direction) : ({ [column]: direction } as O);
  });
  return [...orders, { id: direction } as O];
}
