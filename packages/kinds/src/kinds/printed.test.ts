import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { rowOf, type KubernetesObject } from '../kind.ts';
import { kinds } from '../registry.ts';

/** What scripts/record-kinds.ts had a real apiserver print of fixtures/kinds/<plural>.yaml. */
interface Recorded {
  columns: { name: string; priority: number }[];
  rows: { from: string; to: string; cells: unknown[]; object: KubernetesObject }[];
}

const folder = path.join(import.meta.dirname, '../../fixtures/kinds');

describe.each([...kinds.values()].map((kind) => [kind.plural, kind] as const))('%s', (plural, kind) => {
  const file = path.join(folder, `${plural}.json`);
  const recorded: Recorded = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : { columns: [], rows: [] };
  const columns = kind.columns.filter(({ header }) => header !== undefined);

  test('was recorded', () => {
    expect(recorded.rows.length).toBeGreaterThan(1);
  });

  test('has kubectl’s columns, in its order, as many without -o wide', () => {
    expect(columns.map(({ header, standard }) => [header, standard])).toEqual(
      recorded.columns.map(({ name, priority }) => [name.toUpperCase(), priority === 0]),
    );
  });

  test.each(recorded.rows.map((row) => [row.object.metadata?.name, row] as const))(
    'prints %s as the apiserver does',
    (_name, { from, to, cells, object }) => {
      const row = rowOf(kind, object);
      const times = [Date.parse(from), Date.parse(to)];
      // ages are reckoned at some moment between the question and the answer
      const texts = columns.map((column) => times.map((now) => column.text(row, now)));
      const theirs = cells.map(String);
      const ours = texts.map((both, index) => (both.includes(theirs[index] ?? '') ? theirs[index] : both[0]));
      expect(ours).toEqual(theirs);
    },
  );

  test('is of the scope that it says', () => {
    for (const { object } of recorded.rows)
      expect(object.metadata?.namespace !== undefined).toBe(kind.namespaced);
  });

  test('leads to others by name', () => {
    const names = recorded.rows.flatMap(({ object }) =>
      kind.relations.flatMap((relation) => ('names' in relation ? relation.names(object) : [])),
    );
    expect(names.filter((name) => !/^\S+$/.test(name))).toEqual([]);
  });
});
