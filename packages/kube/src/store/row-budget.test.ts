import v8 from 'node:v8';
import { runInNewContext } from 'node:vm';
import { descriptorFor, rowOf, type Row } from '@pilothouse/kinds';
import { expect, it, vi } from 'vitest';
import { pod } from '../testing/pods.ts';
import { bytesOfAllRows, RowBudget } from './row-budget.ts';
import { RowSet } from './row-set.ts';
import { RowTable } from './row-table.ts';

v8.setFlagsFromString('--expose-gc');
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
  const table = new RowTable<Row>({ fields: {}, textFields: undefined }, new RowBudget(20_000));
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

const mebibyte = 1024 * 1024;

it('has one budget for all tables of the process together, and says so by name', () => {
  const others = Array.from({ length: 6 }, () => new RowBudget());
  for (const other of others) other.take(84 * mebibyte);
  const table = new RowBudget();
  const more = () => table.take(20 * mebibyte);
  expect(more).toThrow(
    expect.objectContaining({ reason: 'tooLarge', message: expect.stringMatching(/^All lists together/) }),
  );
  others[0]?.release();
  more();
  for (const budget of [...others, table]) budget.release();
});

it('has one budget for all tables of a cluster together, and says so by name', () => {
  const cluster = {};
  const [one, other] = [new RowBudget(Infinity, cluster), new RowBudget(Infinity, cluster)];
  one.take(80 * mebibyte);
  const more = () => other.take(20 * mebibyte);
  expect(more).toThrow(
    expect.objectContaining({
      reason: 'tooLarge',
      message: expect.stringMatching(/^All lists of this cluster/),
    }),
  );
  const elsewhere = new RowBudget();
  elsewhere.take(20 * mebibyte);
  elsewhere.release();
  one.give(50 * mebibyte);
  more();
  one.release();
  other.take(70 * mebibyte);
  other.release();
});

it('takes no more rows when the heap has grown too large, whatever it holds', () => {
  const table = new RowBudget();
  const takeMany = () => {
    for (let row = 0; row < 1000; row++) table.take(1);
  };
  takeMany();
  const statistics = { ...v8.getHeapStatistics(), used_heap_size: 2048 * mebibyte };
  vi.spyOn(v8, 'getHeapStatistics').mockReturnValueOnce(statistics);
  expect(takeMany).toThrow(
    expect.objectContaining({ reason: 'tooLarge', message: expect.stringMatching(/^The process/) }),
  );
  takeMany();
  table.release();
});
