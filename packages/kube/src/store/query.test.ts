import { describe, expect, it } from 'vitest';
import { entryMatcher, filterKey, sortRows } from './query.ts';
import { newEntry, type CellValue, type StoreRow } from './store-row.ts';

function row(name: string, cells: Record<string, CellValue> = {}, namespace?: string): StoreRow {
  return { uid: name, name, resourceVersion: '1', cells, ...(namespace === undefined ? {} : { namespace }) };
}
const schema = { fields: { 'spec.nodeName': 'node' }, textFields: undefined };
const names = (rows: StoreRow[]) => rows.map(({ name }) => name);

describe('sortRows', () => {
  const rows = () => [
    row('b', { cpu: 10, status: 'Running' }, 'x'),
    row('a', { cpu: 9, status: 'Pending' }, 'x'),
    row('c', { cpu: null, status: 'Pending' }, 'a'),
  ];

  it.each([
    [undefined, ['c', 'a', 'b']],
    ['name', ['a', 'b', 'c']],
    ['-name', ['c', 'b', 'a']],
    ['cpu', ['a', 'b', 'c']],
    ['-cpu', ['b', 'a', 'c']],
    ['status,-cpu', ['a', 'c', 'b']],
    ['__proto__', ['c', 'a', 'b']],
  ])('by %s', (sort, order) => {
    expect(names(sortRows(rows(), sort))).toEqual(order);
  });
});

describe('entryMatcher', () => {
  const entries = () => [
    newEntry(row('web-1', { node: 'n1', ip: '10.0.0.1' }, 'demo'), { app: 'web' }),
    newEntry(row('db-1', { node: 'n2', ip: null }, 'data'), { app: 'db' }),
    newEntry(row('node-x', { node: 'n2' }), {}),
  ];
  const found = (filter: Parameters<typeof entryMatcher>[0], textFields?: string[]) =>
    names(
      entries()
        .filter(entryMatcher(filter, { ...schema, textFields }))
        .map((entry) => entry.row),
    );

  it.each([
    [{}, ['web-1', 'db-1', 'node-x']],
    [{ namespaces: ['demo'] }, ['web-1']],
    [{ namespaces: [] }, []],
    [{ q: 'WEB' }, ['web-1']],
    [{ q: 'data' }, ['db-1']],
    [{ q: '10.0' }, ['web-1']],
    [{ q: '  ' }, ['web-1', 'db-1', 'node-x']],
    [{ labelSelector: 'app' }, ['web-1', 'db-1']],
    [{ fieldSelector: 'spec.nodeName=n2' }, ['db-1', 'node-x']],
    [{ fieldSelector: 'metadata.name=db-1,metadata.namespace=data' }, ['db-1']],
    [{ filter: ({ name }: StoreRow) => name.startsWith('n') }, ['node-x']],
    [{ labelSelector: 'app', q: 'n2' }, ['db-1']],
  ])('%j', (filter, expected) => {
    expect(found(filter)).toEqual(expected);
  });

  it('looks for text only where it is told to', () => {
    expect(found({ q: '10.0' }, ['node'])).toEqual([]);
  });
});

describe('filterKey', () => {
  it('is the same for filters that mean the same, and for no others', () => {
    expect([{}, { q: ' ' }, { labelSelector: '', namespaces: undefined }].map(filterKey)).toEqual([
      '',
      '',
      '',
    ]);
    expect(filterKey({ q: 'Web ', namespaces: ['b', 'a'] })).toBe(
      filterKey({ q: 'web', namespaces: ['a', 'b'] }),
    );
    const different = [
      { q: 'a' },
      { labelSelector: 'a' },
      { fieldSelector: 'a' },
      { namespaces: ['a'] },
      { namespaces: [] },
    ];
    expect(new Set(different.map(filterKey)).size).toBe(5);
    expect(filterKey({ filter: () => true })).toBeUndefined();
  });
});
