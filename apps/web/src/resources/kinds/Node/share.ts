import { percentOf, type Cells } from '@pilothouse/kinds';

const allocatableOf: Record<string, string> = {
  pods: 'podsAllocatable',
  cpuUsage: 'cpuAllocatable',
  memoryUsage: 'memoryAllocatable',
  cpuRequests: 'cpuAllocatable',
  cpuLimits: 'cpuAllocatable',
  memoryRequests: 'memoryAllocatable',
  memoryLimits: 'memoryAllocatable',
};

/** Percent of allocatable that a figure of a node takes; null is "no data". */
export function shareOf(cells: Cells, column: string): number | null {
  const used = cells[column];
  const allocatable = cells[allocatableOf[column] ?? ''];
  return typeof used === 'number' && typeof allocatable === 'number' ? percentOf(used, allocatable) : null;
}

/** Limits may exceed what there is (overcommitment is normal); requests near the end leave no room for another pod. */
export function toneOf(column: string, percent: number): 'ok' | 'warning' | 'error' {
  if (column.endsWith('Limits')) return percent > 100 ? 'warning' : 'ok';
  if (percent >= 95) return 'error';
  return percent >= 80 ? 'warning' : 'ok';
}
