import { descriptorFor, type Row } from '@pilothouse/kinds';
import { expect, test } from 'vitest';
import { groupRows } from './group-rows.ts';

const { grouping } = descriptorFor('core', 'nodes');
const labels: Record<string, Record<string, string>> = {
  a: { zone: 'one', disk: 'ssd' },
  b: { zone: 'two' },
  c: { zone: 'two' },
  d: { disk: '' },
};
const rows: Row[] = Object.keys(labels).map((name, index) => ({
  uid: name,
  name,
  resourceVersion: '1',
  cells: {
    status: index === 1 ? 'NotReady' : 'Ready',
    cpuAllocatable: 1000,
    cpuUsage: name === 'c' ? null : 10,
  },
}));
const labelsOf = ({ name }: Row) => labels[name] ?? {};

test('rows are told by value: how many, how they are, and what they come to', () => {
  const { groups, truncated } = groupRows(rows, labelsOf, { by: 'zone', grouping });
  expect(groups.map(({ value, count, states }) => [value, count, states])).toEqual([
    ['two', 2, { NotReady: 1, Ready: 1 }],
    ['one', 1, { Ready: 1 }],
    [null, 1, { Ready: 1 }],
  ]);
  expect(truncated).toBe(false);
  expect(groups[0]?.sums).toMatchObject({
    cpuAllocatable: { sum: 2000, known: 2 },
    // of one nobody knows
    cpuUsage: { sum: 10, known: 1 },
    memoryUsage: { sum: 0, known: 0 },
  });
});

test('a value may be empty, which is not none', () => {
  const { groups } = groupRows(rows, labelsOf, { by: 'disk', grouping });
  expect(groups.map(({ value, count }) => [value, count])).toEqual([
    ['', 1],
    ['ssd', 1],
    [null, 2],
  ]);
});

test('without a label there are only the labels, the most frequent first', () => {
  expect(groupRows(rows, labelsOf, { by: undefined, grouping })).toEqual({
    labels: ['zone', 'disk'],
    groups: [],
    truncated: false,
  });
});

test('of very many the largest are told', () => {
  const many = Array.from({ length: 1000 }, (_, index) => ({ ...rows[0], name: String(index) }) as Row);
  const { groups, truncated } = groupRows(many, ({ name }) => ({ each: name }), {
    by: 'each',
    grouping: null,
  });
  expect([groups.length, truncated]).toEqual([500, true]);
});
