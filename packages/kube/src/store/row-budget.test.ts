import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { descriptorFor, rowOf, type Row } from '@pilothouse/kinds';
import { expect, it } from 'vitest';
import { pod } from '../testing/pods.ts';
import { bytesOfAllRows } from './row-budget.ts';
import { RowSet } from './row-set.ts';
import { RowTable } from './row-table.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const heap = () => {
  collectGarbage();
  return process.memoryUsage().heapUsed;
};

const kind = descriptorFor('core', 'pods');
/** As JSON: what is parsed holds nothing together with others. */
const bare = (number: number) =>
  JSON.parse(
    JSON.stringify({
      ...pod(`p-${number}-abcdefghij-klmno`, number + 1, { node: `node-${number % 100}` }),
      spec: {
        nodeName: `node-${number % 100}`,
        containers: [{ name: 'app', image: 'registry.example/app:1' }],
      },
      status: { phase: 'Running', podIP: `10.0.${number >> 8}.${number & 255}`, containerStatuses: [] },
    }),
  );

it('counts what rows really cost, and nothing of a table that is nobody’s any more', () => {
  const before = { heap: heap(), counted: bytesOfAllRows() };
  const table = new RowTable<Row>({ fields: {}, textFields: undefined });
  const rows = new RowSet<Row>(table, (object) => rowOf(kind, object));
  for (let number = 0; number < 20_000; number++) rows.listed(bare(number));
  const counted = bytesOfAllRows() - before.counted;
  const ratio = (heap() - before.heap) / counted;
  expect(ratio).toBeGreaterThan(0.5);
  expect(ratio).toBeLessThan(1.2);
  expect(table.size).toBe(20_000);
  table.release();
  expect(bytesOfAllRows()).toBe(before.counted);
});

it('has one budget for a table, and says so by name', () => {
  const table = new RowTable<Row>({ fields: {}, textFields: undefined }, 20_000);
  const rows = new RowSet<Row>(table, (object) => rowOf(kind, object));
  const fill = () => {
    for (let number = 0; number < 100; number++) rows.listed(bare(number));
  };
  expect(fill).toThrow(expect.objectContaining({ reason: 'tooLarge' }));
  expect(table.size).toBeGreaterThan(10);
  rows.clear();
  rows.listed(bare(1));
  expect(table.size).toBe(1);
  table.release();
});
