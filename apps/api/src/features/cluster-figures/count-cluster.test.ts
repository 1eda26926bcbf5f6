import { expect, test } from 'vitest';
import { measuredOf } from './count-cluster.ts';

const amounts = (cpu: number, memory: number) => ({ cpu, memory });

test('use is of the nodes that are measured, and of none that is gone', () => {
  const allocatable = new Map([
    ['a', amounts(4000, 100)],
    ['b', amounts(2000, 50)],
  ]);
  const usage = new Map([
    ['a', amounts(1000, 10)],
    ['gone', amounts(9000, 90)],
  ]);
  expect(measuredOf(usage, allocatable)).toEqual({ used: amounts(1000, 10), measured: amounts(4000, 100) });
  expect(measuredOf(usage)).toEqual({ used: amounts(10_000, 100), measured: null });
  expect(measuredOf(null, allocatable)).toEqual({ used: null, measured: null });
  expect(measuredOf(new Map([['gone', amounts(1, 1)]]), allocatable)).toEqual({ used: null, measured: null });
});
