import { expect, test } from 'vitest';
import { readPage, type PageArguments } from './paging.ts';

interface Order {
  id?: 'asc' | 'desc';
  name?: 'asc' | 'desc';
  owner?: { name: 'asc' | 'desc' };
}
const order = {
  sortable: { name: 'name', owner: (direction: 'asc' | 'desc') => ({ owner: { name: direction } }) },
  fallback: '-name',
} as const;

async function asked(sort?: string): Promise<PageArguments<Order>> {
  let given: PageArguments<Order> | undefined;
  const query = { page: 3, pageSize: 20, ...(sort !== undefined && { sort }) };
  await readPage<string, Order>(query, order, {
    items: async (page) => {
      given = page;
      return [];
    },
    total: async () => 0,
  });
  return given!;
}

test('what is equal lies by id, in the same direction', async () => {
  expect(await asked()).toEqual({ orderBy: [{ name: 'desc' }, { id: 'desc' }], skip: 40, take: 20 });
  expect((await asked('name')).orderBy).toEqual([{ name: 'asc' }, { id: 'asc' }]);
  expect((await asked('name,-owner')).orderBy).toEqual([
    { name: 'asc' },
    { owner: { name: 'desc' } },
    { id: 'desc' },
  ]);
});

test.each(['-constructor', 'id', 'name,', '--name'])('is not sorted by %s', async (sort) => {
  await expect(asked(sort)).rejects.toMatchObject({ code: 'invalidField', field: 'query.sort' });
});
