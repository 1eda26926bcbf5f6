import { AppError } from './app-error.ts';

/** Reads `sort=-field,field` against the columns that may be sorted by. Throws `invalidField` for any other. */
export function orderOf<C extends string>(
  sort: string | undefined,
  columns: Record<string, C>,
  fallback: Partial<Record<C, 'asc' | 'desc'>>,
): Partial<Record<C, 'asc' | 'desc'>>[] {
  if (sort === undefined) return [fallback];
  return sort.split(',').map((key) => {
    const descending = key.startsWith('-');
    const field = descending ? key.slice(1) : key;
    const column = Object.hasOwn(columns, field) ? columns[field] : undefined;
    if (column === undefined) {
      const known = Object.keys(columns).join(', ');
      throw new AppError('invalidField', { field: 'query.sort', reason: `sort by ${known}` }, 'query.sort');
    }
    return { [column]: descending ? 'desc' : 'asc' } as Partial<Record<C, 'asc' | 'desc'>>;
  });
}

/** A page read from the database: complete and of this moment. */
export function livePage<T>(
  items: T[],
  total: number,
  { page, pageSize }: { page: number; pageSize: number },
) {
  return { items, total, page, pageSize, asOf: new Date().toISOString(), state: 'live' as const };
}
