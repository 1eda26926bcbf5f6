import { descriptorFor, kinds, nodes, pods } from '@pilothouse/kinds';
import { expect, test } from 'vitest';
import { overrideOf } from './kinds/index.ts';
import { listColumns } from './list-columns.ts';

const titleOf = (_plural: string, id: string) => id;
const columnsOf = (group: string, plural: string, withNamespace = false) =>
  listColumns(descriptorFor(group, plural), overrideOf(group, plural), { withNamespace, titleOf });

test('columns shown at first come first, in the kind’s order; the namespace stands behind the name', () => {
  const columns = columnsOf('core', 'nodes');
  const shown = columns.filter(({ optional }) => optional !== true).map(({ id }) => id);
  expect(shown).toEqual(nodes.shownColumns);
  expect(columns.slice(0, shown.length).map(({ id }) => id)).toEqual(shown);
  expect(
    columnsOf('core', 'pods', true)
      .map(({ id }) => id)
      .slice(0, 3),
  ).toEqual(['name', 'namespace', 'ready']);
});

test('widths, sides and levels are the kind’s', () => {
  const byId = new Map(columnsOf('core', 'pods').map((column) => [column.id, column]));
  expect(byId.get('status')?.level).toBe(pods.columns.find(({ id }) => id === 'status')?.level);
  expect(byId.get('restarts')).toMatchObject({ align: 'right', width: 120, sortKey: 'restarts' });
  expect(byId.get('status')?.align).toBeUndefined();
  expect(byId.get('age')?.sortKey).toBe('created');
});

test('a long text takes the room that the others leave', () => {
  const widths = columnsOf('core', 'events').map(({ id, width }) => [id, width]);
  expect(widths.filter(([, width]) => width === undefined)).toEqual([['message', undefined]]);
});

test('a kind’s own cells are of columns that it has', () => {
  for (const { group, plural, columns } of kinds.values()) {
    const ids = columns.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(Object.keys(overrideOf(group, plural).cells ?? {})));
  }
});

test('what nobody has described shows name and age', () => {
  expect(columnsOf('example.com', 'planets').map(({ id }) => id)).toEqual(['name', 'age']);
});
