import { expect, test } from 'vitest';
import { listQueryOf, readListState, writeListState } from './list-state.ts';

test('a view survives the trip through the URL, and other keys of the URL survive the view', () => {
  const state = {
    page: 3,
    pageSize: 100,
    sort: '-restarts,name',
    q: 'web',
    labelSelector: 'app=web,tier!=db',
    fieldSelector: 'type=Warning',
    groupBy: 'topology.kubernetes.io/zone',
    namespaces: ['shop', 'demo'],
    isUsage: true,
  };
  const query = writeListState({ drawer: 'x' }, state) as Record<string, string>;
  expect(query.drawer).toBe('x');
  expect(readListState(query)).toEqual(state);
});

test('defaults stay out of the URL and nonsense in it reads as the default', () => {
  const plain = readListState({});
  expect(writeListState({ page: '7', q: 'x' }, plain)).toEqual({});
  expect(readListState({ page: '-1', pageSize: '7', namespace: [null, ''] })).toEqual(plain);
  expect(readListState({ page: '1e99', pageSize: 'all' })).toEqual(plain);
});

test('the API is asked for what the view says and nothing more', () => {
  expect(listQueryOf(readListState({ namespace: 'demo', q: 'web' }))).toEqual({
    page: 1,
    pageSize: 50,
    q: 'web',
    namespace: ['demo'],
  });
});
